"""The whole trip on real parts: a foreign phone calls, an operator answers by key, room and database have it."""

import contextlib
from pathlib import Path

from operator_app.room.peers import BaresipCaller, SippCall, SippCaller
from operator_app.room.room import Room
from operator_app.room.sound import HEARD, level
from operator_app.room.waiting import wait_for
from operator_app.room.window import Window
from tests.e2e.steps import answer, incident_row, wait_ready, wait_ring, write_incident

NUMBER = "081200000112"
TEXT = "Dapur terbakar, dua orang belum keluar."


def target(room: Room, seat: str) -> str:
    return room.phone_address(seat).partition("@")[2]


def test_a_call_from_sipp_is_an_incident_on_every_screen_and_in_psql(room: Room) -> None:
    m1 = room.seat("M1", map_pane=False, start=False)
    m2 = room.seat("M2", map_pane=False, start=False)
    desk, wall = room.desk("DAMKAR", start=False), room.wall(map_pane=False, start=False)
    start_all(room)
    wait_ready(m1, m2, desk)

    sipp = SippCaller(room.crew, "sipp", target(room, "M1"), SippCall(user=NUMBER, talk_ms=None), echo=True)
    wait_ring(m1, NUMBER)
    answer(m1)
    number = write_incident(m1, "Gang Mawar 3, Teluk Lingga", "keb rum", "KEB-01", TEXT)
    m1.press("F7")
    desk.wait_words("PENUGASAN BARU")
    desk.press("F2")
    m1.wait_text("timeline", "Damkar: Diterima")
    m2.wait_text("incidentsTable", number)
    wall.wait_words("Kebakaran rumah")
    m1.press("F12")
    assert sipp.wait() == 0, sipp.report()
    m1.wait_text("topState", "Pasca-panggilan")

    wanted = ("KEB-01", "Gang Mawar 3, Teluk Lingga", TEXT, "handled", "DAMKAR accepted, RSUD sent", NUMBER)
    wait_for(
        "psql reads the same",
        lambda: incident_row(room, number) == wanted,
        20,
        lambda: str(incident_row(room, number)),
    )
    assert room.sql("SELECT state, seat FROM op112.call") == [("ended", "M1")]
    recording = wait_for(
        "the recording is told", lambda: room.sql("SELECT recordings[1] FROM op112.call")[0][0] or None
    )
    assert level(m1.data / "recordings" / recording) >= 0.0
    assert room.sql("SELECT count(*) FROM op112.alarm") == [("0",)]


def test_a_call_from_baresip_is_heard_both_ways_and_hung_up_by_the_caller(room: Room, voices: Path) -> None:
    seat = room.seat("M1", voice=voices / "operator.wav", map_pane=False)
    wait_ready(seat)
    caller = BaresipCaller(room.crew, "baresip", speak=voices / "rumah-terbakar.wav")
    with contextlib.closing(caller):
        caller.dial(room.phone_address("M1"))
        seat.wait_text("callState", "Panggilan masuk")
        answer(seat)
        caller.wait_event("CALL_ESTABLISHED")

        def recorded() -> bool:
            found = sorted((seat.data / "recordings").rglob("*.wav"))
            return len(found) > 1 and all(level(path) > HEARD for path in found)

        wait_for("both voices are on the recording", recorded)
        number = write_incident(seat, "Swarga Bara", "buaya", "SAT-01", "Buaya di tepi sungai.")
        caller.hang_up()
        seat.wait_text("topState", "Pasca-panggilan")
        wait_for("baresip heard the operator", lambda: any(level(path) > HEARD for path in caller.heard()))
    wait_for("it is at the server", lambda: incident_row(room, number)[:1] == ("SAT-01",))


def test_a_seat_registered_at_a_phone_server_takes_the_call_from_there(room: Room) -> None:
    server = room.start_phone_server({"m1": "rahasia"})
    account = {"registrar": f"sip:{server.address}", "user": "m1", "password": "rahasia", "transport": "tcp"}
    seat = room.seat("M1", accounts=[account], map_pane=False)
    wait_ready(seat)
    call = SippCall(user=NUMBER, called="m1", talk_ms=500)
    sipp = SippCaller(room.crew, "sipp", server.address, call)
    wait_ring(seat, NUMBER)
    answer(seat)
    number = write_incident(seat, "Singa Geweh", "banjir", "BEN-01", "Air naik sampai lutut.")
    assert sipp.wait() == 0, sipp.report()
    seat.wait_text("topState", "Pasca-panggilan")
    wait_for("it is at the server", lambda: incident_row(room, number)[-1:] == (NUMBER,))


def test_a_caller_who_hangs_up_first_is_kept_to_be_called_back(room: Room) -> None:
    seat = room.seat("M1", map_pane=False)
    wait_ready(seat)
    sipp = SippCaller(room.crew, "sipp", target(room, "M1"), SippCall(user=NUMBER, give_up_ms=300))
    wait_ring(seat, NUMBER)
    assert sipp.wait() == 0, sipp.report()
    seat.wait_text("tab_abandoned", "1")
    wait_for(
        "psql reads it", lambda: room.sql("SELECT state, number FROM op112.call") == [("abandoned", NUMBER)]
    )


def test_the_server_stops_the_seat_goes_on_and_all_arrives_after(room: Room) -> None:
    m1 = room.seat("M1", map_pane=False, start=False)
    m2 = room.seat("M2", map_pane=False, start=False)
    start_all(room)
    wait_ready(m1, m2)
    assert room.server is not None
    room.server.stop()
    m1.wait_text("link", "Server terputus sejak")
    m1.wait_text("lampServer", "Server terputus")

    sipp = SippCaller(room.crew, "sipp", target(room, "M1"), SippCall(user=NUMBER, talk_ms=500))
    wait_ring(m1, NUMBER)
    answer(m1)
    first = write_incident(m1, "Teluk Lingga", "keb rum", "KEB-01", TEXT)
    assert sipp.wait() == 0, sipp.report()
    m1.wait_text("topState", "Pasca-panggilan")
    m1.press("F11")
    m1.wait_text("topState", "Siap")
    second = write_incident(m2, "Swarga Bara", "pohon", "BEN-03", "Pohon tumbang menutup jalan.")
    assert "menunggu" in m1.text("link")

    room.server.start()
    for seat in (m1, m2):
        seat.wait_text("link", "Semua sudah di server", 30)
        for number in (first, second):
            seat.wait_text("incidentsTable", number)
    assert incident_row(room, first)[:2] == ("KEB-01", "Teluk Lingga")
    assert incident_row(room, second)[:2] == ("BEN-03", "Swarga Bara")
    assert room.sql("SELECT count(*) FROM op112.incident") == [("2",)]


def test_a_killed_seat_comes_back_with_its_incident_and_its_call(room: Room, voices: Path) -> None:
    seat = room.seat("M1", map_pane=False)
    wait_ready(seat)
    caller = room.caller(NUMBER, voices / "buaya.wav")
    caller.dial(room.phone_address("M1"))
    wait_ring(seat, NUMBER)
    answer(seat)
    number = write_incident(seat, "Singa Geweh", "buaya", "SAT-01", "Buaya tiga meter dekat jembatan.")
    seat.kill()
    seat.start()
    seat.wait_text("callState", "Tersambung")
    seat.wait_text("incidentNumber", number)
    assert seat.text("text") == "Buaya tiga meter dekat jembatan."
    assert caller.is_in_call
    seat.press("F12")
    caller.wait_ended()
    seat.wait_text("topState", "Pasca-panggilan")


def test_a_seat_killed_in_the_middle_of_a_word_comes_back_and_the_word_is_written_to_its_end(
    room: Room,
) -> None:
    """Real keys, SIGKILL between two of them, a start on the same disk. A picture of before and after stays."""
    seat = room.seat("M1", map_pane=False)
    wait_ready(seat)
    safe, half, rest = "rumah di tepi sungai terbakar", ", dua orang belum kelu", "ar dari lantai dua"
    seat.press("F5")
    seat.type("Gang Mawar")
    seat.click("text")
    seat.type(safe)
    seat.wait_text("timeline", safe)
    number = seat.text("incidentNumber")
    seat.type(half)
    seat.wait_text("text", safe + half)
    seat.screenshot(room.folder / "killed-in-mid-word-before.png")
    seat.kill()
    assert not seat.is_running
    seat.start()
    seat.wait_text("incidentNumber", number)
    seat.wait_text("text", safe)
    kept = seat.text("text")
    assert (safe + half).startswith(kept)
    assert seat.text("place") == "Gang Mawar"
    seat.screenshot(room.folder / "killed-in-mid-word-back.png")
    seat.click("text")
    seat.press("ctrl+End")
    seat.type((safe + half + rest)[len(kept) :])
    seat.wait_text("text", safe + half + rest)
    wanted = [("Gang Mawar", safe + half + rest)]
    told = f"SELECT place, text FROM op112.incident WHERE number = '{number}'"
    wait_for("the server has all of it", lambda: room.sql(told) == wanted, 20, lambda: str(room.sql(told)))
    seat.screenshot(room.folder / "killed-in-mid-word-after.png")


def start_all(room: Room) -> None:
    windows: list[Window] = list(room.windows.values())
    for window in windows:
        window.start(wait=False)
    for window in windows:
        window.wait_shown()
