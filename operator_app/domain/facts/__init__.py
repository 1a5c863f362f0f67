"""Every fact that the program knows, each said once, in the module of what it is about."""

from operator_app.domain.facts import agency, call, dispatch, incident, seat, site
from operator_app.domain.facts.fact import Fact

FACTS: tuple[type[Fact], ...] = tuple(
    kind
    for module in (call, incident, dispatch, agency, seat, site)
    for kind in vars(module).values()
    if isinstance(kind, type)
    and issubclass(kind, Fact)
    and "op" in vars(kind)
    and kind.__module__ == module.__name__
)

BY_OP = {kind.op: kind for kind in FACTS}
"""The facts by their name in the record."""
