"""What an operator does again and again, by the keys that stand on the buttons."""

from operator_app.room.room import Room
from operator_app.room.window import Window
from operator_app.ui.words.wording import number_text


def wait_ready(*windows: Window) -> None:
    """Return when the windows say that they are joined to the server, and the seats that they take calls."""
    for window in windows:
        if window.role == "seat":
            window.wait_text("topState", "Siap")
            window.wait_other("lampPhone", "Telepon menyala…", "Telepon mati")
            window.wait_exactly("lampServer", "Server")
        elif window.role == "desk":
            window.wait_exactly("lamp_server", "Server")


def wait_ring(seat: Window, number: str) -> None:
    """Return when the call of that number is on the screen."""
    seat.wait_text("callState", "Panggilan masuk")
    seat.wait_text("callNumber", number_text(number))


def answer(seat: Window) -> None:
    """Answer by F2 and see it connected."""
    seat.press("F2")
    seat.wait_text("callState", "Tersambung")


def write_incident(seat: Window, place: str, kind_typed: str, kind: str, text: str) -> str:
    """Type place, kind and text, as they come; return the incident's number once all is saved on this seat."""
    seat.press("F5")
    seat.type(place)
    seat.press("F6")
    seat.type(kind_typed)
    seat.wait_text("kindHits", kind)
    seat.press("Return")
    seat.wait_text("kind", kind)
    seat.press("Escape")  # past the question card
    seat.wait("the description has the keyboard", lambda: (found := seat.find("text")) and found.focus)
    seat.type(text)
    seat.wait_text("timeline", text[:60])
    number = seat.text("incidentNumber")
    assert number.startswith("KTM-")
    return number


def incident_row(room: Room, number: str) -> tuple[str, ...]:
    """Return the incident as psql reads it: kind, place, text, status, agencies with states, callers' numbers."""
    found = room.sql(
        "SELECT i.kind, i.place, i.text, i.status,"
        " (SELECT string_agg(d.agency || ' ' || d.state, ', ' ORDER BY d.agency)"
        "  FROM op112.dispatch d WHERE d.incident_id = i.id),"
        " (SELECT string_agg(c.number, ', ') FROM op112.call c WHERE c.incident_id = i.id)"
        f" FROM op112.incident i WHERE i.number = '{number}'"
    )
    assert len(found) <= 1, found
    return found[0] if found else ()
