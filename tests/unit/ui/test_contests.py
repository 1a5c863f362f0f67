"""Whatever two seats said differently stands on the strip, with what it is about and both words."""

from collections.abc import Callable

import pytest

from operator_app.domain.facts.call import CallClassified, CallOffered
from operator_app.domain.facts.dispatch import DispatchMoved, DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    AnswerGiven,
    FieldSet,
    IncidentMoved,
    MajorDeclared,
    Overruled,
    PlaceReadBack,
)
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, IncidentId
from operator_app.domain.states import Classification, DispatchState, IncidentStatus
from operator_app.ui.company.presenters.together import RoomNews, TogetherPresenter
from operator_app.ui.phone.presenters.lists import ListsPresenter
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.timeline.presenters.timeline import TimelinePresenter
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.texts import load_texts
from tests.ui.seat_room import RESOURCES
from tests.unit.workflow.room import RULES, Pair

SAY = load_texts(RESOURCES, "id", strict=True)
SITE = SiteWords(SAY, RULES)
Two = Callable[[IncidentId], tuple[Fact, Fact]]

D, DECLINED, ACCEPTED = DispatchId("d"), DispatchState.DECLINED, DispatchState.ACCEPTED
KINDS: dict[str, tuple[Two, str, str, str]] = {
    "field": (lambda i: (FieldSet(i, "place", "a"), FieldSet(i, "place", "b")), "Lokasi", "b", "a"),
    "kind": (
        lambda i: (FieldSet(i, "kind", "KEB-01"), FieldSet(i, "kind", None)),
        "Jenis",
        "dikosongkan",
        "KEB-01 Kebakaran rumah/bangunan",
    ),
    "answer": (
        lambda i: (AnswerGiven(i, 1, "inside", "yes"), AnswerGiven(i, 1, "inside", None)),
        "inside",
        "jawaban dicabut",
        "yes",
    ),
    "priority": (
        lambda i: (Overruled(i, "priority", "1", "2"), Overruled(i, "priority", "4", "2")),
        "Prioritas",
        "P4",
        "P1",
    ),
    "agency": (
        lambda i: (Overruled(i, "agency:DAMKAR", "in", "out"), Overruled(i, "agency:DAMKAR", None, "out")),
        "Damkar",
        "seperti usulan",
        "ikut dikirim",
    ),
    "read back": (
        lambda i: (PlaceReadBack(i, "Gg. 1", None, "", None), PlaceReadBack(i, "", "0.5,117.5", "", None)),
        "Alamat yang diulang ke penelepon",
        "0.5,117.5",
        "Gg. 1",
    ),
    "status": (
        lambda i: (
            IncidentMoved(i, IncidentStatus.CLOSED, "selesai"),
            IncidentMoved(i, IncidentStatus.CANCELLED, "palsu"),
        ),
        "Status kejadian",
        "Batal: palsu",
        "Ditutup: selesai",
    ),
    "dispatch": (
        lambda i: (
            DispatchMoved(i, DispatchId("d"), ACCEPTED, ""),
            DispatchMoved(i, DispatchId("d"), DECLINED, "rusak"),
        ),
        "Damkar",
        "Ditolak: rusak",
        "Diterima",
    ),
    "major": (
        lambda i: (MajorDeclared(i, True), MajorDeclared(i, False)),
        "Kejadian besar",
        "bukan kejadian besar",
        "ya, kejadian besar",
    ),
}


@pytest.mark.parametrize(("two", "about", "stands", "other"), KINDS.values(), ids=KINDS)
async def test_both_words_stand_on_the_strip_until_one_is_chosen(
    two: Two, about: str, stands: str, other: str
) -> None:
    pair = Pair()
    await pair.one.seat.form.edit({"place": "Jl. Poros"})
    at_hand = pair.one.seat.hand.incident_id or IncidentId("")
    await pair.one.recorder.record([DispatchSent(at_hand, D, AgencyCode("DAMKAR"), 60)])
    pair.carry()
    news = RoomNews(pair.two.seat, SAY, SITE, lambda: "")
    news.begin()
    first, second = two(at_hand)
    pair.pass_s(1)
    await pair.one.recorder.record([first])
    pair.pass_s(1)
    await pair.two.recorder.record([second])
    pair.carry()
    assert [each.words for each in news.changed(frozenset({at_hand}))][-1:] == [
        f"{pair.two.board.incidents[at_hand].number}: tulisan meja ini berbeda dengan meja lain; buka untuk memilih"
    ]
    pair.two.seat.hand.select(at_hand)
    presenter = TogetherPresenter(pair.two.seat, SAY, SITE)
    clash = presenter.view().clash
    assert clash is not None
    assert clash.title.startswith(f"{about}: dua meja")
    assert (clash.stands.value, clash.other.value) == (stands, other)
    assert clash.other.who.startswith("Meja 1, Operator shift 2 · ")
    (contest,) = pair.two.board.incidents[at_hand].contests
    await pair.two.seat.form.clashes.decide(contest.slot, contest.stands)
    assert presenter.view().clash is None
    told = [row.cells[1].text for row in TimelinePresenter(pair.two.seat, SAY, SITE).rows()]
    assert any("tidak dipakai" in each or "dipilih" in each for each in told)


async def test_a_call_that_two_seats_classified_differently_says_so_in_its_row() -> None:
    pair = Pair()
    call = CallId("c")
    await pair.one.recorder.record([CallOffered(call, "in", "081234567890", "")])
    pair.carry()
    await pair.one.recorder.record([CallClassified(call, Classification.PRANK)])
    await pair.two.recorder.record([CallClassified(call, Classification.EMERGENCY)])
    pair.carry()
    rows = ListsPresenter(pair.one.seat, SAY, NumberPast(pair.one.board.calls))
    assert rows._outcome(pair.one.board.calls[call]).text == "Darurat / Iseng ?"
