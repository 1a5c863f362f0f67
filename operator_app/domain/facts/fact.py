"""What every fact is: something that has happened, frozen; and a fact that only a newer version knows."""

from dataclasses import dataclass, field
from typing import ClassVar

from operator_app.domain.ids import CallId, IncidentId


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that has happened. `op` is its name in the record, `v` the version of its shape."""

    op: ClassVar[str]
    v: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class UnknownFact(Fact):
    """A fact of a newer version: kept and passed on, never dropped; `body` is JSON text."""

    op: str  # type: ignore[misc]
    v: int = field()  # type: ignore[misc]
    body: str
    incident_id: IncidentId | None = None


def incident_of(fact: Fact) -> IncidentId | None:
    """The incident a fact belongs to, or None for a fact of a call or a seat alone."""
    return getattr(fact, "incident_id", None)


def call_of(fact: Fact) -> CallId | None:
    """The call a fact belongs to, or None."""
    return getattr(fact, "call_id", None)
