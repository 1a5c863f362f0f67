"""What the room adds to the site's own data."""

from base64 import b85decode, b85encode
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar
from zlib import compress, decompressobj, error

from operator_app.domain.bounds import DOCUMENT_CHARS
from operator_app.domain.facts.fact import (
    KIND,
    PLACE,
    SITE_AT,
    SITE_PART,
    About,
    Fact,
    Lasts,
    ToldTo,
    Writer,
    words,
)
from operator_app.domain.ids import Document, Line


@dataclass(frozen=True, slots=True)
class CardPublished(Fact):
    """A supervisor gave a kind a new question card; `source` is its text, `version` counts on from the one before."""

    op = "site.card"
    about = (KIND,)
    lasts = Lasts.FOR_EVER
    told_to = ToldTo.ALL
    written_by = (Writer.SUPERVISOR,)
    personal = words()
    clash_by = ()

    kind: str
    version: int
    source: Document

    def says(self) -> object:
        """The card's text."""
        return self.source


@dataclass(frozen=True, slots=True)
class PlaceFact(Fact):
    """A fact of a place that the room keeps beside those of the site."""

    about: ClassVar[tuple[About, ...]] = (PLACE,)
    lasts = Lasts.FOR_EVER
    told_to = ToldTo.ALL
    written_by: ClassVar[tuple[Writer, ...]] = (Writer.SEAT,)
    personal = words()

    place_id: Line


@dataclass(frozen=True, slots=True)
class PlaceKept(PlaceFact):
    """A place was kept for the search of every seat; `place_id` follows from name and point, degrees in WGS 84."""

    op = "place.kept"
    personal = words()

    label: Line
    kind: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class PlaceDropped(PlaceFact):
    """A kept place is found no more."""

    op = "place.dropped"


@dataclass(frozen=True, slots=True)
class PartPublished(Fact):
    """A part of the site's own data in a new version, for every window; going back publishes an old one again.

    `body` holds its text, whose SHA-256 is `digest`: as it is, or, when `packed`, compressed (zlib) in base 85. None
    for what is too big for the record and lies as a file at each window. `why` is in words, or empty. A card that was
    edited in a window is the part "card/" and its kind.
    """

    op = "site.part"
    about = (SITE_PART,)
    lasts = Lasts.UNTIL_NEXT
    told_to = ToldTo.ALL
    written_by = (Writer.SUPERVISOR,)
    personal = words()
    clash_by = ()

    part: str
    version: int
    digest: str
    why: Line
    packed: bool
    body: Document | None

    @classmethod
    def by_digest(cls, part: str, version: int, digest: str, why: str = "") -> "PartPublished":
        """The fact that says which file counts, for a part whose text does not travel."""
        return cls(part, version, digest, why, packed=True, body=None)

    @classmethod
    def of(cls, part: str, version: int, text: str, why: str = "") -> "PartPublished":
        """The fact that publishes that text."""
        raw = text.encode()
        if len(raw) <= LONGEST_PLAIN:
            return cls(part, version, digest_of(text), why, packed=False, body=text)
        body = b85encode(compress(raw, 9)).decode() if len(raw) <= LONGEST_TEXT else ""
        if not 0 < len(body) <= DOCUMENT_CHARS:
            return cls(part, version, digest_of(text), why, packed=True, body=None)
        return cls(part, version, digest_of(text), why, packed=True, body=body)

    def text(self) -> str | None:
        """Its text; None where there is none, or where it is not what the digest says."""
        try:
            text = self.body
            if text is not None and self.packed:
                unpacker = decompressobj()
                text = unpacker.decompress(b85decode(text), LONGEST_TEXT).decode()
        except (ValueError, error):
            return None
        return text if text is not None and digest_of(text) == self.digest else None


CARD_PART = "card/"
"""Before the code of a kind: the part that is its card as it was edited in a window."""


LONGEST_PLAIN, LONGEST_TEXT = 16_384, 1_048_576
"""Bytes: longer texts are compressed; those longer still do not travel with the record."""


def digest_of(text: str) -> str:
    """The digest of a part's text."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SiteTaken(Fact):
    """The window that noted this goes by these parts from now on, each as "part version digest".

    Version 0 is a file beside the window or of the plain default; of the digest, 12 letters.
    """

    op = "site.taken"
    about = (SITE_AT,)
    lasts = Lasts.UNTIL_NEXT
    told_to = ToldTo.ALL
    written_by = (Writer.SEAT, Writer.DESK)
    personal = words()

    parts: tuple[Line, ...]
