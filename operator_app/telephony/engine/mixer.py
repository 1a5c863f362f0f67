"""The wanted links put into force in the library's bridge."""

from collections.abc import Iterable

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.telephony.engine.legs import Legs
from operator_app.telephony.engine.links import (
    CallSound,
    Link,
    Node,
    NodeKind,
    possible_links,
    wanted_links,
)
from operator_app.telephony.engine.sound import Sound


class Mixer:
    """Keeps the bridge equal to `wanted_links`."""

    def __init__(self, legs: Legs, sound: Sound, silence: pj.AudioMedia, tones: pj.AudioMedia) -> None:
        self._legs = legs
        self._sound = sound
        self._silence = silence
        self._tones = tones
        self._tapes: dict[Node, pj.AudioMedia] = {}
        self._made: set[Link] = set()

    def add_tape(self, node: Node, port: pj.AudioMedia) -> None:
        """Make a recorder known by its node."""
        self._tapes[node] = port

    def drop_tapes(self, call_id: CallId) -> None:
        """Forget the recorders of a call; their links are taken down first."""
        nodes = {node for node in self._tapes if node.call_id == call_id}
        for link in [link for link in self._made if link[1] in nodes]:
            self._cut(link)
        for node in nodes:
            del self._tapes[node]

    def forget_call(self, call_id: CallId) -> None:
        """Take the links of a call's own port for gone: it ended."""
        far = Node(NodeKind.CALL, call_id)
        self._made = {link for link in self._made if far not in link}

    def renegotiated(self, call_id: CallId, calls: Iterable[CallSound]) -> None:
        """Set the links of a call anew: a negotiation may have thrown its port away, or left it with unwanted links."""
        self.forget_call(call_id)
        every = tuple(calls)
        wanted = self._wanted(every)
        active = [call.call_id for call in every if call.media_active]
        possible = possible_links(call_id, active)
        if any(link in wanted for link in possible):
            for link in possible - wanted:
                if all(self._present(node) for node in link):
                    self._cut(link)
        self._apply(wanted)

    def apply(self, calls: Iterable[CallSound]) -> None:
        """Make and cut links until they are as wanted."""
        self._apply(self._wanted(calls))

    def _wanted(self, calls: Iterable[CallSound]) -> frozenset[Link]:
        return wanted_links(
            calls, microphone=self._sound.microphone is not None, earpiece=self._sound.earpiece is not None
        )

    def _apply(self, wanted: frozenset[Link]) -> None:
        for link in self._made - wanted:
            self._cut(link)
        for link in wanted - self._made:
            source, sink = (self._port(node) for node in link)
            source.startTransmit(sink)
            self._made.add(link)

    def _cut(self, link: Link) -> None:
        source, sink = (self._port(node) for node in link)
        source.stopTransmit(sink)
        self._made.discard(link)

    def _present(self, node: Node) -> bool:
        if node.kind is NodeKind.MICROPHONE:
            return self._sound.microphone is not None
        if node.kind is NodeKind.EARPIECE:
            return self._sound.earpiece is not None
        return node.kind in (NodeKind.SILENCE, NodeKind.TONES, NodeKind.CALL) or node in self._tapes

    def _port(self, node: Node) -> pj.AudioMedia:
        port: pj.AudioMedia | None
        if node.kind is NodeKind.CALL:
            assert node.call_id is not None
            port = self._legs.sound(node.call_id)
        elif node.kind is NodeKind.MICROPHONE:
            port = self._sound.microphone
        elif node.kind is NodeKind.EARPIECE:
            port = self._sound.earpiece
        elif node.kind is NodeKind.SILENCE:
            port = self._silence
        elif node.kind is NodeKind.TONES:
            port = self._tones
        else:
            port = self._tapes[node]
        if port is None:
            raise LookupError(f"no port for {node.kind.value}")
        return port
