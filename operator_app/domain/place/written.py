"""What phones, papers and people write around the figures of a position, brought into one form."""

import re
import unicodedata

# Degree, minute, second and minus signs as phones and papers write them, by code because they look alike.
_SAME_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u00ba\u02da\u2218\u2070\u1d52", "°"),
        **dict.fromkeys("\u2032\u2019\u2018\u00b4`\u02b9\u02bc\u201b", "'"),
        **dict.fromkeys("\u2033\u201d\u201c\u201f\u02ba\u201e", '"'),
        **dict.fromkeys("\u2212\u2013\u2014\u2012\u2010\u2011\ufe63", "-"),
        **dict.fromkeys("\u066b\u00b7\u2219", "."),
        **dict.fromkeys("\u060c\u3001", ","),
        "\u2044": "/",
    }
)
_BROKEN = (("â€²", "'"), ("â€³", '"'), ("â€™", "'"), ("â€\u009d", '"'), ("Â°", "°"), ("Âº", "°"))
"""Signs that an old program saved in one alphabet and opened in another."""
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\v\f]")


def without_unseen(text: str) -> str:
    """Drop the characters that nobody sees (Unicode category Cf): phones put them around figures and into links."""
    if text.isascii():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def plain_signs(text: str) -> str:
    """Return the text in small letters, with one sign for each meaning and the figures 0 to 9."""
    text = _LINE_ENDS.sub("\n", text)
    if not text.isascii():
        for wrong, right in _BROKEN:
            text = text.replace(wrong, right)
        text = unicodedata.normalize("NFKC", text.translate(_SAME_SIGNS)).translate(_SAME_SIGNS)
        text = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)
    return text.casefold()
