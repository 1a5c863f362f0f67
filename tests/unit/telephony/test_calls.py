"""A window's picture of its calls: snapshot and signals come to the same."""

from datetime import UTC, datetime

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    EndedBy,
    HoldState,
    LineCallState,
    LineConnected,
    LineDigit,
    LineEnded,
    LineMedia,
    LineOffered,
    LinePlaced,
    LineProgress,
    LineRecordingFailed,
    MediaDirection,
    RecordingProblem,
)
from operator_app.telephony.calls import CallBook

AT = datetime(2026, 1, 2, tzinfo=UTC)
A, B = CallId("a"), CallId("b")
OFFERED = LineOffered(A, "0811", False, "Ani", "sip:0811@x", "sip:112@y", "direct", AT)


def test_an_incoming_call_from_offer_to_end() -> None:
    book = CallBook()
    book.fold(OFFERED)
    assert (book.calls[0].state, book.calls[0].number) == (LineCallState.OFFERED, "0811")
    book.fold(LineConnected(A, AT, recording=True))
    book.fold(LineMedia(A, True, MediaDirection.BOTH, "PCMA", HoldState.NONE, muted=True))
    (call,) = book.calls
    assert (call.state, call.answered_at, call.recording) == (LineCallState.CONNECTED, AT, True)
    assert (call.media_active, call.codec, call.muted) == (True, "PCMA", True)
    book.fold(LineRecordingFailed(A, RecordingProblem.STALLED, ""))
    assert not book.calls[0].recording
    book.fold(LineEnded(A, AT, EndedBy.REMOTE, 200, ""))
    assert book.calls == ()


def test_an_outgoing_call_and_the_order_of_calls() -> None:
    book = CallBook()
    book.fold(LinePlaced(B, "113", "sip:113@x", "server", AT))
    book.fold(OFFERED)
    book.fold(LineProgress(B, LineCallState.RINGING, 180))
    assert [(call.call_id, call.state) for call in book.calls] == [
        (B, LineCallState.RINGING),
        (A, LineCallState.OFFERED),
    ]


def test_signals_of_calls_that_are_not_there_change_nothing() -> None:
    book = CallBook()
    for signal in (
        LineConnected(A, AT),
        LineEnded(A, AT, EndedBy.LOCAL, 200, ""),
        LineDigit(A, "1"),
        LineRecordingFailed(None, RecordingProblem.FOLDER, ""),
    ):
        book.fold(signal)
    assert book.calls == ()
