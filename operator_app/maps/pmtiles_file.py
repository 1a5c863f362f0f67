"""PMTiles (specification 3): one file of map tiles, read by ranges through its directories."""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operator_app.maps.geometry import Box
from operator_app.maps.tile_facts import TileFacts, TileFileError, bounds_said, form_of, plain_words
from operator_app.maps.tile_json import layer_names
from operator_app.maps.tile_rows import Cells

_BIGGEST_METADATA, _BIGGEST_DIRECTORY = 4 << 20, 64 << 20
_MOST_ENTRIES, _MOST_WALKED, _DEEPEST = 4_000_000, 400_000, 4
_SEVEN = 1e7


@dataclass(frozen=True, slots=True)
class _Entry:
    tile_id: int
    offset: int
    length: int
    run_length: int


class PmTiles:
    """A PMTiles file."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises `TileFileError`."""
        from pmtiles.tile import (  # noqa: PLC0415  only an import and a check need it
            MagicNumberNotFound,
            SpecVersionUnsupported,
            deserialize_header,
        )

        self._name = path.stem
        self._size = path.stat().st_size
        self._file = path.open("rb")
        try:
            self._header: Mapping[str, Any] = dict(deserialize_header(self._bytes(0, 127)))
        except SpecVersionUnsupported:
            raise self._closed("it is PMTiles of another version than 3") from None
        except (MagicNumberNotFound, ValueError, IndexError, TileFileError):
            raise self._closed("it is no PMTiles file, or cut short") from None

    def _closed(self, reason: str) -> TileFileError:
        self._file.close()
        return TileFileError(reason)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def check_whole(self) -> None:
        """Compare what is needed of the file with its size. Raises `TileFileError`."""
        header = self._header
        for part in ("root", "metadata", "leaf_directory"):
            if header[f"{part}_offset"] + header[f"{part}_length"] > self._size:
                raise TileFileError("the file is cut short")
        if header["tile_data_offset"] + self._data_length() > self._size:
            raise TileFileError("the file is cut short")

    def _data_length(self) -> int:
        """How long the tiles are by the directory: what the header says of it nobody needs."""
        ends = (entry.offset + entry.length for entry in self._entries())
        return max(ends, default=int(self._header["tile_data_length"]))

    def facts(self, _region: Box | None = None) -> TileFacts:
        """What is in it; raises `TileFileError`."""
        header = self._header
        if header["tile_compression"].name not in ("NONE", "GZIP", "UNKNOWN"):
            raise TileFileError(
                f"its tiles are packed by {header['tile_compression'].name.lower()}, not gzip"
            )
        if header["internal_compression"].name not in ("NONE", "GZIP"):
            raise TileFileError("its directories are packed by something else than gzip")
        said = self._metadata()
        first = next((data for _, data in self.sample()), b"")
        if not first:
            raise TileFileError("it holds no tiles")
        form = {"MVT": "pbf", "JPEG": "jpg"}.get(header["tile_type"].name, header["tile_type"].name.lower())
        if form == "unknown":
            form = form_of(first)
        box = [header[f"{name}_e7"] / _SEVEN for name in ("min_lon", "min_lat", "max_lon", "max_lat")]
        bounds, notes = bounds_said(",".join(map(str, box))), []
        low, high = int(header["min_zoom"]), int(header["max_zoom"])
        if bounds is None:
            bounds, low, high = self._walked(low, high)
            notes.append("it does not say where it lies; its tiles tell")
        if header["tile_data_offset"] + header["tile_data_length"] > self._size:
            notes.append("its header gives a wrong length of the tiles, which nobody needs")
        return TileFacts(
            name=plain_words(said.get("name")) or self._name,
            attribution=plain_words(said.get("attribution")),
            form=form,
            bounds=bounds,
            min_zoom=low,
            max_zoom=high,
            layers=layer_names(json.dumps(said)),
            count=int(header["addressed_tiles_count"]) or sum(entry.run_length for entry in self._entries()),
            notes=tuple(notes),
        )

    def _metadata(self) -> Mapping[str, Any]:
        header = self._header
        data = self._bytes(header["metadata_offset"], header["metadata_length"])
        if not data:
            return {}
        try:
            said = json.loads(self._unpacked(data, _BIGGEST_METADATA))
        except (ValueError, RecursionError):
            raise TileFileError("its metadata cannot be read") from None
        return said if isinstance(said, dict) else {}

    def _walked(self, low: int, high: int) -> tuple[Box | None, int, int]:
        """Where the tiles of the nearest zoom lie, by the directory, with the zooms that there are."""
        from pmtiles.tile import tileid_to_zxy  # noqa: PLC0415

        places = [tileid_to_zxy(entry.tile_id) for entry in self._entries(_MOST_WALKED)]
        if not places:
            return None, low, high
        zoom = max(z for z, _, _ in places)
        across = [x for z, x, _ in places if z == zoom]
        down = [y for z, _, y in places if z == zoom]
        box = Cells(zoom, min(across), min(down), max(across), max(down)).box
        return box, min(z for z, _, _ in places), zoom

    def sample(self) -> Iterator[tuple[str, bytes]]:
        """Some tiles, spread over the file, each with its place in words; raises `TileFileError`."""
        from pmtiles.tile import tileid_to_zxy  # noqa: PLC0415

        header = self._header
        for entry in _spread(self._directory(header["root_offset"], header["root_length"])):
            leaf = [entry]
            if entry.run_length == 0:
                start = header["leaf_directory_offset"] + entry.offset
                leaf = _spread(self._directory(start, entry.length))
            for tile in leaf:
                try:
                    z, x, y = tileid_to_zxy(tile.tile_id)
                except (OverflowError, ValueError):
                    raise TileFileError("its directory names tiles that do not exist") from None
                yield f"tile {z}/{x}/{y}", self._bytes(header["tile_data_offset"] + tile.offset, tile.length)

    def _entries(self, most: int = _MOST_ENTRIES) -> Iterator[_Entry]:
        """The tiles of all directories; raises `TileFileError` where there are more than a file can have."""
        header = self._header
        open_ones = [(header["root_offset"], header["root_length"], 0)]
        seen = 0
        while open_ones:
            offset, length, depth = open_ones.pop()
            for entry in self._directory(offset, length):
                seen += 1
                if seen > most or depth > _DEEPEST:
                    if most == _MOST_WALKED:
                        return
                    raise TileFileError("its directory has no end")
                if entry.run_length:
                    yield entry
                else:
                    open_ones.append(
                        (header["leaf_directory_offset"] + entry.offset, entry.length, depth + 1)
                    )

    def _directory(self, offset: int, length: int) -> list[_Entry]:
        data = self._unpacked(self._bytes(offset, length), _BIGGEST_DIRECTORY)
        numbers = _varints(data)
        try:
            count = next(numbers)
            if count > len(data):
                raise TileFileError("its directory is damaged")
            ids: list[int] = []
            for _ in range(count):
                ids.append((ids[-1] if ids else 0) + next(numbers))
            runs = [next(numbers) for _ in range(count)]
            lengths = [next(numbers) for _ in range(count)]
            offsets: list[int] = []
            for place in range(count):
                told = next(numbers)
                if told == 0 and not place:
                    raise TileFileError("its directory is damaged")
                offsets.append(told - 1 if told else offsets[-1] + lengths[place - 1])
        except StopIteration:
            raise TileFileError("its directory is damaged or cut short") from None
        return [_Entry(*each) for each in zip(ids, offsets, lengths, runs, strict=True)]

    def _unpacked(self, data: bytes, biggest: int) -> bytes:
        """What gzip holds, up to a limit: a few letters may stand for gigabytes."""
        if self._header["internal_compression"].name != "GZIP":
            return data
        worker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            plain = worker.decompress(data, biggest)
        except zlib.error:
            raise TileFileError("its directory or metadata are damaged") from None
        if not worker.eof:
            raise TileFileError("its directory or metadata are cut short, or far too large")
        return plain

    def _bytes(self, offset: int, length: int) -> bytes:
        if offset + length > self._size:
            raise TileFileError("the file is cut short")
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) < length:
            raise TileFileError("the file is cut short")
        return data


def _varints(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            if shift > 63:
                raise TileFileError("its directory is damaged")
        else:
            yield value
            value = shift = 0


def _spread(entries: list[_Entry]) -> list[_Entry]:
    last = len(entries) - 1
    return [entries[at] for at in sorted({0, last // 4, last // 2, 3 * last // 4, last})] if entries else []
