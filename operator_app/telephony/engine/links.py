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
    TONES = "tones"
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
TONES = Node(NodeKind.TONES)


@dataclass(frozen=True, slots=True)
class CallSound:
    """What decides about the links of one call."""

    call_id: CallId
    media_active: bool
    held: bool
    muted: bool
    taped: bool
    joined: bool = False

    @property
    def talks(self) -> bool:
        """Whether its far end is to be heard by anybody."""
        return self.media_active and not self.held


def wanted_links(calls: Iterable[CallSound], *, microphone: bool, earpiece: bool) -> frozenset[Link]:
    """Return every link that must exist.

    Silence runs into each call and each tape at all times: so RTP never stops while muted or without a microphone,
    and a recording keeps its time through hold, where nobody speaks. Calls that are joined hear each other, and the
    recording of the whole of each has them all.
    """
    every = tuple(calls)
    links: set[Link] = _conference(every)
    if earpiece:
        links |= {(SILENCE, EARPIECE), (TONES, EARPIECE)}
    for call in every:
        far = Node(NodeKind.CALL, call.call_id)
        caller, operator, both = (Node(kind, call.call_id) for kind in TAPES)
        talks = call.talks
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


def _conference(calls: tuple[CallSound, ...]) -> set[Link]:
    """Everyone hears everyone; nobody hears himself."""
    links: set[Link] = set()
    joined = [call for call in calls if call.joined and call.talks]
    for speaker in joined:
        far = Node(NodeKind.CALL, speaker.call_id)
        for hearer in joined:
            if hearer is not speaker:
                links.add((far, Node(NodeKind.CALL, hearer.call_id)))
                if hearer.taped:
                    links.add((far, Node(NodeKind.TAPE_BOTH, hearer.call_id)))
    return links


def possible_links(call_id: CallId, others: Iterable[CallId] = ()) -> frozenset[Link]:
    """Return every link that a call's own port can have in this product, beside those other calls."""
    far = Node(NodeKind.CALL, call_id)
    caller, _, both = (Node(kind, call_id) for kind in TAPES)
    links = {(SILENCE, far), (MICROPHONE, far), (far, EARPIECE), (far, caller), (far, both)}
    for other in others:
        if other != call_id:
            peer = Node(NodeKind.CALL, other)
            links |= {(far, peer), (peer, far), (far, Node(NodeKind.TAPE_BOTH, other))}
    return frozenset(links)
