"""From the kind of an incident to its priority and agencies, with the reason as a value."""

from collections.abc import Sequence
from dataclasses import dataclass

from operator_app.domain.ids import AgencyCode


@dataclass(frozen=True, slots=True)
class Agency:
    """Who acts on the ground. Without a desk it is told by phone, and the operator records its answer."""

    code: AgencyCode
    name: str
    has_desk: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """An incident kind of the site: `priority` 1-5, agencies that lead and agencies that support."""

    code: str
    category: str
    name: str
    priority: int
    primary: tuple[AgencyCode, ...]
    support: tuple[AgencyCode, ...]
    masked: bool = False


@dataclass(frozen=True, slots=True)
class ProposedAgency:
    """An agency and why it is proposed: `lead` or `support` for that kind."""

    agency: Agency
    lead: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the kind suggests: priority, the agencies to dispatch now, and those to be told by phone."""

    kind: Kind
    priority: int
    dispatch: tuple[ProposedAgency, ...]
    by_phone: tuple[ProposedAgency, ...]


def propose(kind: Kind, agencies: Sequence[Agency]) -> Proposal:
    """Leading and supporting agencies of the kind, split by whether they have a desk; unknown codes are left out."""
    known = {agency.code: agency for agency in agencies}
    wanted = [(code, True) for code in kind.primary] + [(code, False) for code in kind.support]
    found = [ProposedAgency(known[code], lead) for code, lead in wanted if code in known]
    return Proposal(
        kind,
        kind.priority,
        tuple(each for each in found if each.agency.has_desk),
        tuple(each for each in found if not each.agency.has_desk),
    )


def find_kinds(kinds: Sequence[Kind], typed: str, limit: int = 8) -> tuple[Kind, ...]:
    """Kinds that the letters pick: those whose code starts with them first, then words that start, then any part."""
    wanted = typed.casefold().split()
    if not wanted:
        return tuple(kinds[:limit])

    def rank(kind: Kind) -> int | None:
        code = kind.code.casefold()
        words = f"{kind.category} {kind.name}".casefold().replace("/", " ").replace(",", " ").split()
        if len(wanted) == 1 and code.startswith(wanted[0]):
            return 0
        if all(any(word.startswith(part) for word in words) for part in wanted):
            return 1
        text = f"{code} {kind.category} {kind.name}".casefold()
        return 2 if all(part in text for part in wanted) else None

    ranked = [(found, place, kind) for place, kind in enumerate(kinds) if (found := rank(kind)) is not None]
    return tuple(kind for _, _, kind in sorted(ranked, key=lambda each: each[:2])[:limit])
