"""Who hears whom: a pure picture of the sound links, put into force by `mixer`."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain.ids import CallId


class NodeKind(StrEnum):
    """What stands at an end of a link."""

    MICROPHONE = "microphone"
    EARPIECE = "earpiece"
    SILENCE = "silence"
    CALL = "call"
    TAPE_CALLER = "tape_caller"
    TAPE_OPERATOR = "tape_operator"
    TAPE_BOTH = "tape_both"


TAPES = (NodeKind.TAPE_CALLER, NodeKind.TAPE_OPERATOR, NodeKind.TAPE_BOTH)


@dataclass(frozen=True, slots=True)
class Node:
    """One end of a link; `call_id` for what belongs to a call."""

    kind: NodeKind
    call_id: CallId | None = None


Link = tuple[Node, Node]

MICROPHONE = Node(NodeKind.MICROPHONE)
EARPIECE = Node(NodeKind.EARPIECE)
SILENCE = Node(NodeKind.SILENCE)


@dataclass(frozen=True, slots=True)
class CallSound:
    """What decides about the links of one call."""

    call_id: CallId
    media_active: bool
    held: bool
    muted: bool
    taped: bool


def wanted_links(calls: Iterable[CallSound], *, microphone: bool, earpiece: bool) -> frozenset[Link]:
    """Return every link that must exist.

    Silence runs into each call and each tape at all times: so RTP never stops while muted or without a microphone,
    and a recording keeps its time through hold, where nobody speaks.
    """
    links: set[Link] = set()
    if earpiece:
        links.add((SILENCE, EARPIECE))
    for call in calls:
        far = Node(NodeKind.CALL, call.call_id)
        caller, operator, both = (Node(kind, call.call_id) for kind in TAPES)
        talks = call.media_active and not call.held
        if call.media_active:
            links.add((SILENCE, far))
        if call.taped:
            links |= {(SILENCE, tape) for tape in (caller, operator, both)}
        if talks and earpiece:
            links.add((far, EARPIECE))
        if talks and call.taped:
            links |= {(far, caller), (far, both)}
        if talks and microphone and not call.muted:
            links.add((MICROPHONE, far))
            if call.taped:
                links |= {(MICROPHONE, operator), (MICROPHONE, both)}
    return frozenset(links)


def possible_links(call_id: CallId) -> frozenset[Link]:
    """Return every link that a call's own port can have in this product."""
    far = Node(NodeKind.CALL, call_id)
    caller, _, both = (Node(kind, call_id) for kind in TAPES)
    return frozenset({(SILENCE, far), (MICROPHONE, far), (far, EARPIECE), (far, caller), (far, both)})
