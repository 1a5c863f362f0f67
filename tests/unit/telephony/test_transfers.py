"""Transfers that are not decided yet."""

from operator_app.domain.ids import CallId
from operator_app.domain.line import TransferState
from operator_app.telephony.engine.transfers import RINGING_S, UNHEARD_S, Transfers

CALL = CallId("a")


def begun() -> Transfers:
    transfers = Transfers()
    told = transfers.begin(CALL, "113", None, 100.0)
    assert (told.state, told.to) == (TransferState.ASKED, "113")
    return transfers


def test_it_rings_and_is_done() -> None:
    transfers = begun()
    assert transfers.heard(CALL, 100, "Trying", final=False) is None
    ringing = transfers.heard(CALL, 180, "Ringing", final=False)
    assert ringing is not None
    assert ringing.state is TransferState.RINGING
    assert transfers.heard(CALL, 180, "Ringing", final=False) is None, "told once"
    done = transfers.heard(CALL, 200, "OK", final=True)
    assert done is not None
    assert (done.state, done.code) == (TransferState.DONE, 200)
    assert CALL not in transfers


def test_a_refusal_is_a_failure_with_its_code() -> None:
    told = begun().heard(CALL, 486, "Busy Here", final=True)
    assert told is not None
    assert (told.state, told.code) == (TransferState.FAILED, 486)


def test_a_subscription_that_ends_without_a_verdict_is_no_success() -> None:
    told = begun().heard(CALL, 180, "Ringing", final=True)
    assert told is not None
    assert told.state is TransferState.FAILED


def test_a_far_end_that_says_nothing_is_given_up_soon_a_ringing_target_later() -> None:
    transfers = begun()
    assert transfers.given_up(100.0 + UNHEARD_S - 0.1) == []
    (told,) = transfers.given_up(100.0 + UNHEARD_S)
    assert (told.state, told.code) == (TransferState.FAILED, 408)
    transfers = begun()
    transfers.heard(CALL, 100, "Trying", final=False)
    assert transfers.given_up(100.0 + UNHEARD_S) == []
    assert len(transfers.given_up(100.0 + RINGING_S)) == 1
    assert transfers.heard(CALL, 200, "OK", final=True) is None, "decided already"


def test_a_call_that_ends_first_leaves_it_unknown() -> None:
    transfers = begun()
    told = transfers.ended(CALL)
    assert told is not None
    assert told.state is TransferState.UNKNOWN
    assert transfers.ended(CALL) is None
