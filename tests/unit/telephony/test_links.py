"""Who hears whom."""

from dataclasses import replace

from operator_app.domain.ids import CallId
from operator_app.telephony.engine.links import (
    EARPIECE,
    MICROPHONE,
    SILENCE,
    TONES,
    CallSound,
    Link,
    Node,
    NodeKind,
    possible_links,
    wanted_links,
)

CALL = CallSound(CallId("a"), media_active=True, held=False, muted=False, taped=True)
FAR = Node(NodeKind.CALL, CALL.call_id)
TAPE_CALLER = Node(NodeKind.TAPE_CALLER, CALL.call_id)
TAPE_OPERATOR = Node(NodeKind.TAPE_OPERATOR, CALL.call_id)
TAPE_BOTH = Node(NodeKind.TAPE_BOTH, CALL.call_id)


def links(*calls: CallSound) -> frozenset[Link]:
    return wanted_links(calls, microphone=True, earpiece=True)


def test_caller_and_operator_hear_each_other_and_are_recorded_apart_and_together() -> None:
    found = links(CALL)
    assert {(FAR, EARPIECE), (MICROPHONE, FAR)} <= found
    assert {(FAR, TAPE_CALLER), (MICROPHONE, TAPE_OPERATOR)} <= found
    assert {(FAR, TAPE_BOTH), (MICROPHONE, TAPE_BOTH)} <= found
    assert (MICROPHONE, TAPE_CALLER) not in found
    assert (FAR, TAPE_OPERATOR) not in found


def test_a_muted_operator_is_neither_heard_nor_recorded() -> None:
    found = links(replace(CALL, muted=True))
    assert not [link for link in found if link[0] == MICROPHONE]
    assert (FAR, EARPIECE) in found


def test_a_held_call_is_silent_but_its_recording_keeps_its_time() -> None:
    found = links(replace(CALL, held=True))
    assert {link for link in found if FAR in link} == {(SILENCE, FAR)}
    assert {(SILENCE, tape) for tape in (TAPE_CALLER, TAPE_OPERATOR, TAPE_BOTH)} <= found


def test_the_operator_speaks_only_to_the_call_that_is_not_held() -> None:
    other = replace(CALL, call_id=CallId("b"))
    found = links(replace(CALL, held=True), other)
    assert {link[1].call_id for link in found if link[0] == MICROPHONE} == {"b"}
    assert {link[0].call_id for link in found if link[1] == EARPIECE} == {None, "b"}


def test_two_callers_do_not_hear_each_other() -> None:
    found = links(CALL, replace(CALL, call_id=CallId("b")))
    assert not [link for link in found if link[0].kind is link[1].kind is NodeKind.CALL]


def test_without_a_headset_the_caller_still_gets_sound_and_is_recorded() -> None:
    found = wanted_links([CALL], microphone=False, earpiece=False)
    assert (SILENCE, FAR) in found
    assert (FAR, TAPE_CALLER) in found
    assert not [link for link in found if MICROPHONE in link or EARPIECE in link]


def test_without_media_only_the_tapes_run() -> None:
    assert {link[0] for link in links(replace(CALL, media_active=False))} == {SILENCE, TONES}


def test_joined_calls_hear_each_other_and_nobody_himself() -> None:
    calls = [replace(CALL, call_id=CallId(name), joined=True) for name in "abc"]
    apart = replace(CALL, call_id=CallId("d"))
    found = links(*calls, apart)
    across = {
        (link[0].call_id, link[1].call_id) for link in found if link[0].kind is link[1].kind is NodeKind.CALL
    }
    assert across == {(one, two) for one in "abc" for two in "abc" if one != two}
    heard = {link[0].call_id for link in found if link[1] == TAPE_BOTH}
    assert heard == {None, "a", "b", "c"}, "the whole of a call's recording has all that its far end hears"
    assert {link[0] for link in found if link[1] == TAPE_CALLER} == {SILENCE, FAR}


def test_a_held_call_is_out_of_the_conference_until_it_is_back() -> None:
    joined = replace(CALL, joined=True)
    other = replace(CALL, call_id=CallId("b"), joined=True, held=True)
    assert not [link for link in links(joined, other) if link[0].kind is link[1].kind is NodeKind.CALL]


def test_every_link_of_a_call_s_own_port_is_known_as_possible() -> None:
    assert {link for link in links(CALL) if FAR in link} == possible_links(CALL.call_id)
    one, two = replace(CALL, joined=True), replace(CALL, call_id=CallId("b"), joined=True)
    assert {link for link in links(one, two) if FAR in link} == possible_links(
        CALL.call_id, [CallId("a"), CallId("b")]
    )
