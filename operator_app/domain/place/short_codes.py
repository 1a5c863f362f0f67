"""Links that carry their point in a few letters: each read without a network by the rule that its maker published.

openstreetmap.org/go (OpenStreetMap wiki, "Shortlink"), the geohash of Waze (G. Niemeyer, 2008), the codes of Organic
Maps, CoMaps and Maps.me ("ge0"), and HERE's places, which are text in base64.
"""

import base64
import binascii

_OSM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~"
_GE0 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_GEOHASH = "0123456789bcdefghjkmnpqrstuvwxyz"

Spot = tuple[float, float, float]
"""Latitude, longitude, and half the height of the cell that the code names, in degrees."""


def read_osm_code(code: str) -> tuple[Spot, float] | None:
    """Return the spot of an openstreetmap.org/go code and its zoom."""
    letters = code.replace("@", "~").rstrip("-")
    if not 2 <= len(letters) <= 11 or set(letters) - set(_OSM):
        return None
    # Each letter holds three bits of each axis in turn, longitude first.
    lons, lats = _apart([_OSM.index(letter) for letter in letters], 6)
    bits = 3 * len(letters)
    zoom = bits - 8 - (-(len(code) - len(letters)) % 3)
    return _spot(lats, lons, bits, bits), float(max(zoom, 0))


def read_geohash(code: str) -> Spot | None:
    """Return the spot of a geohash."""
    if not 3 <= len(code) <= 12 or set(code.lower()) - set(_GEOHASH):
        return None
    lons, lats = _apart([_GEOHASH.index(letter) for letter in code.lower()], 5)
    bits = 5 * len(code)
    return _spot(lats, lons, bits // 2, bits - bits // 2)


def read_ge0(code: str) -> tuple[Spot, float] | None:
    """Return the spot of a code of Organic Maps and its kin, whose first letter is the zoom, and that zoom."""
    if not 4 <= len(code) <= 11 or set(code) - set(_GE0):
        return None
    # Here the latitude leads.
    lats, lons = _apart([_GE0.index(letter) for letter in code[1:]], 6)
    bits = 3 * (len(code) - 1)
    return _spot(lats, lons, bits, bits), _GE0.index(code[0]) / 4 + 4


def read_here_place(code: str) -> str:
    """Return the words that HERE packed into the address of a place; empty when they are none."""
    packed = code.partition("-")[2]
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _apart(values: list[int], width: int) -> tuple[int, int]:
    """The bits of two numbers that take turns, from the highest on."""
    one = other = 0
    turn = True
    for value in values:
        for bit in range(width - 1, -1, -1):
            if turn:
                one = one << 1 | value >> bit & 1
            else:
                other = other << 1 | value >> bit & 1
            turn = not turn
    return one, other


def _spot(lat: int, lon: int, lat_bits: int, lon_bits: int) -> Spot:
    height, width = 180 / 2**lat_bits, 360 / 2**lon_bits
    return lat * height - 90 + height / 2, lon * width - 180 + width / 2, max(height, width) / 2
