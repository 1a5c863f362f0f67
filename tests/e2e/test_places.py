"""Places on real parts: the one that a call brings, taken over by one key; one that is kept, found at the next seat."""

from dataclasses import replace

from operator_app.room.peers import SippCaller
from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from tests.e2e.steps import answer, wait_ready, wait_ring
from tests.e2e.telephony.test_location import PLACE, multipart


def test_the_calls_place_is_taken_over_by_a_key_and_a_landmark_reaches_the_other_seat(room: Room) -> None:
    m1 = room.seat("M1", map_pane=False, start=False)
    m2 = room.seat("M2", map_pane=False, start=False)
    for window in (m1, m2):
        window.start()
    wait_ready(m1, m2)
    call = replace(multipart(PLACE), talk_ms=None)
    target = room.phone_address("M1").partition("@")[2]
    sipp = SippCaller(room.crew, "sipp", target, call)
    wait_ring(m1, "+62811555666")
    answer(m1)
    m1.wait_text("callPlaceWords", "±120 m, lingkaran")
    m1.wait_text("callPlaceDetail", "Jalan Pésona")
    m1.press("F5")
    m1.type("Warung Bu Siti")
    m1.wait_text("timeline", "Warung Bu Siti")
    source = "SELECT lat, lon, field_meta->'position_source'->>'value' FROM op112.incident"
    wait_for("the incident is at the server", lambda: len(room.sql(source)) == 1)
    assert not room.sql(source)[0][2], "never taken over by itself"
    m1.press("ctrl+shift+l")
    wait_for("the point is recorded with its source", lambda: room.sql(source)[0][2] == "call:circle:120")
    assert [round(float(part), 4) for part in room.sql(source)[0][:2]] == [0.5367, 117.4021]
    m1.press("ctrl+p")
    m1.wait_text("notice", "Warung Bu Siti")

    m2.press("F5")
    m2.type("warung bu")
    m2.wait_text("placeHits", "Warung Bu Siti")
    m2.press("Down")  # not said in full: offered, and chosen by hand
    m2.press("shift+Delete")
    m2.wait_text("notice", "dihapus")
    m2.press("BackSpace")
    m2.wait_gone("placeHits", "Warung Bu Siti")
    m1.press("F12")
    m1.wait_text("topState", "Pasca-panggilan")
    sipp.wait()
