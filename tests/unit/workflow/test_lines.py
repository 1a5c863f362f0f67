"""Several calls at one seat: second call, consulting, conference, transfer, being transferred."""

import asyncio

import pytest

from operator_app.domain.facts.call import (
    CallConferenced,
    CallConsulted,
    CallEnded,
    CallKeyPressed,
    CallLinked,
    CallReplaced,
    CallTransferred,
)
from operator_app.domain.ids import CallId
from operator_app.domain.line import HoldState
from operator_app.domain.states import CallState, Classification, RefusedError, SeatState
from operator_app.workflow.auto_answer import AutoAnswer
from operator_app.workflow.ends import Elsewhere
from operator_app.workflow.lines import Colleague, colleague
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError
from operator_app.workflow.seat import SeatChanged
from tests.fakes.memory_phone import MemoryPhone
from tests.unit.workflow.room import DAMKAR, PLN, Bench, make_seat


async def talking() -> tuple[Bench, MemoryPhone, CallId]:
    """A seat with a caller on the line."""
    phone = MemoryPhone()
    phone.routed = True
    bench = make_seat(phone)
    await phone.start()
    await bench.seat.open()
    caller = phone.offer("0811")
    await bench.seat.answer()
    return bench, phone, caller


async def consulting() -> tuple[Bench, MemoryPhone, CallId, CallId]:
    """The same, and Damkar on the other line."""
    bench, phone, caller = await talking()
    await bench.seat.dial(*bench.seat.cards.phone_of(DAMKAR))
    helper = phone.calls()[-1].call_id
    phone.far_answers(helper)
    return bench, phone, caller, helper


def hold(phone: MemoryPhone, call_id: CallId) -> HoldState:
    return next(call.hold for call in phone.calls() if call.call_id == call_id)


def facts(bench: Bench, kind: type) -> list[object]:
    return [event.fact for event in bench.journal.kept if isinstance(event.fact, kind)]


async def test_an_agency_is_called_for_the_caller_who_waits_and_stays_at_hand() -> None:
    bench, phone, caller, helper = await consulting()
    assert phone.dialled == ["113"]
    assert (hold(phone, caller), hold(phone, helper)) == (HoldState.LOCAL, HoldState.NONE)
    assert bench.seat.hand.call == caller
    assert bench.seat.calls.party(phone.calls()[-1]) == "Damkar"
    await bench.recorder.settle()
    assert facts(bench, CallConsulted) == [CallConsulted(caller, helper, "Damkar")]
    assert [step.fact for step in bench.board.calls[caller].steps] == [
        CallConsulted(caller, helper, "Damkar")
    ]


async def test_the_end_key_ends_the_consulted_one_and_the_caller_is_back() -> None:
    bench, phone, caller, _ = await consulting()
    await bench.seat.calls.end()
    assert [call.call_id for call in phone.calls()] == [caller]
    assert hold(phone, caller) is HoldState.NONE
    states = [bench.seat.duty.state]
    await bench.seat.calls.end()
    await bench.recorder.settle()
    states.append(bench.seat.duty.state)
    assert states == [SeatState.TALKING, SeatState.WRAP_UP]


async def test_who_hangs_up_in_the_same_moment_as_the_agency_does_not_lose_the_caller() -> None:
    bench, phone, caller, helper = await consulting()
    phone.far_ends(helper)
    bench.clock.pass_s(0.4)
    with pytest.raises(RefusedError, match="call_just_came"):
        await bench.seat.calls.end()
    assert [call.call_id for call in phone.calls()] == [caller]
    await bench.seat.calls.end()
    assert phone.calls() == ()
    await bench.recorder.settle()


async def test_a_while_after_the_agency_hung_up_the_end_key_means_the_caller() -> None:
    bench, phone, _, helper = await consulting()
    phone.far_ends(helper)
    bench.clock.pass_s(3)
    await bench.seat.calls.end()
    assert phone.calls() == ()
    await bench.recorder.settle()


async def test_a_caller_who_leaves_on_hold_does_not_keep_the_agency_on_the_line() -> None:
    bench, phone, caller, _ = await consulting()
    phone.far_ends(caller)
    await bench.seat.calls.end()
    assert phone.calls() == ()
    await bench.recorder.settle()


async def test_a_prankster_ended_while_the_agency_is_asked_does_not_make_the_seat_ready() -> None:
    bench, phone, _, helper = await consulting()
    await bench.seat.classify(Classification.PRANK)
    await bench.recorder.settle()
    states = [bench.seat.duty.state]
    assert [call.call_id for call in phone.calls()] == [helper]
    await bench.seat.calls.end()
    await bench.recorder.settle()
    states.append(bench.seat.duty.state)
    assert states == [SeatState.TALKING, SeatState.READY]


async def test_a_call_answered_by_rule_is_not_ended_by_a_key_meant_for_the_one_before() -> None:
    bench, phone, caller = await talking()
    await bench.seat.classify(Classification.PRANK)
    other = phone.offer("0812")
    await bench.seat.answer(other, notice=True)
    with pytest.raises(RefusedError, match="call_just_came"):
        await bench.seat.classify(Classification.PRANK)
    await bench.recorder.settle()
    assert bench.board.calls[other].classification is None
    assert bench.board.calls[caller].classification is Classification.PRANK
    bench.clock.pass_s(3)
    await bench.seat.calls.end()
    assert phone.calls() == ()
    await bench.recorder.settle()


async def test_an_agency_that_does_not_answer_costs_the_caller_nothing() -> None:
    bench, phone, caller = await talking()
    await bench.seat.dial(*bench.seat.cards.phone_of(DAMKAR))
    phone.far_declines(phone.calls()[-1].call_id)
    assert hold(phone, caller) is HoldState.NONE
    assert bench.seat.duty.state is SeatState.TALKING
    await bench.recorder.settle()


async def test_an_agency_without_a_number_is_not_called() -> None:
    bench, phone, caller = await talking()
    with pytest.raises(RefusedError, match="no_number"):
        await bench.seat.dial(*bench.seat.cards.phone_of(PLN))
    assert hold(phone, caller) is HoldState.NONE
    await bench.recorder.settle()


async def test_the_hold_key_exchanges_caller_and_consulted_one_and_the_form_stays() -> None:
    bench, phone, caller, helper = await consulting()
    for expected in ((HoldState.NONE, HoldState.LOCAL), (HoldState.LOCAL, HoldState.NONE)):
        await bench.seat.calls.hold_or_swap()
        assert (hold(phone, caller), hold(phone, helper)) == expected
        assert bench.seat.hand.call == caller
    await bench.recorder.settle()


async def test_the_hold_key_with_one_call_holds_and_takes_back() -> None:
    bench, phone, caller = await talking()
    await bench.seat.calls.hold_or_swap()
    assert hold(phone, caller) is HoldState.LOCAL
    await bench.seat.calls.hold_or_swap()
    assert hold(phone, caller) is HoldState.NONE
    await bench.seat.calls.end()
    with pytest.raises(RefusedError, match="no_call"):
        await bench.seat.calls.hold_or_swap()
    await bench.recorder.settle()


async def test_the_form_follows_from_caller_to_caller() -> None:
    bench, phone, first = await talking()
    await bench.seat.form.edit({"place": "Jl. A"})
    one = bench.seat.hand.incident_id
    await bench.seat.calls.hold_or_swap()
    second = phone.offer("0822")
    await bench.seat.answer()
    assert (bench.seat.hand.call, bench.seat.hand.incident_id) == (second, None)
    await bench.recorder.settle()
    await bench.seat.form.edit({"place": "Jl. B"})
    two = bench.seat.hand.incident_id
    await bench.seat.calls.hold_or_swap()
    assert (bench.seat.hand.call, bench.seat.hand.incident_id) == (first, one)
    await bench.seat.calls.hold_or_swap()
    assert (bench.seat.hand.call, bench.seat.hand.incident_id) == (second, two)
    await bench.seat.calls.end()
    assert bench.seat.hand.call == second, "its record can still be finished"
    assert bench.seat.duty.state is SeatState.TALKING, "somebody still waits on hold"
    with pytest.raises(RefusedError, match="call_at_hand"):
        await bench.seat.finish()
    await bench.seat.calls.hold_or_swap()
    assert (bench.seat.hand.call, bench.seat.hand.incident_id) == (first, one)
    await bench.recorder.settle()


async def test_a_conference_one_leaves_the_rest_goes_on() -> None:
    bench, phone, caller, helper = await consulting()
    await bench.seat.calls.conference()
    assert {call.call_id: (call.joined, call.hold) for call in phone.calls()} == {
        caller: (True, HoldState.NONE),
        helper: (True, HoldState.NONE),
    }
    await bench.recorder.settle()
    assert facts(bench, CallConferenced) == [CallConferenced(caller, tuple(sorted((caller, helper))))]
    await bench.seat.calls.mute(True)
    assert all(call.muted for call in phone.calls()), "nobody hears a muted operator"
    await bench.seat.calls.mute(False)
    await bench.seat.calls.end()
    assert [call.call_id for call in phone.calls()] == [caller], "the last to come is the first to go"
    assert not phone.calls()[0].joined
    assert bench.seat.duty.state is SeatState.TALKING
    await bench.seat.calls.end()
    assert phone.calls() == ()
    await bench.recorder.settle()


async def test_a_caller_who_leaves_the_conference_leaves_the_agency_on_the_line() -> None:
    bench, phone, caller, helper = await consulting()
    await bench.seat.calls.conference()
    phone.far_ends(caller)
    assert [call.call_id for call in phone.calls()] == [helper]
    assert (bench.seat.hand.call, bench.seat.duty.state) == (caller, SeatState.TALKING)
    await bench.seat.calls.end()
    assert phone.calls() == ()
    await bench.recorder.settle()
    assert bench.seat.duty.state is SeatState.WRAP_UP


async def test_in_a_conference_the_hold_key_sends_the_caller_out_for_a_word() -> None:
    bench, phone, caller, helper = await consulting()
    await bench.seat.calls.conference()
    await bench.seat.calls.hold_or_swap()
    assert (hold(phone, caller), hold(phone, helper)) == (HoldState.LOCAL, HoldState.NONE)
    await bench.seat.calls.hold_or_swap()
    assert {call.joined for call in phone.calls()} == {True}
    assert {call.hold for call in phone.calls()} == {HoldState.NONE}
    await bench.seat.calls.conference()
    assert {call.call_id: (call.joined, call.hold) for call in phone.calls()} == {
        caller: (False, HoldState.NONE),
        helper: (False, HoldState.LOCAL),
    }
    await bench.recorder.settle()


async def test_without_a_second_one_there_is_no_conference_and_nobody_to_give_the_caller_to() -> None:
    bench, _, _ = await talking()
    with pytest.raises(RefusedError, match="nobody_consulted"):
        await bench.seat.calls.conference()
    with pytest.raises(RefusedError, match="nobody_consulted"):
        await bench.seat.calls.finish_transfer()
    await bench.recorder.settle()


async def test_a_transfer_after_consulting_is_recorded_with_whom() -> None:
    bench, phone, caller, _ = await consulting()
    await bench.seat.calls.finish_transfer()
    phone.transfer_succeeds(caller)
    await bench.recorder.settle()
    assert phone.calls() == ()
    assert facts(bench, CallTransferred) == [CallTransferred(caller, "Damkar", True, "done", 200)]
    assert bench.board.calls[caller].end_reason == "transferred"
    assert bench.seat.duty.state is SeatState.WRAP_UP


async def test_a_failed_transfer_is_recorded_and_the_caller_is_back() -> None:
    bench, phone, caller = await talking()
    await bench.seat.calls.transfer("113", "Damkar")
    assert phone.calls()[0].transfer_to == "113"
    phone.transfer_rings(caller)
    phone.transfer_fails(caller, 486)
    assert hold(phone, caller) is HoldState.NONE
    await bench.recorder.settle()
    assert facts(bench, CallTransferred) == [CallTransferred(caller, "Damkar", False, "failed", 486)]
    assert bench.seat.duty.state is SeatState.TALKING


async def test_the_incident_goes_with_a_caller_who_is_replaced() -> None:
    bench, phone, caller = await talking()
    await bench.seat.form.edit({"place": "Jl. A"})
    incident = bench.seat.hand.incident_id
    assert incident is not None
    new = phone.far_is_replaced(caller, "113")
    await bench.recorder.settle()
    assert (bench.seat.hand.call, bench.seat.hand.incident_id) == (new, incident)
    assert bench.seat.duty.state is SeatState.TALKING
    assert facts(bench, CallReplaced) == [CallReplaced(caller, new)]
    assert facts(bench, CallLinked) == [CallLinked(new, incident)]


async def test_a_call_answered_at_another_desk_is_no_abandoned_one() -> None:
    phone = MemoryPhone()
    bench = make_seat(phone)
    await phone.start()
    await bench.seat.open()
    call_id = phone.offer("0811")
    phone.taken_elsewhere(call_id)
    await bench.recorder.settle()
    assert bench.board.calls[call_id].state is CallState.ENDED
    assert facts(bench, CallEnded) == [CallEnded(call_id, "elsewhere", 487, "")]


async def test_pressed_keys_are_recorded_up_to_a_limit() -> None:
    bench, phone, caller = await talking()
    for key in "159" + "1" * 200:
        phone.far_presses(caller, key)
    await bench.recorder.settle()
    assert bench.board.calls[caller].keys == "159" + "1" * 61
    assert len(facts(bench, CallKeyPressed)) == 64
    assert bench.seat.calls.digits[caller].startswith("159")


async def test_keys_go_to_the_one_that_is_spoken_with() -> None:
    bench, phone, _, helper = await consulting()
    await bench.seat.calls.send_keys("1#")
    assert phone.sent_digits == [(helper, "1#")]
    await bench.recorder.settle()


async def test_a_second_number_is_not_dialled_while_the_first_still_rings() -> None:
    bench, phone, caller = await talking()
    await bench.seat.dial(*bench.seat.cards.phone_of(DAMKAR))
    with pytest.raises(RefusedError, match="call_at_hand"):
        await bench.seat.dial("110")
    assert hold(phone, caller) is HoldState.LOCAL
    await bench.recorder.settle()


async def test_what_cannot_be_dialled_leaves_the_caller_on_the_line() -> None:
    bench, phone, caller = await talking()
    phone.routed = False
    with pytest.raises(PhoneRefusedError) as caught:
        await bench.seat.dial(*bench.seat.cards.phone_of(DAMKAR))
    assert caught.value.code is PhoneRefusal.NO_ROUTE
    assert hold(phone, caller) is HoldState.NONE
    await bench.recorder.settle()
    assert facts(bench, CallConsulted) == []


async def free_seat() -> tuple[Bench, MemoryPhone, list[CallId], AutoAnswer]:
    """A seat that answers by rule at once, and which calls it would answer."""
    phone = MemoryPhone()
    bench = make_seat(phone)
    phone._now = bench.clock.now
    await phone.start()
    await bench.seat.open()
    answered: list[CallId] = []
    auto = AutoAnswer(bench.seat, 0.0, answered.append)
    bench.bus.subscribe(SeatChanged, lambda _: auto.look())
    return bench, phone, answered, auto


async def test_a_free_seat_answers_the_longest_waiting_by_rule_and_each_once() -> None:
    bench, phone, answered, auto = await free_seat()
    first = phone.offer("0811")
    bench.clock.pass_s(1)
    phone.offer("0822")
    await asyncio.sleep(0.01)
    assert answered == [first]
    await asyncio.sleep(0.01)
    assert answered == [first], "what could not be answered by rule waits for a hand"
    auto.stop()
    await bench.recorder.settle()


async def test_nobody_is_put_through_to_a_seat_that_talks_or_rests() -> None:
    bench, phone, answered, auto = await free_seat()
    await bench.seat.duty.set(SeatState.BREAK)
    call_id = phone.offer("0811")
    await asyncio.sleep(0.01)
    assert answered == []
    await bench.seat.answer(call_id, notice=True)
    assert phone.noticed == [call_id]
    phone.offer("0822")
    await asyncio.sleep(0.01)
    assert answered == []
    auto.stop()
    await bench.recorder.settle()


async def test_a_site_that_answers_by_hand_plans_nothing() -> None:
    bench, phone, answered, _ = await free_seat()
    by_hand = AutoAnswer(bench.seat, None, answered.append)
    phone.offer("0811")
    by_hand.look()
    assert by_hand._planned is None
    await asyncio.sleep(0.01)
    await bench.recorder.settle()


async def test_a_call_that_two_desks_answered_in_the_same_moment_is_told_as_such() -> None:
    bench, phone, caller = await talking()
    phone.taken_elsewhere(caller)
    await bench.recorder.settle()
    assert bench.seat.calls.ends.elsewhere == Elsewhere(caller, "0811", raced=True)
    assert facts(bench, CallEnded) == [CallEnded(caller, "elsewhere", 200, "")]


def test_a_watched_number_has_the_name_written_after_it_or_its_own() -> None:
    assert colleague("201 Meja 2") == Colleague("201", "Meja 2")
    assert colleague("201") == Colleague("201", "201")
    assert colleague("sip:m2@10.0.0.5") == Colleague("sip:m2@10.0.0.5", "m2")
