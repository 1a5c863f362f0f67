"""Strangers at the site pack's door: each pack is taken in as far as it is sound, or refused in one sentence."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operator_app.maps.pack import Pack, SitePackError, read_pack
from operator_app.maps.pack_files import BIGGEST_FILE_BYTES
from operator_app.maps.site import import_site, load_site
from operator_app.reading.fault import BadFileError
from tests.unit.maps.sample_pack import rewrite, square, write_pack

Harm = Callable[[Path], object]


def written(name: str, data: bytes | str) -> Harm:
    return lambda pack: (pack / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def layer(name: str, change: Callable[[list[Any]], object]) -> Harm:
    return lambda pack: rewrite(pack, name, lambda data: change(data["features"]))


def property_of(key: str, value: object) -> Harm:
    return layer("desa", lambda rows: rows[0]["properties"].update({key: value}))


def linked(name: str, target: str) -> Harm:
    def harm(pack: Path) -> None:
        (pack / name).unlink(missing_ok=True)
        (pack / name).symlink_to(target)

    return harm


def sparse(name: str, size: int) -> Harm:
    def harm(pack: Path) -> None:
        with (pack / name).open("wb") as file:
            file.truncate(size)

    return harm


REFUSED: dict[str, Harm] = {
    "nested without end": written("contoh-desa.geojson", b"[" * 100_000),
    "nested objects": written("contoh-desa.geojson", b'{"a":' * 100_000),
    "a number beyond numbers": written(
        "contoh-desa.geojson", b'{"type":"FeatureCollection","features":' + b"9" * 10_000 + b"}"
    ),
    "larger than any pack": sparse("contoh-desa.geojson", BIGGEST_FILE_BYTES + 1),
    "a pipe": lambda pack: os.mkfifo(pack / "x-patokan.csv"),
    "a folder": lambda pack: (pack / "x-patokan.csv").mkdir(),
    "a device": linked("x-patokan.csv", "/dev/zero"),
    "a link to another file": linked("x-patokan.csv", "/etc/passwd"),
    "a layer that is a link": linked("contoh-desa.geojson", "/etc/hostname"),
    "a notice that is a link": linked("LICENSE", "/etc/passwd"),
    "a manifest out of the folder": written("site.toml", '[files]\ndesa = "/etc/passwd"\n'),
    "a manifest up and away": written("site.toml", '[files]\ndesa = "../../x-desa.geojson"\n'),
    "a manifest without end": written("site.toml", "a = " + "[" * 50_000),
    "a name of two lines": property_of("nama", "A\nB"),
    "a name that turns round": property_of("nama", "\u202eB"),
    "a name of terminal signs": property_of("nama", "\x1b[31mA"),
    "a name without end": property_of("nama", "A" * 5000),
    "a name that is a list": property_of("nama", ["A"]),
    "a code twice": layer("desa", lambda rows: rows.append(rows[0])),
    "points beyond the earth": layer(
        "desa", lambda rows: rows[0]["geometry"].update(coordinates=[[[1e308, 1], [1, 1e308], [0, 0], [1e308, 1]]])
    ),
    "a table of one cell without end": written("x-patokan.csv", f"label,kind,lat,lon\n{'A' * 200_000},a,1.2,110.2\n"),
    "a table of quotes": written("x-patokan.csv", 'label,kind,lat,lon\n"""""""",a,1.2\n"'),
    "a table of nothing": written("x-patokan.csv", b"\0" * 5000),
    "a table of columns": written("x-patokan.csv", "a," * 100_000 + "\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_pack_that_does_harm_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    pack = write_pack(tmp_path / "pack")
    import_site(pack, tmp_path / "site")
    before = load_site(tmp_path / "site")
    REFUSED[name](pack)
    with pytest.raises((SitePackError, BadFileError)) as refused:
        import_site(pack, tmp_path / "site")
    words = str(refused.value)
    assert words.isprintable() or isinstance(refused.value, BadFileError)
    assert len(words) < 600
    assert "root:" not in words
    assert load_site(tmp_path / "site") == before


def read(pack: Path) -> Pack:
    taken = read_pack(pack)
    for note in taken.warnings:
        assert note.isprintable()
        assert len(note) < 600
    return taken


HERE = {"type": "Point", "coordinates": [110.2, 1.2]}
ROADS = [
    {"properties": {"name": "A"}, "geometry": {"type": "LineString", "coordinates": [[-179, 0], [179, 0]]}},
    {"properties": {"name": "B"}, "geometry": {"type": "LineString", "coordinates": [[110.2, 1.2]]}},
    {"properties": {"name": "C" * 999}, "geometry": HERE},
    {"properties": {"name": {"a": 1}}, "geometry": HERE},
    {"properties": None, "geometry": HERE},
    None,
]
COSTS: dict[str, tuple[Harm, Callable[[Pack], bool]]] = {
    "a neighbour without end": (
        lambda pack: (pack / "provinsi-sekitar.geojson").write_bytes(b"[" * 100_000),
        lambda taken: "sekitar" in taken.counts and taken.counts["sekitar"] == 0,
    ),
    "a neighbour's name of terminal signs": (
        layer("sekitar", lambda rows: rows[0]["properties"].update(nama="\x1b[2J")),
        lambda taken: taken.counts["sekitar"] == 0,
    ),
    "ten thousand slivers": (
        layer(
            "sekitar",
            lambda rows: rows[0].update(
                geometry={"type": "MultiPolygon", "coordinates": [[square(108, 110)], *([[[[1, 1]] * 4]] * 10_000)]}
            ),
        ),
        lambda taken: taken.counts["sekitar"] == 1,
    ),
    "rows of markup": (
        written("x-patokan.csv", 'label,kind,lat,lon\n"<img src=x>","<b>",1,110\n=cmd()|x,a,1,110\n\x1b[31m,a,1,110\n'),
        lambda taken: taken.counts["patokan"] == 2,
    ),
    "numbers that are none": (
        written("x-patokan.csv", "label,kind,lat,lon\nA,a,nan,110\nB,a,inf,1\nC,a,1e1,110\nD,a,0x1,110\nE,a,1,110\n"),
        lambda taken: taken.counts["patokan"] == 1,
    ),
    "roads around the earth": (
        written("x-jalan.geojson", json.dumps({"type": "FeatureCollection", "features": ROADS})),
        lambda taken: taken.counts["jalan"] == 1,
    ),
    "a source of markup": (
        written("README.md", 'Say on the map: "<script>x</script><b>Batas</b> &amp; lain".'),
        lambda taken: taken.attribution == "Batas & lain",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTS)
def test_what_is_wrong_in_a_part_costs_that_part(tmp_path: Path, name: str) -> None:
    pack = write_pack(tmp_path / "pack")
    harm, is_right = COSTS[name]
    harm(pack)
    assert is_right(read(pack))
    import_site(pack, tmp_path / "site")
    assert load_site(tmp_path / "site").locate(1.25, 110.25) is not None
