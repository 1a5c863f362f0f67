"""An address that came with a call, as it is read out."""

from collections.abc import Sequence

from operator_app.domain.place.location import CivicPart

_ROAD_FIRST = (
    "RD",
    "STS",
    "PRM",
    "HNO",
    "HNS",
    "LMK",
    "LOC",
    "NAM",
    "BLD",
    "UNIT",
    "FLR",
    "A6",
    "A5",
    "A4",
    "A3",
    "A2",
)
"""Elements of an address (RFC 5139) in the order in which they are read out; state and country say nothing here."""


def civic_words(parts: Sequence[CivicPart]) -> str:
    """Return an address as it is read out, road first."""
    by_name = {part.name: part.text for part in parts}
    return ", ".join(by_name[name] for name in _ROAD_FIRST if by_name.get(name))
