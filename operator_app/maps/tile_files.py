"""Files of map tiles: MBTiles (a SQLite database) and PMTiles (one file read by ranges); opened for reading only."""

import zlib
from pathlib import Path

from operator_app.maps.mbtiles import BIGGEST_TILE_BYTES, CHECK_S, MbTiles
from operator_app.maps.pmtiles_file import PmTiles
from operator_app.maps.tile_facts import TileFacts, TileFileError

__all__ = ["MbTiles", "PmTiles", "TileFacts", "TileFileError", "open_tiles", "unpacked"]

_GZIP = b"\x1f\x8b"


def unpacked(data: bytes) -> bytes:
    """Return the tile without gzip around it; a browser would not unpack it on our own scheme."""
    if not data.startswith(_GZIP):
        return data
    try:
        worker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain = worker.decompress(data, BIGGEST_TILE_BYTES)
    except zlib.error as error:
        raise TileFileError(f"a tile is packed and cannot be unpacked ({error})") from None
    if not worker.eof:
        raise TileFileError("a tile is packed and cut short, or far too large")
    return plain


def open_tiles(path: Path) -> MbTiles | PmTiles:
    """Open a file of tiles by the end of its name, to look it through; raises `TileFileError`."""
    return PmTiles(path) if path.suffix.lower() == ".pmtiles" else MbTiles(path, deadline_s=CHECK_S)
