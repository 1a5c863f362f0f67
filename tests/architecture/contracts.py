"""The import contract that import-linter does not bring: a package from outside has one home."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class HomeContract(Contract):
    """Only the modules under `home` may import one of `packages`.

    Unlike import-linter's own "forbidden" it needs no list of everybody else, and unlike "protected" it holds
    before the first import exists.
    """

    type_name = "home"

    packages = fields.ListField(subfield=fields.StringField())
    home = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Finds every import of a package outside its home."""
        homes = tuple(str(place) for place in self.home)  # type: ignore[attr-defined]
        packages = {str(name) for name in self.packages}  # type: ignore[attr-defined]
        strays = sorted(
            (importer, package)
            for package in packages & graph.modules
            for importer in graph.find_modules_that_directly_import(package)
            if not any(importer == place or importer.startswith(place + ".") for place in homes)
        )
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints one line for each stray import."""
        for importer, package in check.metadata["strays"]:
            output.print_error(f"{importer} must not import {package}", bold=False)
