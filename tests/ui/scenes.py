"""What the operator's window can look like: each scene brings a seat in the middle of a shift there by keys.

A pane that is new in the window gets its scene here; then it is walked at every size, in both languages and themes
(`test_every_size.py`), and pictured (`python -m tests.ui.looks`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt

from operator_app.domain.facts.call import CallAnswered, CallLinked, CallOffered
from operator_app.domain.facts.incident import FieldSet
from operator_app.domain.ids import CallId
from operator_app.ui.frame.main_window import Page
from operator_app.ui.supervisor.card_editor import WHOLE
from operator_app.workflow.ports import Presence
from tests.ui.desk_scene import until
from tests.ui.seat_room import PastWriter, incident, settled
from tests.ui.test_seat_window import CTRL, Stage

SHIFT = Qt.KeyboardModifier.ShiftModifier


async def quiet(it: Stage) -> None:
    """The call is over, nobody waits."""
    it.press(Qt.Key.Key_F12)
    for call in it.room.seat.calls.waiting():
        it.room.phone.far_ends(call.call_id)
    await it.still()


async def talking(it: Stage) -> None:
    """The design picture: a house fire on the line."""
    await it.still()


async def ringing(it: Stage) -> None:
    """A call rings and nobody is on the line."""
    it.press(Qt.Key.Key_F12)
    await it.still()


async def held(it: Stage) -> None:
    """The call is held and muted."""
    it.press(Qt.Key.Key_F3)
    it.press(Qt.Key.Key_F4)
    await it.still()


async def cut_off(it: Stage) -> None:
    """Neither server nor phone."""
    it.room.cut(12)
    it.room.phone.die()
    await settled(it.room)


async def clash(it: Stage) -> None:
    """Two seats wrote the same field."""
    other = PastWriter("M1").back(-1)
    it.room.seat.room.on_events([other.event(FieldSet(it.at_hand.id, "landmark", "depan SPBU"))])
    await it.still()


async def consulted(it: Stage) -> CallId:
    """Call Damkar by its key and have it answer."""
    it.room.phone.routed = True
    it.press(Qt.Key.Key_F1, SHIFT)
    await until(lambda: len(it.room.seat.calls.lines.all) == 2)
    helper = it.room.seat.calls.lines.all[-1].call_id
    it.room.phone.far_answers(helper)
    return helper


async def second_line(it: Stage) -> None:
    """Damkar is spoken with, the caller is held."""
    await consulted(it)
    await it.still()


async def conference(it: Stage) -> None:
    """Caller, Damkar and operator hear each other."""
    await consulted(it)
    it.press(Qt.Key.Key_F9)
    await until(lambda: len(it.room.seat.calls.lines.joined) == 2)
    await it.still()


async def handing(it: Stage) -> None:
    """The caller is on the way to the one who was asked."""
    await consulted(it)
    it.press(Qt.Key.Key_F8)
    await until(
        lambda: (
            it.room.seat.calls.live_at_hand is not None and bool(it.room.seat.calls.live_at_hand.transfer_to)
        )
    )
    await it.still()


async def dial(it: Stage) -> None:
    """A number is dialled."""
    it.press(Qt.Key.Key_D, CTRL)
    it.write("0812 3456 78")


async def keypad(it: Stage) -> None:
    """Keys go into the call, and the caller has pressed some."""
    it.press(Qt.Key.Key_T, CTRL)
    call_id = it.room.seat.hand.call
    assert call_id is not None
    for key in "1#5":
        it.room.phone.far_presses(call_id, key)
    await asyncio.sleep(0)


async def card_answered(it: Stage) -> None:
    """Half of the card is answered, the next question waits for its key."""
    it.press(Qt.Key.Key_Q, CTRL)
    it.write("dapur, merambat ke kamar")
    it.press(Qt.Key.Key_Return)
    it.write("y3")
    await until(lambda: len(it.at_hand.answers) == 3)


async def known_already(it: Stage) -> None:
    """Other seats have fires close by."""
    place = ("Singa Geweh", "Singa Geweh", "Sangatta Selatan")
    for seat, minutes, position in (("M1", 3, "0.47900,117.56400"), ("M2", 9, "0.47700,117.56100")):
        number = f"KTM-261123-{seat}-009"
        _, events = incident(PastWriter(seat), minutes, number, "KEB-01", place, position)
        it.room.seat.room.on_events(events)
    known = it.seat_window.areas.form.pane.known.words
    await until(lambda: "KTM-261123-M1-009" in known.text())


async def major(it: Stage) -> None:
    """Three reports have come in."""
    writer = PastWriter("M1").back(1)
    it.room.seat.room.on_events([writer.event(CallLinked(CallId(f"c{n}"), it.at_hand.id)) for n in range(2)])
    await until(lambda: "3" in it.seat_window.areas.form.pane.known.words.text())


async def taken_over(it: Stage) -> None:
    """A seat fell silent; its incident is in the form, another is written in by somebody else."""
    it.room.seat.room.on_presence([Presence("M2", "seat", 4.2), Presence("M3", "seat", 0.1)])
    await until(lambda: bool(it.room.seat.room.orphans()))
    it.room.seat.hand.select(it.room.seat.room.orphans()[0].id)
    await until(it.seat_window.areas.company.strip.take_over.isVisible)


async def company(it: Stage) -> None:
    """Two other seats are in the incident, and one wrote over a field."""
    await clash(it)
    it.room.seat.room.on_presence(
        [
            Presence("M1", "seat", 0.2, str(it.at_hand.id), "text"),
            Presence("M2", "seat", 0.2, str(it.at_hand.id)),
        ]
    )
    await asyncio.sleep(0.05)


async def places(it: Stage) -> None:
    """Places are found while typing."""
    it.press(Qt.Key.Key_F5)
    it.write("s")
    it.write("a")
    await until(lambda: it.seat_window.areas.form.pane.place.hits_shown)


async def kinds(it: Stage) -> None:
    """Kinds are found by letters."""
    it.press(Qt.Key.Key_F6)
    it.write("ke")
    await until(lambda: it.seat_window.areas.form.pane.kind.hits_shown)


async def abandoned(it: Stage) -> None:
    """Who hung up."""
    it.press(Qt.Key.Key_L, CTRL)
    it.press(Qt.Key.Key_L, CTRL)
    await it.still()


async def recent(it: Stage) -> None:
    """The last calls."""
    for _ in range(3):
        it.press(Qt.Key.Key_L, CTRL)
    await it.still()


async def searched(it: Stage) -> None:
    """Incidents searched."""
    it.press(Qt.Key.Key_F, CTRL)
    it.write("sangatta")
    await it.still()


async def old(it: Stage) -> None:
    """Everything is late."""
    it.room.clock.pass_s(5 * 3600)
    it.seat_window.screen.second()
    await it.still()


async def key_help(it: Stage) -> None:
    """All keys."""
    it.press(Qt.Key.Key_F1)
    it.press(Qt.Key.Key_Down)


async def new_key(it: Stage) -> None:
    """A key is refused."""
    it.press(Qt.Key.Key_F1)
    it.press(Qt.Key.Key_Down)
    it.press(Qt.Key.Key_Return)
    it.press(Qt.Key.Key_F12)


async def command(it: Stage) -> None:
    """The command bar finds."""
    it.press(Qt.Key.Key_K, CTRL)
    it.write("sang")
    await until(lambda: not it.seat_window.areas.finder.commands._search.isActive())


async def identified(it: Stage) -> None:
    """A call without a number is found by its phone's IMEI."""
    it.press(Qt.Key.Key_K, CTRL)
    it.write("35209900")
    await until(lambda: not it.seat_window.areas.finder.commands._search.isActive())


async def measured(it: Stage) -> None:
    """The call at hand is over and its line was measured; its timeline says so."""
    call_id = it.room.seat.hand.call
    assert call_id is not None
    it.press(Qt.Key.Key_F12)
    await it.still()
    it.room.phone.measured(call_id, mos=3.2, lost=6.1)
    await recent(it)


async def raced(it: Stage) -> None:
    """Two desks answered one ring; the other one has the caller."""
    it.press(Qt.Key.Key_F12)
    for call in it.room.seat.calls.waiting():
        it.room.phone.far_ends(call.call_id)
    await it.still()
    ours = it.room.phone.offer("081346550077", reference="abc@pbx")
    it.press(Qt.Key.Key_F2)
    await until(lambda: it.room.seat.calls.live_at_hand is not None)
    it.room.phone.far_ends(ours)
    other, theirs = PastWriter("M1").back(0), CallId("theirs")
    offered = CallOffered(theirs, "in", "081346550077", "", "abc@pbx")
    it.room.seat.room.on_events([other.event(offered), other.event(CallAnswered(theirs))])
    await until(lambda: it.room.seat.calls.ends.elsewhere is not None)
    await it.still()


async def transfer(it: Stage) -> None:
    """To whom a caller goes is asked; the one who is named is on the phone."""
    it.press(Qt.Key.Key_F8)
    it.write("m1")
    await it.still()


async def number_history(it: Stage) -> None:
    """The past of a number."""
    it.press(Qt.Key.Key_B, CTRL | SHIFT)


async def card_editor(it: Stage) -> None:
    """A supervisor changes the questions of a kind."""
    it.room.seat.cards.rights = frozenset({"supervisor"})
    it.press(Qt.Key.Key_K, CTRL | SHIFT)
    editor = it.seat_window.areas.supervisor.editor
    assert editor is not None
    editor.resize(*(editor._theme.px(side) for side in WHOLE))
    await until(editor.isVisible)
    await it.still()


def by_deed(deed: str) -> Callable[[Stage], Awaitable[None]]:
    """The pane that a deed opens."""

    async def play(it: Stage) -> None:
        it.seat_window.hand.press(deed)
        await asyncio.sleep(0.05)

    return play


@dataclass(frozen=True, slots=True)
class Scene:
    """How to get there, on which page it is to be seen where there is no room for all, and what may end in dots."""

    play: Callable[[Stage], Awaitable[None]]
    pages: tuple[Page, ...] = ()
    may_elide: frozenset[str] = field(default_factory=frozenset)


PHONE, FORM, INCIDENTS = (Page.PHONE,), (Page.FORM,), (Page.INCIDENTS,)

SCENES: dict[str, Scene] = {
    "quiet": Scene(quiet, tuple(Page)),
    "talking": Scene(talking, tuple(Page)),
    "ringing": Scene(ringing, PHONE),
    "held": Scene(held, PHONE),
    "cut-off": Scene(cut_off, tuple(Page)),
    "second-line": Scene(second_line, PHONE),
    "conference": Scene(conference, PHONE),
    "handing": Scene(handing, PHONE),
    "dial": Scene(dial, PHONE),
    "keypad": Scene(keypad, PHONE),
    "clash": Scene(clash, FORM),
    "company": Scene(company, FORM),
    "taken-over": Scene(taken_over, FORM),
    "known": Scene(known_already, FORM),
    "major": Scene(major, FORM),
    "card-answered": Scene(card_answered, FORM),
    "places": Scene(places),
    "kinds": Scene(kinds),
    "abandoned": Scene(abandoned, PHONE),
    "recent": Scene(recent, PHONE),
    "searched": Scene(searched, INCIDENTS),
    "old": Scene(old, INCIDENTS, frozenset({"incidentsTable", "list_waiting"})),
    "key-help": Scene(key_help),
    "new-key": Scene(new_key),
    "command": Scene(command),
    "transfer": Scene(transfer, PHONE),
    "identified": Scene(identified),
    "raced": Scene(raced, tuple(Page)),
    "measured": Scene(measured, (Page.PHONE, Page.FORM)),
    "number-history": Scene(number_history),
    "devices": Scene(by_deed("devices"), FORM),
    "quality": Scene(by_deed("quality"), FORM),
    "recall": Scene(by_deed("recall"), FORM),
    "card-editor": Scene(card_editor, FORM),
    "card": Scene(by_deed("card"), FORM),
    "decide": Scene(by_deed("decide"), FORM),
    "answers": Scene(by_deed("phone_answer"), FORM),
    "note": Scene(by_deed("note"), FORM),
    "remind": Scene(by_deed("remind"), FORM),
    "unsent": Scene(by_deed("unsent"), FORM),
}
