"""The layers that a site pack may have, and by which names their files are found."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """A layer: the end of its file's name, whether a pack needs it, what its features must say."""

    suffix: str
    needed: bool
    properties: tuple[str, ...] = ()
    other_suffix: str = ""

    def names(self, file: str) -> bool:
        """Whether a file of that name is this layer."""
        return file.endswith(self.suffix) or bool(self.other_suffix and file.endswith(self.other_suffix))


ROLES: Mapping[str, Role] = {
    "desa": Role("-desa.geojson", True, ("kode", "nama", "jenis", "kec", "kecamatan")),
    "kecamatan": Role("-kecamatan.geojson", True, ("kode", "nama")),
    "kabupaten": Role("-kabupaten.geojson", True, ("kode", "nama")),
    "sekitar": Role("-sekitar.geojson", False, ("kode", "nama")),
    "pulau": Role("-pulau.csv", False, ("kode", "nama")),
    "jalan": Role("-jalan.csv", False, other_suffix="-jalan.geojson"),
    "pos": Role("-pos.csv", False, other_suffix="-pos.geojson"),
    "patokan": Role("-patokan.csv", False, other_suffix="-patokan.geojson"),
}
