"""A further report of a known incident on real parts: linked by a key, read in psql, taken back by a key."""

from operator_app.room.peers import SippCall, SippCaller
from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from tests.e2e.steps import answer, incident_row, wait_ready, wait_ring, write_incident

NUMBER = "081200000113"


def test_a_further_report_is_linked_and_unlinked_by_keys_and_the_server_has_both(room: Room) -> None:
    m1, m2 = room.seat("M1", map_pane=False, start=False), room.seat("M2", map_pane=False, start=False)
    for window in (m1, m2):
        window.start(wait=False)
    for window in (m1, m2):
        window.wait_shown()
    wait_ready(m1, m2)
    known = write_incident(m1, "Gang Mawar 3, Teluk Lingga", "keb rum", "KEB-01", "Dapur terbakar.")
    target = room.phone_address("M2").partition("@")[2]
    sipp = SippCaller(room.crew, "sipp", target, SippCall(user=NUMBER, talk_ms=None))
    wait_ring(m2, NUMBER)
    answer(m2)
    own = write_incident(m2, "gg mawar teluk lingga", "keb rum", "KEB-01", "Api besar sekali.")
    m2.wait_text("known", known)
    m2.press("ctrl+g")
    m2.wait_text("incidentNumber", known)
    m1.wait_text("timeline", "Api besar sekali.")

    def reads(status: str, of_known: str, of_own: str) -> bool:
        there, here = incident_row(room, known), incident_row(room, own)
        return (here[3], there[5], here[5]) == (status, of_known, of_own)

    def told() -> str:
        return f"{incident_row(room, known)} {incident_row(room, own)}"

    def of_call(number: str) -> list[tuple[str, ...]]:
        return room.sql(
            "SELECT c.call_id FROM op112.incident_call c JOIN op112.incident i ON i.id = c.incident_id"
            f" WHERE i.number = '{number}'"
        )

    wait_for("psql reads the link", lambda: reads("merged", NUMBER, ""), 20, told)
    assert len(of_call(known)) == 1
    m2.press("ctrl+shift+g")
    m2.wait_text("incidentNumber", own)
    wait_for("psql reads that it is taken back", lambda: reads("new", "", NUMBER), 20, told)
    assert len(of_call(known)) == 0
    m2.press("ctrl+e")
    m2.wait_text("placeRemark", "dibacakan")
    m2.press("F12")
    assert sipp.wait() == 0, sipp.report()
