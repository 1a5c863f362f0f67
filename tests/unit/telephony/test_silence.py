"""When a call counts as silent."""

from operator_app.domain.ids import CallId
from operator_app.telephony.engine.silence import SILENT_S, SilenceWatch

CALL = CallId("c")


def test_silent_after_two_seconds_without_either_counter_moving() -> None:
    watch = SilenceWatch()
    assert watch.look(CALL, (5, 0), 10.0) is None
    assert watch.look(CALL, (6, 0), 11.0) is None
    assert watch.look(CALL, (6, 0), 11.0 + SILENT_S - 0.1) is None
    assert watch.look(CALL, (6, 0), 11.0 + SILENT_S) == 11.0
    assert watch.look(CALL, (6, 0), 30.0) == 11.0
    assert watch.look(CALL, (7, 0), 30.5) is None


def test_a_report_is_a_sign_of_life() -> None:
    watch = SilenceWatch()
    watch.look(CALL, (5, 0), 10.0)
    assert watch.look(CALL, (5, 1), 11.9) is None
    assert watch.look(CALL, (5, 1), 13.0) is None
    assert watch.look(CALL, (5, 1), 13.9) == 11.9


def test_where_no_sound_has_come_a_report_is_no_sign_of_it() -> None:
    watch = SilenceWatch()
    watch.look(CALL, (0, 0), 10.0)
    assert watch.look(CALL, (0, 1), 11.9) is None
    assert watch.look(CALL, (0, 2), 12.0) == 10.0
    assert not watch.ever_heard(CALL)


def test_what_was_heard_before_a_hold_was_heard() -> None:
    watch = SilenceWatch()
    watch.look(CALL, (5, 0), 10.0)
    watch.forget(CALL)
    assert watch.look(CALL, (0, 0), 20.0) is None
    assert watch.look(CALL, (0, 0), 22.0) == 20.0
    assert watch.ever_heard(CALL), "it stopped; that is another fault than never to have come"
    watch.over(CALL)
    assert not watch.ever_heard(CALL)


def test_counters_that_begin_anew_are_no_silence() -> None:
    watch = SilenceWatch()
    watch.look(CALL, (500, 0), 10.0)
    assert watch.look(CALL, (0, 0), 13.0) is None


def test_what_is_forgotten_begins_anew() -> None:
    watch = SilenceWatch()
    watch.look(CALL, (5, 0), 10.0)
    watch.forget(CALL)
    assert watch.look(CALL, (5, 0), 13.0) is None
    watch.forget(CallId("never known"))
