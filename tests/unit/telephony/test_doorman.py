"""What a request is answered before the library sees it: by whom it came from and what it belongs to."""

from itertools import count

import pytest

from operator_app.domain.ids import CallId
from operator_app.telephony.engine.doorman import Answer, Doorman, Request, is_deadly

SERVER, STRANGER = "10.0.0.5", "203.0.113.9"
IN_CALL = CallId("the call")
_numbers = count(1)


class House:
    """One phone server, one call."""

    def __init__(self) -> None:
        self.room = True
        self.keys: list[str] = []
        self.away: list[int] = []

    def believes(self, host: str) -> bool:
        return host == SERVER

    def may_ring(self, host: str) -> bool:
        assert host == STRANGER
        return self.room

    def call_named(self, sip_call_id: str) -> CallId | None:
        return IN_CALL if sip_call_id == "known" else None

    def key_pressed(self, call_id: CallId, key: str) -> None:
        assert call_id == IN_CALL
        self.keys.append(key)

    def turned_away(self, request: Request, code: int) -> None:
        assert request.method == "INVITE"
        self.away.append(code)


def request(
    method: str, *headers: str, host: str = SERVER, call: str = "", body: str = "", kind: str = ""
) -> Request:
    number = next(_numbers)
    tag = ";tag=1" if call else ""
    lines = [
        f"{method} sip:112@10.0.0.21 SIP/2.0",
        "From: <sip:0811@x>;tag=2",
        f"To: <sip:112@x>{tag}",
        f"Call-ID: {call or f'c{number}'}",
        f"CSeq: {number} {method}",
        *headers,
        *([f"Content-Type: {kind}"] if kind else []),
    ]
    return Request("\r\n".join(lines) + "\r\n\r\n" + body, host)


def judged(it: Request, *, direct: bool = False, room: bool = True) -> tuple[int, House]:
    house = House()
    house.room = room
    answer = Doorman(house, takes_direct=direct).judge(it)
    return (0 if answer is None else answer.code), house


@pytest.mark.parametrize(
    "method",
    ["OPTIONS", "SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER", "NOTIFY", "INFO", "REGISTER", "INVENTED"],
)
@pytest.mark.parametrize("direct", [False, True])
def test_whatever_a_stranger_wants_but_a_call_is_refused(method: str, direct: bool) -> None:
    code, house = judged(request(method, host=STRANGER), direct=direct)
    assert code == 403
    assert house.away == [], "and is no lost call"


def test_a_strangers_call_rings_only_where_direct_calls_are_taken() -> None:
    code, house = judged(request("INVITE", host=STRANGER))
    assert (code, house.away) == (403, [403])
    code, house = judged(request("INVITE", host=STRANGER), direct=True)
    assert (code, house.away) == (0, [])


def test_a_stranger_gets_busy_when_his_share_is_taken() -> None:
    code, house = judged(request("INVITE", host=STRANGER), direct=True, room=False)
    assert (code, house.away) == (486, [486])


def test_a_stranger_takes_nobodys_place() -> None:
    replaces = "Replaces: known;to-tag=1;from-tag=2"
    assert judged(request("INVITE", replaces, host=STRANGER), direct=True)[0] == 403
    assert judged(request("INVITE", replaces))[0] == 0


def test_what_a_stranger_repeats_is_told_once() -> None:
    house = House()
    doorman, it = Doorman(house, takes_direct=False), request("INVITE", host=STRANGER)
    assert doorman.judge(it) == doorman.judge(Request(it.text, it.host)) == Answer(403)
    assert house.away == [403]
    assert doorman.judge(Request(it.text, SERVER)) is None, (
        "the server's own call of that name is another one"
    )


@pytest.mark.parametrize("method", ["INVITE", "BYE", "UPDATE", "PRACK"])
@pytest.mark.parametrize("host", [SERVER, STRANGER])
def test_the_far_end_of_a_call_may_speak_of_it_itself(method: str, host: str) -> None:
    """A proxy that does not record its route sees neither ACK nor BYE: the tags are the key to the dialog."""
    assert judged(request(method, host=host, call="known"))[0] == 0


def test_nobody_but_a_server_sends_us_on() -> None:
    assert judged(request("REFER", "Refer-To: <sip:0809@x>", host=STRANGER, call="known"))[0] == 403
    assert judged(request("REFER", "Refer-To: <sip:0809@x>", call="known"))[0] == 0


@pytest.mark.parametrize("host", [SERVER, STRANGER])
@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_what_belongs_to_a_call_that_was_judged_is_not_judged_again(method: str, host: str) -> None:
    assert judged(request(method, host=host))[0] == 0


@pytest.mark.parametrize(
    ("method", "code"),
    [("SUBSCRIBE", 489), ("PUBLISH", 405), ("MESSAGE", 405), ("OPTIONS", 0), ("INVITE", 0), ("NOTIFY", 0)],
)
def test_what_a_server_asks_outside_of_calls(method: str, code: int) -> None:
    assert judged(request(method))[0] == code


@pytest.mark.parametrize(
    ("method", "headers", "kind", "body", "code"),
    [
        ("OPTIONS", (), "", "", 200),
        ("INFO", (), "", "", 200),
        ("INFO", (), "application/media_control+xml", "<media_control/>", 200),
        ("INFO", (), "text/plain", "halo", 415),
        ("INFO", (), "application/broadsoft", "event flashhook", 415),
        ("INFO", ("Info-Package: EmergencyCallData.eCall.MSD",), "multipart/mixed", "x", 469),
        ("NOTIFY", ("Event: talk",), "", "", 489),
        ("NOTIFY", ("Event: refer;id=3",), "message/sipfrag", "SIP/2.0 200 OK", 0),
        ("SUBSCRIBE", ("Event: presence",), "", "", 489),
        ("PUBLISH", (), "", "", 405),
        ("REGISTER", (), "", "", 405),
        ("MESSAGE", (), "text/plain", "Tolong", 405),
        ("INVENTED", (), "", "", 501),
    ],
)
def test_what_is_usual_inside_a_call_gets_its_own_answer(
    method: str, headers: tuple[str, ...], kind: str, body: str, code: int
) -> None:
    it = request(method, *headers, call="known", kind=kind, body=body)
    assert judged(it)[0] == code


def test_options_in_a_call_tell_what_is_understood_and_a_405_what_would_be() -> None:
    doorman = Doorman(House(), takes_direct=False)
    for method in ("OPTIONS", "PUBLISH"):
        answer = doorman.judge(request(method, call="known"))
        assert answer is not None
        assert "INVITE" in dict(answer.headers)["Allow"]


def test_inside_a_call_that_is_not_there_the_library_says_so() -> None:
    for method in ("OPTIONS", "INFO", "NOTIFY", "MESSAGE"):
        assert judged(request(method, call="gone"))[0] == 0


def info(body: str, kind: str = "application/dtmf-relay") -> Request:
    return request("INFO", call="known", kind=kind, body=body)


@pytest.mark.parametrize(
    "body", ["Signal=5", "Signal=5\n", "Signal=5\r\n", "", "Signal=5\nDuration=1", "a\0\r\nb"]
)
def test_a_body_without_a_second_line_is_deadly(body: str) -> None:
    assert is_deadly(info(body))
    assert judged(info(body))[0] != 0, "the library never sees it"
    outside = request("INFO", kind="application/dtmf-relay", body=body)
    assert judged(outside)[0] == 481


@pytest.mark.parametrize("kind", ["c: application/dtmf-relay", "Content-Type:\r\n application /\tDTMF-Relay"])
def test_however_its_type_is_written(kind: str) -> None:
    it = request("INFO", kind, call="known", body="Signal=5")
    assert is_deadly(it)
    code, house = judged(it)
    assert (code, house.keys) == (200, ["5"])


def test_a_right_one_goes_to_the_library() -> None:
    assert not is_deadly(info("Signal=5\r\nDuration=160"))
    assert judged(info("Signal=5\r\nDuration=160"))[0] == 0


@pytest.mark.parametrize(
    ("body", "kind", "keys", "code"),
    [
        ("Signal=5", "application/dtmf-relay", ["5"], 200),
        ("signal = #\r\n", "application/dtmf-relay", ["#"], 200),
        ("Signal=d", "application/dtmf-relay", ["D"], 200),
        ("Signal=55", "application/dtmf-relay", [], 400),
        ("5", "application/dtmf-relay", [], 400),
        ("7", "application/dtmf", ["7"], 200),
        ("Signal=8\r\nDuration=100\r\n", "application/dtmf", ["8"], 200),
        ("halo", "application/dtmf", [], 400),
    ],
)
def test_its_key(body: str, kind: str, keys: list[str], code: int) -> None:
    told, house = judged(info(body, kind))
    assert (told, house.keys) == (code, keys)


def test_a_key_sent_twice_over_udp_is_one() -> None:
    house = House()
    doorman, it = Doorman(house, takes_direct=False), info("Signal=5")
    assert doorman.judge(it) == doorman.judge(it) == Answer(200)
    assert house.keys == ["5"]
