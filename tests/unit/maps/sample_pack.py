"""A small made-up regency as a site pack: two kecamatan, four desa in a row, one island, open sea to the east."""

import json
from pathlib import Path
from typing import Any

SOUTH, NORTH, WEST = 1.0, 1.5, 110.0
ATTRIBUTION = "Batas: contoh (MIT); pulau: contoh (ODbL)"
DESA = (
    ("99.01.01.2001", "Sukamaju", "desa", "99.01.01", "Muara Contoh"),
    ("99.01.01.1001", "Teluk Hijau", "kelurahan", "99.01.01", "Muara Contoh"),
    ("99.01.02.2001", "Suka Rahmat", "desa", "99.01.02", "Sangatta Lama"),
    ("99.01.02.2002", "Sangatta Lama", "desa", "99.01.02", "Sangatta Lama"),
)


def square(west: float, east: float, south: float = SOUTH, north: float = NORTH) -> list[list[float]]:
    """Return a closed ring, longitude first."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(properties: dict[str, Any], *rings: list[list[float]]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": list(rings)},
    }


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def desa_layer() -> dict[str, Any]:
    rows = []
    for number, (kode, nama, jenis, kec, kecamatan) in enumerate(DESA):
        west = WEST + number * 0.5
        row = {"kode": kode, "nama": nama, "jenis": jenis, "kec": kec, "kecamatan": kecamatan}
        rows.append(feature({**row, "lp": [west + 0.25, 1.25]}, square(west, west + 0.5)))
    return collection(*rows)


def kecamatan_layer() -> dict[str, Any]:
    return collection(
        feature({"kode": "99.01.01", "nama": "Muara Contoh", "lp": [110.4, 1.2]}, square(WEST, WEST + 1)),
        feature(
            {"kode": "99.01.02", "nama": "Sangatta Lama", "lp": [111.4, 1.2]}, square(WEST + 1, WEST + 2)
        ),
    )


def write_pack(folder: Path, name: str = "contoh") -> Path:
    """Write a sound pack into the folder, which is made; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    layers = {
        f"{name}-desa.geojson": desa_layer(),
        f"{name}-kecamatan.geojson": kecamatan_layer(),
        f"{name}-kabupaten.geojson": collection(
            feature({"kode": "99.01", "nama": "Kabupaten Contoh"}, square(WEST, WEST + 2))
        ),
        "provinsi-sekitar.geojson": collection(
            feature({"kode": "99.02", "nama": "Kabupaten Sebelah"}, square(WEST - 2, WEST))
        ),
    }
    for file, layer in layers.items():
        (folder / file).write_text(json.dumps(layer), encoding="utf-8")
    (folder / f"{name}-pulau.csv").write_text(
        "kode,nama,lat,lng,berpenduduk\n99.01.40001,Pulau Kecil,1.25,112.5,0\n", encoding="utf-8"
    )
    (folder / "README.md").write_text(f'# Contoh\n\nSay on the map: "{ATTRIBUTION}".\n', encoding="utf-8")
    return folder


def rewrite(folder: Path, layer: str, change: Any) -> None:
    """Change one layer of a written pack: `change` gets the parsed JSON and alters it in place."""
    path = next(folder.glob(f"*-{layer}.geojson"))
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
