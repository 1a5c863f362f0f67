"""From the ring to the wrap-up: what the phone tells is on the picture at once and in the record once."""

import asyncio
from datetime import UTC, datetime

import pytest

from operator_app.domain.facts.call import CallAnswered, CallEnded, CallIdentified, CallOffered, CallRecorded
from operator_app.domain.facts.incident import IncidentOpened
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.figures import abandoned
from operator_app.domain.ids import CallId
from operator_app.domain.line import LineRefused, LineSignal, RefusalReason
from operator_app.domain.states import CallState, Classification, RefusedError, SeatState
from operator_app.workflow.ports import JournalFailedError
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.seat import Seat
from tests.fakes.memory_phone import MemoryPhone
from tests.unit.workflow.room import RULES, Bench, make_seat


async def ready_seat() -> tuple[Bench, MemoryPhone]:
    """A seat whose phone is up."""
    phone = MemoryPhone()
    bench = make_seat(phone)
    await phone.start()
    await bench.seat.open()
    return bench, phone


def ops(bench: Bench) -> list[str]:
    """The kinds of fact in the journal, the seat's states aside."""
    return [event.fact.op for event in bench.journal.kept if event.fact.op != "seat.state"]


async def test_a_ring_is_seen_before_the_disk_has_it() -> None:
    bench, phone = await ready_seat()
    call_id = phone.offer("0812", display_name="Pelapor")
    assert [each.call_id for each in bench.seat.calls.waiting()] == [call_id]
    assert ops(bench) == []
    await bench.recorder.settle()
    assert bench.board.calls[call_id].state is CallState.RINGING


async def test_one_key_answers_the_longest_waiting_call() -> None:
    bench, phone = await ready_seat()
    first, second = phone.offer("0811"), phone.offer("0812")
    await bench.seat.answer()
    assert bench.seat.hand.call == first
    assert [each.call_id for each in bench.seat.calls.waiting()] == [second]
    assert bench.seat.duty.state is SeatState.TALKING
    with pytest.raises(RefusedError, match="call_at_hand"):
        await bench.seat.answer()
    await bench.seat.calls.hold_or_swap()
    await bench.seat.answer()
    assert bench.seat.hand.call == second
    await bench.recorder.settle()


async def test_a_second_press_while_a_call_is_being_answered_takes_no_second_caller() -> None:
    class SlowPhone(MemoryPhone):
        async def answer(self, call_id: CallId, *, notice: bool = False) -> None:
            await asyncio.sleep(0)
            await super().answer(call_id, notice=notice)

    phone = SlowPhone()
    bench = make_seat(phone)
    await phone.start()
    await bench.seat.open()
    first, second = phone.offer("0811"), phone.offer("0812")
    pressed = await asyncio.gather(bench.seat.answer(), bench.seat.answer(), return_exceptions=True)
    assert [type(each) for each in pressed] == [type(None), RefusedError]
    assert bench.seat.hand.call == first
    assert [each.call_id for each in bench.seat.calls.waiting()] == [second]
    await bench.recorder.settle()


async def test_no_call_no_answer() -> None:
    bench, _ = await ready_seat()
    with pytest.raises(RefusedError, match="no_call_waiting"):
        await bench.seat.answer()
    with pytest.raises(RefusedError, match="no_call"):
        await bench.seat.calls.end()
    with pytest.raises(RefusedError, match="no_call"):
        await bench.seat.classify(Classification.PRANK)


async def test_the_whole_call_is_written_once_though_signals_repeat() -> None:
    bench, phone = await ready_seat()
    heard: list[LineSignal] = []
    phone.subscribe(heard.append)
    call_id = phone.offer("0812")
    await bench.seat.answer()
    phone.far_ends(call_id)
    phone.recorded(call_id)
    for signal in tuple(heard):
        bench.seat.calls.on_signal(signal)
    await bench.recorder.settle()
    assert ops(bench) == [CallOffered.op, CallAnswered.op, CallEnded.op, CallRecorded.op]
    for signal in tuple(heard):
        bench.seat.calls.on_signal(signal)
    await bench.recorder.settle()
    assert len(ops(bench)) == 4
    states = [bench.seat.duty.state]
    await bench.seat.finish()
    states.append(bench.seat.duty.state)
    assert states == [SeatState.WRAP_UP, SeatState.READY]
    assert bench.seat.hand.call is None


async def test_typed_words_belong_to_the_call_and_its_number_to_the_incident() -> None:
    bench, phone = await ready_seat()
    call_id = phone.offer("0812")
    await bench.seat.answer()
    await bench.recorder.settle()
    await bench.seat.form.edit({"place": "Jl. A"})
    incident = bench.seat.hand.incident
    assert incident is not None
    assert incident.calls == (call_id,)
    assert incident.value("caller_number") == "0812"
    assert bench.board.calls[call_id].incident_id == incident.id
    assert ops(bench).count(IncidentOpened.op) == 1


async def test_a_prank_costs_one_wish_and_opens_no_incident() -> None:
    bench, phone = await ready_seat()
    call_id = phone.offer("0812")
    await bench.seat.answer()
    await bench.seat.classify(Classification.PRANK)
    await bench.recorder.settle()
    assert bench.board.calls[call_id].classification is Classification.PRANK
    assert bench.board.calls[call_id].state is CallState.ENDED
    assert bench.board.incidents == {}
    assert bench.seat.duty.state is SeatState.READY
    assert bench.seat.hand.call is None


async def test_a_noise_key_pressed_at_a_ring_does_not_make_a_prank_of_the_call_before() -> None:
    bench, phone = await ready_seat()
    before = phone.offer("0811")
    await bench.seat.answer()
    await bench.seat.classify(Classification.EMERGENCY)
    await bench.seat.calls.end()
    await bench.recorder.settle()
    await bench.seat.finish()
    phone.offer("0812")
    with pytest.raises(RefusedError, match="not_classifiable"):
        await bench.seat.classify(Classification.PRANK)
    await bench.recorder.settle()
    assert bench.board.calls[before].classification is Classification.EMERGENCY


async def test_the_next_call_gets_an_empty_form() -> None:
    bench, phone = await ready_seat()
    first = phone.offer("0811")
    await bench.seat.answer()
    await bench.seat.form.edit({"place": "Jl. A"})
    phone.far_ends(first)
    phone.offer("0812")
    await bench.seat.answer()
    assert bench.seat.hand.incident is None
    await bench.recorder.settle()


async def test_a_seat_talks_though_the_disk_is_still_busy_with_the_call_before() -> None:
    """Answered before the wrap-up was written: the room must not read wrap-up of a seat that talks."""
    bench, phone = await ready_seat()
    first = phone.offer("0811")
    await bench.seat.answer()
    await bench.recorder.settle()
    phone.far_ends(first)
    second = phone.offer("0812")
    await bench.seat.answer()
    await bench.recorder.settle()
    await bench.seat.tick()
    states = [bench.seat.duty.state]
    phone.far_ends(second)
    await bench.recorder.settle()
    states.append(bench.seat.duty.state)
    assert states == [SeatState.TALKING, SeatState.WRAP_UP]


async def test_a_seat_that_answers_with_a_full_disk_is_said_to_talk_once_there_is_room_again() -> None:
    bench, phone = await ready_seat()
    call_id = phone.offer("0811")
    await bench.recorder.settle()
    bench.journal.broken = "disk full"
    with pytest.raises(JournalFailedError):
        await bench.seat.answer()
    assert bench.seat.hand.call == call_id
    bench.journal.broken = ""
    await bench.recorder.settle()
    await bench.seat.tick()
    states = [bench.seat.duty.state]
    await bench.seat.calls.end()
    await bench.recorder.settle()
    states.append(bench.seat.duty.state)
    assert states == [SeatState.TALKING, SeatState.WRAP_UP]


async def test_a_call_taken_over_has_its_incident_though_the_disk_is_full() -> None:
    bench, phone = await ready_seat()
    phone.offer("0811")
    await bench.seat.answer()
    await bench.seat.form.edit({"place": "Jl. A"})
    await bench.recorder.settle()
    before = bench.seat.hand.incident_id
    seat = Seat(bench.recorder, bench.board, bench.bus, phone, RULES)
    phone.come_back()
    await bench.seat.duty.set(SeatState.BREAK)  # so that there is something to be told
    bench.journal.broken = "disk full"
    with pytest.raises(JournalFailedError):
        await seat.open()
    assert seat.hand.incident_id == before
    bench.journal.broken = ""
    await seat.tick()
    assert seat.duty.state is SeatState.TALKING


async def test_who_is_called_back_gets_an_empty_form() -> None:
    bench, phone = await ready_seat()
    phone.routed = True
    gone = phone.offer("0811")
    phone.far_ends(gone)
    phone.offer("0812")
    await bench.seat.answer()
    await bench.seat.form.edit({"place": "Jl. A"})
    before = bench.seat.hand.incident_id
    assert before is not None
    await bench.seat.calls.end()
    await bench.seat.call_back("0811")
    assert bench.seat.hand.incident_id is None
    await bench.seat.form.edit({"place": "Jl. B"})
    assert bench.board.incidents[before].value("place") == "Jl. A"
    await bench.recorder.settle()


async def test_a_call_that_ends_while_it_is_being_answered_does_not_hold_the_seat() -> None:
    class HastyPhone(MemoryPhone):
        async def answer(self, call_id: CallId, *, notice: bool = False) -> None:
            await super().answer(call_id, notice=notice)
            self.far_ends(call_id)

    phone = HastyPhone()
    bench = make_seat(phone)
    await phone.start()
    await bench.seat.open()
    call_id = phone.offer("0812")
    await bench.seat.answer()
    await bench.recorder.settle()
    assert bench.board.calls[call_id].is_over
    states = [each.fact.state for each in bench.journal.kept if isinstance(each.fact, SeatStateChanged)]
    assert states == [SeatState.READY, SeatState.TALKING, SeatState.WRAP_UP]


async def test_a_dead_phone_cuts_its_calls_and_says_so() -> None:
    bench, phone = await ready_seat()
    call_id = phone.offer("0812")
    await bench.seat.answer()
    await bench.recorder.settle()
    phone.die()
    await bench.recorder.settle()
    assert bench.board.calls[call_id].state is CallState.CUT
    assert bench.seat.calls.lost is not None
    assert bench.seat.calls.live_at_hand is None
    phone.come_back()
    assert bench.seat.calls.lost is None


async def test_a_new_window_takes_over_the_call_and_its_incident() -> None:
    bench, phone = await ready_seat()
    call_id = phone.offer("0812")
    await bench.seat.answer()
    await bench.seat.form.edit({"place": "Jl. A"})
    await bench.recorder.settle()
    again = Recorder(
        bench.journal, bench.clock, bench.board, bench.bus, bench.seat.duty.name, "Operator shift 2"
    )
    seat = Seat(again, bench.board, bench.bus, phone, RULES)
    phone.come_back()
    await seat.open()
    await again.settle()
    assert seat.hand.call == call_id
    assert seat.hand.incident is not None
    assert seat.hand.incident.value("place") == "Jl. A"
    assert ops(bench).count(CallOffered.op) == 1


async def test_a_call_left_open_by_a_dead_seat_is_told_as_cut() -> None:
    bench, phone = await ready_seat()
    call_id = phone.offer("0812")
    await bench.seat.answer()
    await bench.recorder.settle()
    again = Recorder(
        bench.journal, bench.clock, bench.board, bench.bus, bench.seat.duty.name, "Operator shift 2"
    )
    other_phone = MemoryPhone()
    Seat(again, bench.board, bench.bus, other_phone, RULES)
    await other_phone.start()
    await again.settle()
    assert bench.board.calls[call_id].state is CallState.CUT
    assert bench.board.calls[call_id].end_reason == "seat_restarted"


async def test_what_the_network_calls_a_call_is_written_down_once_and_only_when_there_is_something() -> None:
    bench, phone = await ready_seat()
    urn = "urn:emergency:uid:callid:a56e556d871:esrp.example"
    named, plain = phone.offer(None, emergency_ids=(urn,), device="352099001761481"), phone.offer("0812")
    bench.seat.calls.reconcile()
    await bench.recorder.settle()
    facts = [each.fact for each in bench.journal.kept if isinstance(each.fact, CallIdentified)]
    assert facts == [CallIdentified(named, (urn,), "352099001761481")]
    assert bench.board.calls[named].device == "352099001761481"
    assert bench.board.calls[plain].emergency_ids == ()


async def test_a_refused_call_is_one_that_rang_in_vain_with_its_reason_and_its_tries() -> None:
    bench, phone = await ready_seat()
    row = phone.turn_away("0812", code=488, reference="r")
    phone.turn_away("0812", code=488, again=row)
    await bench.recorder.settle()
    call = bench.board.calls[row]
    assert (call.state, call.number, call.key) == (CallState.CUT, "0812", "r")
    assert (call.refused_for, call.tries) == ("no_sound", 2)
    (listed,) = abandoned([call], call.offered_at)
    assert (listed.number, listed.tries, listed.refused_for) == ("0812", 2, "no_sound")
    assert ops(bench) == ["call.offered", "call.ended", "call.refused_again"]
    phone._emit(phone_signal(row))
    await bench.recorder.settle()
    assert len(ops(bench)) == 3, "a repeated signal writes nothing twice"


def phone_signal(row: CallId) -> LineRefused:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return LineRefused(2, 488, "0812", at, why=RefusalReason.NO_SOUND, reference="r", call_id=row, times=2)


async def test_refused_here_and_answered_at_another_seat_is_no_lost_call() -> None:
    bench, phone = await ready_seat()
    row = phone.turn_away("0812", reference="one call")
    taken = phone.offer("0812", reference="one call")
    await bench.seat.answer(taken)
    await bench.recorder.settle()
    calls = [bench.board.calls[each] for each in (row, taken)]
    assert abandoned(calls, calls[0].offered_at) == ()


async def test_who_is_called_back_is_whom_the_network_named_last() -> None:
    bench, phone = await ready_seat()
    call_id = phone.offer(None, display_name="m2")
    await bench.seat.answer()
    phone.names_another(call_id, "+6281200000077", "Ibu Sari")
    await bench.recorder.settle()
    call = bench.board.calls[call_id]
    assert (call.number, call.display_name) == ("+6281200000077", "Ibu Sari")
    phone.names_another(call_id, None, "")
    await bench.recorder.settle()
    assert bench.board.calls[call_id].number == "+6281200000077"
