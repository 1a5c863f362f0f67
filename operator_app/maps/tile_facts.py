"""What a file of map tiles says of itself, read with suspicion: names without markup, pictures by their first bytes."""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from operator_app.maps.geometry import Box

_LONGEST_WORDS = 200
_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"\x1f\x8b", "pbf"))
_OTHER_NAMES = {"jpeg": "jpg", "mvt": "pbf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class TileFileError(ValueError):
    """A file of tiles cannot be used; the text is a bare reason."""


@dataclass(frozen=True, slots=True)
class TileFacts:
    """What a file is: `form` is png, jpg, webp or pbf; `layers` the names of a vector map's layers.

    `from_north`: its rows count from the north, against its own format. `notes` are what is odd about it, in words for
    a console.
    """

    name: str
    attribution: str
    form: str
    bounds: Box | None
    min_zoom: int
    max_zoom: int
    layers: tuple[str, ...]
    count: int
    from_north: bool = False
    notes: tuple[str, ...] = ()


def plain_words(said: object) -> str:
    """Return what a file says for people as one line without markup; nothing where it says none."""
    if said is None:
        return ""
    reader = _Words()
    reader.feed(str(said)[: 20 * _LONGEST_WORDS])
    reader.close()
    words = " ".join(html.unescape("".join(reader.words)).split())
    words = "".join(letter for letter in words if letter.isprintable())
    return words if len(words) <= _LONGEST_WORDS else f"{words[: _LONGEST_WORDS - 1]}…"


class _Words(HTMLParser):
    """The text of markup; what a script or a style holds is none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._unseen += tag in ("script", "style")
        self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in ("script", "style")))
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(data)


def form_said(said: object) -> str:
    """Return the form that a file says its tiles have, in our word for it."""
    form = str(said or "").strip().lower()
    return _OTHER_NAMES.get(form, form)


def form_of(data: bytes) -> str:
    """Return the form of a tile by its first bytes; what is no picture is taken for a vector tile."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((form for begin, form in _SIGNATURES if data.startswith(begin)), "pbf" if data else "")


def bounds_said(text: object) -> Box | None:
    """Return the box of "west,south,east,north"; None when it is none on earth."""
    try:
        west, south, east, north = (float(part) for part in re.split(r"\s*,\s*", str(text).strip()))
    except ValueError:
        return None
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        return None
    return Box(south, west, north, east)
