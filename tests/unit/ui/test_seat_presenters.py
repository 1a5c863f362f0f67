"""What the operator's window says, without Qt: phone, top line, lists, form, timeline, incidents, map marks."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from operator_app.domain import line
from operator_app.domain.facts.call import CallIdentified, CallMeasured
from operator_app.domain.facts.dispatch import DispatchMoved
from operator_app.domain.facts.incident import FieldSet, IncidentMoved
from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.place.location import AreaPoint, AreaShape, CallArea, CallLocation
from operator_app.domain.states import Classification, DispatchState, IncidentStatus, SeatState
from operator_app.domain.triage import Agency, Kind, find_kinds
from operator_app.maps.live import MapIncident
from operator_app.maps.site import Site, default_site, import_site, load_site
from operator_app.ui.company.presenters.together import TogetherPresenter
from operator_app.ui.form.presenters.form import FormPresenter, FormView
from operator_app.ui.form.presenters.saved import SaveTracker
from operator_app.ui.frame.presenters.footer import link_view
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter, Order
from operator_app.ui.map.presenters.call_place import CallPlace
from operator_app.ui.map.presenters.map_marks import MapMarks
from operator_app.ui.orders.draft import Draft
from operator_app.ui.phone.presenters.lists import ListsPresenter
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.phone.presenters.phone import PhonePresenter, PhoneView, Standing
from operator_app.ui.phone.presenters.ringing import rings
from operator_app.ui.phone.presenters.trouble import PhoneTrouble
from operator_app.ui.seat.presenters.top import TopPresenter, TopView
from operator_app.ui.sound.presenters.quality import measured_words
from operator_app.ui.timeline.presenters.timeline import TimelinePresenter
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.rows import Row
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.texts import load_texts
from operator_app.ui.words.wording import Span, Tone
from operator_app.workflow.ports import JournalFailedError, LinkState, Saved, Shared
from tests.fakes.memory_phone import MemoryPhone
from tests.ui.seat_room import (
    CALLER,
    EMERGENCY_IDS,
    IMEI,
    NOW,
    RESOURCES,
    PastWriter,
    Room,
    busy_room,
    incident,
    make_room,
    settled,
)
from tests.unit.maps.sample_pack import write_pack
from tests.unit.workflow.room import make_seat

DAMKAR = AgencyCode("DAMKAR")
SAY = load_texts(RESOURCES, "id", strict=True)


@dataclass
class Views:
    """All presenters of one room."""

    room: Room
    draft: Draft
    saves: SaveTracker
    past: NumberPast

    def phone(self) -> PhoneView:
        return PhonePresenter(self.room.seat, SAY, self.past).view()

    def top(self) -> TopView:
        return TopPresenter(self.room.seat, SAY, self.site).view()

    def form(self) -> FormView:
        return FormPresenter(self.room.seat, SAY, self.site, self.draft, self.saves).view()

    def timeline(self) -> list[str]:
        return [" | ".join(cell.text for cell in row.cells) for row in self.timeline_rows()]

    def timeline_rows(self) -> tuple[Row, ...]:
        return TimelinePresenter(self.room.seat, SAY, self.site).rows()

    def table(self) -> IncidentsPresenter:
        return IncidentsPresenter(self.room.seat, SAY, self.site)

    def lists(self) -> ListsPresenter:
        return ListsPresenter(self.room.seat, SAY, self.past)

    @property
    def site(self) -> SiteWords:
        return SiteWords(SAY, self.room.seat.cards)

    def incident_row(self, number: str) -> list[str]:
        found = next(each for each in self.table().rows() if each.number == number)
        return [cell.text for cell in self.table().cells(found, self.room.clock.now())]


def views(room: Room) -> Views:
    """Presenters that follow the room as the window does."""
    saves, past = SaveTracker(), NumberPast(room.seat.room.board.calls)
    draft = Draft(room.seat.form.edit, lambda: 0.0, lambda: None)
    seat = room.seat
    seat.room.bus.subscribe(Saved, lambda message: saves.saved(message.events, seat.duty.now()))
    seat.room.bus.subscribe(Shared, lambda message: saves.shared(message.event_ids, seat.duty.now()))
    return Views(room, draft, saves, past)


def text(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def tones(spans: tuple[Span, ...]) -> set[Tone]:
    return {span.tone for span in spans}


def scene(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


async def fresh() -> Views:
    """A seat that is ready, the server there, nothing in the record but its state."""
    room = make_room()
    room.connect()
    shown = views(room)
    await room.phone.start()
    await room.seat.open()
    return shown


# ---- phone


def test_a_ring_is_shown_with_number_and_past_and_can_be_answered() -> None:
    async def play() -> None:
        shown = await fresh()
        assert shown.phone().standing is Standing.IDLE
        assert not shown.phone().can_answer
        call_id = shown.room.phone.offer("081346007781", display_name="Pelapor")
        view = shown.phone()
        assert (view.call_id, view.standing, view.number) == (call_id, Standing.RINGING, "0813-4600-7781")
        assert (view.can_answer, view.can_end, view.can_classify) == (True, False, False)
        assert text(view.past) == "Belum pernah menelepon dalam 90 hari"
        shown.room.clock.pass_s(8)
        assert shown.phone().timer == "0:08"
        await settled(shown.room)

    scene(play)


def test_a_number_with_pranks_is_told_so_and_the_present_call_is_not_counted() -> None:
    async def play() -> None:
        room = await busy_room()
        shown = views(room)
        past = shown.phone().past
        assert text(past) == "3 panggilan 90 hari · 1 iseng"
        assert Tone.WATCH in tones(past)
        room.clock.pass_s(31 * 86_400)
        assert text(shown.phone().past) == "2 panggilan 90 hari · 1 iseng"

    scene(play)


def test_a_tickets_number_stands_in_the_past() -> None:
    async def play() -> None:
        room = await busy_room()
        shown = views(room)
        await room.seat.calls.end()
        await settled(room)
        for call in room.phone.calls():
            room.phone.far_ends(call.call_id)
        await room.seat.finish()
        room.phone.offer(CALLER)
        await settled(room)
        shown.past.changed(room.seat.room.board.calls)
        assert "1 tiket (KTM-261123-M3-001)" in text(shown.phone().past)

    scene(play)


def test_a_withheld_number_is_said_to_be_withheld() -> None:
    async def play() -> None:
        shown = await fresh()
        shown.room.phone.offer(None, withheld=True)
        view = shown.phone()
        assert view.number == "Nomor dirahasiakan"
        assert text(view.past) == "Nomor tidak dikirim jaringan"
        await settled(shown.room)

    scene(play)


def test_a_call_in_speech_can_be_ended_held_muted_and_classified_but_no_other_answered() -> None:
    async def play() -> None:
        room = await busy_room()
        view = views(room).phone()
        assert view.standing is Standing.TALKING
        assert (view.can_answer, view.can_end, view.can_hold, view.can_mute) == (False, True, True, True)
        assert (view.timer, view.can_classify, view.classification) == ("1:14", True, None)
        await room.seat.calls.hold_or_swap()
        await room.seat.calls.mute(on=True)
        view = views(room).phone()
        assert (view.standing, view.held, view.muted, view.can_answer) == (Standing.HELD, True, True, True)

    scene(play)


def test_after_the_call_it_stays_with_its_length_until_the_wrap_up_ends() -> None:
    async def play() -> None:
        room = await busy_room()
        for call in room.seat.calls.waiting():
            room.phone.far_ends(call.call_id)
        room.phone.far_ends(room.seat.hand.call or CallId(""))
        await settled(room)
        room.clock.pass_s(60)
        view = views(room).phone()
        assert (view.standing, view.timer, view.number) == (Standing.OVER, "1:14", "0812-5544-0199")
        assert (view.can_end, view.can_classify) == (False, True)
        await room.seat.classify(Classification.EMERGENCY)
        assert views(room).phone().classification is Classification.EMERGENCY
        await room.seat.finish()
        assert views(room).phone().standing is Standing.IDLE

    scene(play)


def test_a_ring_in_wrap_up_pops_and_the_classification_names_the_call_it_is_for() -> None:
    async def play() -> None:
        room = await busy_room()
        await room.seat.calls.end()
        await settled(room)
        view = views(room).phone()
        assert (view.standing, view.number) == (Standing.RINGING, "0852-4471-0032")
        assert (view.can_classify, view.classified_number) == (True, "0812-5544-0199")

    scene(play)


# ---- top line


def test_waiting_calls_and_the_longest_wait_turn_to_alarm_after_ten_seconds() -> None:
    async def play() -> None:
        room = await busy_room()
        top = views(room).top()
        assert (text(top.waiting), top.waiting_tone) == ("2 menunggu · terlama 0:08", Tone.WATCH)
        room.clock.pass_s(3)
        assert views(room).top().waiting_tone is Tone.ALARM
        assert (top.seat, top.operator, top.state) == ("Meja 3", "Operator shift 2", "Menerima")
        assert (top.clock, top.zone) == ("14:22:07", "WITA")

    scene(play)


def test_the_phone_lamp_tells_the_truth() -> None:
    async def play() -> None:
        room = make_room()
        assert views(room).top().phone.words == "Telepon menyala…"
        await room.phone.start()
        lamp = views(room).top().phone
        assert (lamp.words, lamp.tone) == ("Telepon tanpa suara", Tone.WATCH)
        calls = room.seat.calls
        calls.on_signal(line.LineAudioChanged(line.LineAudio(line.AudioKind.DEVICE, "Headset")))
        assert views(room).top().phone.tone is Tone.GOOD
        assert calls.ready is not None
        whole, calls.ready = calls.ready, replace(calls.ready, unguarded="this library hides its functions")
        lamp = views(room).top().phone
        assert (lamp.words, lamp.tone) == ("Telepon tanpa penjaga", Tone.WATCH)
        calls.ready = whole
        failed = line.RegistrationState.FAILED
        calls.on_signal(line.LineRegistration("a", failed, 403, problem=line.RegistrationProblem.FORBIDDEN))
        assert views(room).top().phone.words == "Telepon tak terdaftar"
        calls.on_signal(line.LineRegistration("b", line.RegistrationState.REGISTERED, 200))
        assert views(room).top().phone.words == "Telepon: satu jalur putus"
        room.phone.die()
        lamp = views(room).top().phone
        assert (lamp.words, lamp.tone) == ("Telepon mati", Tone.ALARM)

    scene(play)


def test_the_phone_lamp_is_not_green_before_a_phone_server_has_spoken() -> None:
    async def play() -> None:
        room = make_room()
        await room.phone.start()
        calls = room.seat.calls
        assert calls.ready is not None
        ready = replace(calls.ready, accounts=("a",), audio=line.LineAudio(line.AudioKind.DEVICE, "Headset"))
        calls.on_signal(ready)
        lamp = views(room).top().phone
        assert (lamp.words, lamp.tone) == ("Telepon mendaftar…", Tone.WATCH)
        calls.on_signal(line.LineRegistration("a", line.RegistrationState.REGISTERED, 200))
        assert views(room).top().phone.tone is Tone.GOOD
        calls.on_signal(line.LineRegistration("a", line.RegistrationState.UNREGISTERED, 200))
        assert views(room).top().phone.tone is Tone.ALARM
        # A new engine has to register anew: the word of the dead one counts no longer.
        calls.on_signal(line.LineRegistration("a", line.RegistrationState.REGISTERED, 200))
        calls.on_signal(line.LineLost(line.LostReason.DIED))
        calls.on_signal(ready)
        assert views(room).top().phone.words == "Telepon mendaftar…"

    scene(play)


def test_what_the_network_says_of_a_caller_is_shown() -> None:
    async def play() -> None:
        room = make_room()
        await room.phone.start()
        urn = "urn:emergency:uid:callid:a56e556d871:bcf.net.example"
        known = room.phone.offer("+62811", withheld=True, display_name="Budi", emergency_ids=(urn,))
        view = views(room).phone()
        assert view.name == "Budi · nomor disembunyikan"
        assert text(view.past).endswith(" · id panggilan a56e556d871")
        await room.phone.end(known)
        room.phone.offer(None, device="35625209-921120-0")
        view = views(room).phone()
        assert (view.number, view.name) == ("Ponsel tanpa SIM", "IMEI 35625209-921120-0")

    scene(play)


def test_each_phone_server_says_what_is_wrong_with_it() -> None:
    async def play() -> None:
        room = make_room()
        await room.phone.start()
        calls, failed = room.seat.calls, line.RegistrationState.FAILED
        for problem in line.RegistrationProblem:
            told = line.LineRegistration(f"1@{problem.value}.kutim", failed, 400, "", problem)
            calls.on_signal(told)
        calls.on_signal(line.LineRegistration("1@10.0.0.6", line.RegistrationState.REGISTERED, 200))
        lines = views(room).top().phone.more.split("\n")
        assert len(set(lines)) == len(line.RegistrationProblem) + 1
        assert "Server telepon wrong_password.kutim: menolak kata sandi meja ini: hubungi TI (400)." in lines
        assert lines[-1] == "10.0.0.6: terdaftar"

    scene(play)


def test_the_recording_lamp_says_recording_only_while_the_phone_says_so() -> None:
    async def play() -> None:
        room = await busy_room()
        assert views(room).top().recording.words == "Belum merekam"
        call_id = room.seat.hand.call
        room.seat.calls.on_signal(line.LineRecordingFailed(call_id, line.RecordingProblem.DISK_FULL, "full"))
        lamp = views(room).top().recording
        assert (lamp.words, lamp.tone) == ("TIDAK MEREKAM", Tone.ALARM)

    scene(play)


def test_the_server_line_tells_since_when_and_how_much_waits() -> None:
    room = make_room()
    assert link_view(room.seat, SAY).words == "Bekerja sendiri, tanpa server"
    assert views(room).top().server.words == "Tanpa server"
    room.cut(3)
    down = link_view(room.seat, SAY)
    assert (down.words, down.tone) == ("Server terputus sejak 14:20 · 3 perubahan menunggu", Tone.WATCH)
    assert views(room).top().server.tone is Tone.WATCH
    room.seat.room.on_link(LinkState(False, NOW, 0, "schema"))
    assert "versi server tidak cocok" in link_view(room.seat, SAY).words
    room.connect()
    assert link_view(room.seat, SAY).words == "Semua sudah di server"
    room.seat.room.on_link(LinkState(True, NOW, 2))
    assert link_view(room.seat, SAY).words == "2 perubahan sedang dikirim ke server"
    room.seat.room.on_link(LinkState(True, NOW, 0, quarantined=1))
    assert link_view(room.seat, SAY).tone is Tone.ALARM


# ---- lists


def test_the_lists_show_who_waits_who_hung_up_once_a_number_and_the_last_calls() -> None:
    async def play() -> None:
        room = await busy_room()
        shown = views(room)
        lists = shown.lists().view()
        cells = [[cell.text for cell in row.cells] for row in lists.waiting]
        assert cells == [["0852-4471-0032", "0:08", "baru"], ["0813-4600-7781", "0:03", "iseng 4×"]]
        cells = [[cell.text for cell in row.cells] for row in lists.abandoned]
        assert cells[0] == ["0813-4777-2211", "42:59", "2× mencoba"]
        assert len(cells) == 4
        assert ["Dirahasiakan", "30:59", "1× mencoba"] in cells
        assert [row.cells[2].text for row in lists.recent[:2]] == ["terputus", "terputus"]

    scene(play)


def test_the_number_to_call_back_is_the_longest_neglected_or_the_chosen_one() -> None:
    async def play() -> None:
        room = await busy_room()
        shown = views(room)
        lists = shown.lists()
        rows = lists.view().abandoned
        assert lists.number_to_call_back(None) == "081347772211"
        chosen = next(row.id for row in rows if row.cells[0].text == "0812-5000-1122")
        assert lists.number_to_call_back(chosen) == "081250001122"
        withheld = next(row.id for row in rows if row.cells[0].text == "Dirahasiakan")
        assert lists.number_to_call_back(withheld) is None

    scene(play)


# ---- form


def test_an_empty_form_promises_to_save_and_can_dispatch_nothing() -> None:
    async def play() -> None:
        form = (await fresh()).form()
        assert (form.number, form.incident_id, form.can_dispatch) == ("Kejadian baru", None, False)
        assert text(form.saved) == "tersimpan sejak huruf pertama"
        assert not any(agency.can_ask for agency in form.agencies)
        assert [agency.name for agency in form.agencies] == ["Damkar", "BPBD", "RSUD"]

    scene(play)


def test_the_saved_line_claims_only_what_is_true() -> None:
    async def play() -> None:
        shown = await fresh()
        shown.draft.typed("place", "jl yos")
        assert text(shown.form().saved) == "menyimpan…"
        await shown.draft.flush()
        line_ = shown.form().saved
        assert text(line_) == "tersimpan di meja ini 14:22:07 · server: 2 belum terkirim"
        assert Tone.WATCH not in tones(line_)
        shown.room.cut()
        assert Tone.WATCH in tones(shown.form().saved)
        shown.room.connect()
        shown.room.clock.pass_s(1)
        shown.room.share_all()
        assert text(shown.form().saved) == "tersimpan di meja ini 14:22:07 · server 14:22:08"
        shown.room.journal.broken = "disk full"
        shown.draft.typed("place", "jl yos sud")
        with pytest.raises(JournalFailedError):
            await shown.draft.flush()
        line_ = shown.form().saved
        assert (text(line_), tones(line_)) == ("BELUM TERSIMPAN", {Tone.ALARM})

    scene(play)


def test_without_a_server_the_saved_line_says_so() -> None:
    async def play() -> None:
        shown = await fresh()
        shown.room.seat.room.on_link(LinkState(False, NOW, 0, "not_configured"))
        await shown.room.seat.form.edit({"place": "Singa Geweh"})
        assert text(shown.form().saved) == "tersimpan di meja ini 14:22:07 · tanpa server"

    scene(play)


def test_an_incident_of_another_seat_tells_who_changed_it_last() -> None:
    async def play() -> None:
        room = await busy_room()
        other = next(i for i in room.seat.room.board.incidents.values() if i.number == "KTM-261123-M2-011")
        room.seat.hand.select(other.id)
        form = views(room).form()
        assert text(form.saved) == "terakhir diubah 13:34:07 · Meja 2"
        assert form.warning == "bukan dari panggilan ini"

    scene(play)


def test_a_clash_is_shown_with_the_value_that_lost() -> None:
    async def play() -> None:
        room = await busy_room()
        at_hand = room.seat.hand.incident_id or IncidentId("")
        late = PastWriter("M1").back(-1)
        room.seat.room.on_events([late.event(FieldSet(at_hand, "landmark", "depan SPBU"))])
        form = views(room).form()
        assert form.values["landmark"] == "depan SPBU"
        view = TogetherPresenter(room.seat, SAY, views(room).site).view()
        assert view.clashing == {"landmark"}
        assert view.clash is not None
        assert view.clash.stands.value == "depan SPBU"
        assert view.clash.other.value == "seberang masjid, gang kecil"
        assert view.clash.other.who.startswith("Meja 3, Operator shift 2 · ")
        (contest,) = room.seat.hand.incident.contests if room.seat.hand.incident else ()
        await room.seat.form.clashes.decide(contest.slot, contest.others[0])
        assert views(room).form().values["landmark"] == "seberang masjid, gang kecil"
        assert TogetherPresenter(room.seat, SAY, views(room).site).view().clash is None
        assert any("Patokan dipilih: seberang masjid" in row for row in views(room).timeline())

    scene(play)


def test_an_ended_incident_says_so_and_takes_no_dispatch() -> None:
    async def play() -> None:
        room = await busy_room()
        await room.seat.course.move(IncidentStatus.CANCELLED, "laporan palsu")
        form = views(room).form()
        assert (form.is_ended, form.can_dispatch) == (True, False)
        assert form.warning == "Kejadian ini sudah berakhir: Batal"
        assert not any(agency.can_ask for agency in form.agencies)

    scene(play)


def test_the_proposal_names_leaders_support_and_those_told_by_phone() -> None:
    async def play() -> None:
        room = await busy_room()
        form = views(room).form()
        assert text(form.proposal) == "Usulan P1: kebakaran"
        assert [text(choice.spans) for choice in form.choices] == [
            "Damkar (kebakaran)",
            "RSUD (pendukung)",
            "Polres (lewat telepon)",
            "PLN (lewat telepon)",
            "+ BPBD",
        ]
        asked = {agency.name: (agency.state, agency.can_ask) for agency in form.agencies}
        assert asked == {"Damkar": ("belum diterima", False), "BPBD": ("", True), "RSUD": ("", True)}
        assert (form.priority, form.priority_words) == (1, "P1 jiwa terancam")

    scene(play)


def test_one_key_hands_over_until_every_proposed_agency_was_asked() -> None:
    async def play() -> None:
        room = await busy_room()
        form = views(room).form()
        assert form.can_dispatch is any(agency.name == "RSUD" and agency.can_ask for agency in form.agencies)
        if form.can_dispatch:
            await room.seat.handover.dispatch()
        assert views(room).form().can_dispatch is False

    scene(play)


# ---- timeline


def test_the_timeline_is_newest_first_and_a_wait_runs_until_it_is_overdue() -> None:
    async def play() -> None:
        room = await busy_room()
        shown = views(room)
        rows = shown.timeline()
        assert (
            rows[0]
            == "14:21:51 | Damkar: dikirim · belum diterima 0:16 dari 1:00 | Meja 3 · Operator shift 2"
        )
        assert rows[-1] == "14:20:53 | Panggilan dijawab setelah 4 detik | Meja 3"
        room.clock.pass_s(44)
        spans = shown.timeline_rows()[0].cells[1].spans
        assert ("belum diterima 1:00", Tone.ALARM) in {(span.text, span.tone) for span in spans}
        await room.seat.tick()
        rows = shown.timeline()
        assert rows[0] == "14:22:51 | Damkar: tidak diterima dalam 1:00 | Meja 3 · Operator shift 2"

    scene(play)


def test_an_answer_ends_the_wait_and_tells_how_long_it_took() -> None:
    async def play() -> None:
        room = await busy_room()
        dispatch = room.seat.hand.incident.dispatches[0]  # type: ignore[union-attr]
        desk = PastWriter("DAMKAR").back(-0.15)
        accepted = DispatchMoved(dispatch.incident_id, dispatch.id, DispatchState.ACCEPTED, "")
        room.seat.room.on_events([desk.event(accepted)])
        rows = views(room).timeline()
        assert rows[0] == "14:22:16 | Damkar: Diterima · setelah 0:25 | DAMKAR · Operator shift 1"
        assert rows[1] == "14:21:51 | Damkar: dikirim | Meja 3 · Operator shift 2"

    scene(play)


def test_a_refusal_of_an_agency_stands_out_with_its_reason() -> None:
    async def play() -> None:
        room = await busy_room()
        dispatch = room.seat.hand.incident.dispatches[0]  # type: ignore[union-attr]
        desk = PastWriter("DAMKAR").back(-0.15)
        refused = DispatchMoved(
            dispatch.incident_id, dispatch.id, DispatchState.DECLINED, "unit di luar kota"
        )
        room.seat.room.on_events([desk.event(refused)])
        shown = views(room)
        cell = shown.timeline_rows()[0].cells[1]
        assert (cell.text, cell.spans[0].tone) == ("Damkar: ditolak · unit di luar kota", Tone.ALARM)
        assert shown.incident_row("KTM-261123-M3-001")[6] == "Damkar menolak"
        assert shown.form().agencies[0].can_ask

    scene(play)


def test_the_fire_brigades_refusal_is_not_hidden_by_the_hospital_on_its_way() -> None:
    async def play() -> None:
        room = await busy_room()
        fire = room.seat.hand.incident
        assert fire is not None
        brigade, rsud = fire.dispatches[0], AgencyCode("RSUD")
        (hospital,) = await room.seat.handover.dispatch([rsud])
        desk = PastWriter("DAMKAR").back(-0.15)
        refused = DispatchMoved(fire.id, brigade.id, DispatchState.DECLINED, "unit di luar kota")
        taken = DispatchMoved(fire.id, hospital.id, DispatchState.UNDER_WAY, "")
        accepted = DispatchMoved(fire.id, hospital.id, DispatchState.ACCEPTED, "")
        room.seat.room.on_events([desk.event(refused), *map(desk.event, (accepted, taken))])
        assert views(room).incident_row("KTM-261123-M3-001")[6] == "Damkar menolak"

    scene(play)


def test_letter_by_letter_is_one_line_and_the_one_that_lost_stays_quietly() -> None:
    async def play() -> None:
        room = await busy_room()
        for words in ("Api", "Api besar", "Api besar sekali"):
            room.clock.pass_s(1)
            await room.seat.form.edit({"text": words})
        rows = [row for row in views(room).timeline() if "Uraian" in row]
        assert rows == ["14:22:10 | Uraian: Api besar sekali | Meja 3 · Operator shift 2"]
        await room.seat.form.edit({"text": None})
        rows = [row for row in views(room).timeline() if "Uraian" in row]
        assert rows == ["14:22:10 | Uraian dikosongkan | Meja 3 · Operator shift 2"]

    scene(play)


# ---- incidents


def test_the_table_is_ordered_by_priority_and_age_and_says_how_each_stands() -> None:
    async def play() -> None:
        shown = views(await busy_room())
        numbers = [each.number[-6:] for each in shown.table().rows()]
        assert numbers == ["M1-013", "M3-001", "M2-011", "M1-010", "M2-006"]
        row = shown.incident_row("KTM-261123-M3-001")
        assert row[:4] == [
            "P1",
            "KTM-261123-M3-001",
            "Kebakaran rumah/bangunan",
            "Singa Geweh, Sangatta Selatan",
        ]
        assert row[4:] == ["0:44", "Damkar", "Menunggu Damkar 0:16", "3"]
        assert shown.incident_row("KTM-261123-M2-011")[6] == "Di lokasi"
        assert shown.incident_row("KTM-261123-M2-006")[5:7] == ["–", "Baru"]

    scene(play)


def test_the_filter_finds_numbers_places_kinds_agencies_and_callers() -> None:
    async def play() -> None:
        table = views(await busy_room()).table()
        found = {
            wanted: [each.number[-6:] for each in table.rows(wanted)]
            for wanted in ("banjir", "singa geweh", "m1-010", "damkar p1", "0812554401", "tidak ada")
        }
        assert found == {
            "banjir": ["M2-011"],
            "singa geweh": ["M3-001"],
            "m1-010": ["M1-010"],
            "damkar p1": ["M1-013", "M3-001"],
            "0812554401": ["M3-001"],
            "tidak ada": [],
        }
        assert text(table.head(1, filtered=True).spans) == "tampil 1 dari 5"
        assert text(table.head(5).spans) == "Semua meja · Damkar 2 · BPBD 2"

    scene(play)


def test_closed_incidents_of_recent_days_are_found_below_the_open_ones() -> None:
    async def play() -> None:
        room = await busy_room()
        table = views(room).table()
        for days, number in ((2, "KTM-261121-M1-001"), (30, "KTM-261024-M1-001")):
            writer = PastWriter("M1")
            closed, events = incident(
                writer, days * 1440, number, "BEN-01", ("", "Sangkima", "Sangatta Selatan")
            )
            events.append(writer.event(IncidentMoved(closed, IncidentStatus.CLOSED, "")))
            room.seat.room.on_events(events)
            table.changed([closed])
        assert len(table.rows()) == 5
        rows = table.rows("banjir")
        assert [each.number for each in rows] == ["KTM-261123-M2-011", "KTM-261121-M1-001"]
        assert text(table.head(2, 1, filtered=True).spans) == "tampil 1 dari 5 · + 1 ditutup dalam 7 hari"
        assert [each.text for each in table.cells(rows[1], NOW)[4:7]] == ["21.11. 14:22", "–", "Ditutup"]

    scene(play)


def test_the_order_that_was_chosen_stays_while_things_change() -> None:
    async def play() -> None:
        room = await busy_room()
        table = views(room).table()
        by_priority = table.rows()
        while table.next_order() is not Order.AGE:
            pass
        numbers = [each.number[-6:] for each in table.rows()]
        assert numbers == ["M2-006", "M1-010", "M2-011", "M1-013", "M3-001"]
        assert table.titles()[4] == "Umur ↓"
        writer = PastWriter("M2")
        fresh, events = incident(
            writer, 90, "KTM-261123-M2-099", "LAK-01", ("", "Sangkima", "Sangatta Selatan")
        )
        room.seat.room.on_events(events)
        table.changed([fresh])
        assert [each.number[-6:] for each in table.rows()][1] == "M2-099"
        while table.next_order() is not Order.PRIORITY:
            assert len(table.rows()) == 6
        assert [each for each in table.rows() if each.id != fresh] == list(by_priority)

    scene(play)


def test_an_age_beyond_the_limit_has_a_shape_and_is_spoken() -> None:
    async def play() -> None:
        room = await busy_room()
        table = views(room).table()
        fire = next(each for each in table.rows() if each.number.endswith("M3-001"))
        marks = [table.cells(fire, NOW + timedelta(minutes=m))[4] for m in (0, 16, 31)]
        assert [each.mark for each in marks] == [None, Tone.WATCH, Tone.ALARM]
        assert [each.spoken for each in marks] == ["", "lewat batas", "jauh lewat batas"]

    scene(play)


def test_an_old_grave_incident_without_anybody_there_wants_attention() -> None:
    async def play() -> None:
        room = await busy_room()
        table = views(room).table()
        fire = next(each for each in table.rows() if each.number.endswith("M3-001"))
        flood = next(each for each in table.rows() if each.number.endswith("M2-011"))

        def tone(which: Any, minutes: float) -> Tone:
            return table.cells(which, NOW + timedelta(minutes=minutes))[4].spans[0].tone

        assert [tone(fire, minutes) for minutes in (0, 16, 31)] == [Tone.PLAIN, Tone.WATCH, Tone.ALARM]
        assert tone(flood, 500) is Tone.PLAIN  # somebody is on scene

    scene(play)


def test_an_overdue_wait_is_an_alarm_in_the_table() -> None:
    async def play() -> None:
        room = await busy_room()
        table = views(room).table()
        fire = next(each for each in table.rows() if each.number.endswith("M3-001"))
        assert table.cells(fire, NOW)[6].spans[0].tone is Tone.WATCH
        assert table.cells(fire, NOW + timedelta(seconds=44))[6].spans[0].tone is Tone.ALARM
        assert table.standing(fire) == "Menunggu Damkar"

    scene(play)


# ---- map


def marks(room: Room, site: Site) -> dict[str, MapIncident]:
    shown = views(room)
    made = MapMarks(room.seat, site, shown.site, shown.table()).marks()
    return {mark.label: mark for mark in made}


def test_marks_stand_where_incidents_are_or_roughly_at_their_village(tmp_path: Path) -> None:
    import_site(write_pack(tmp_path / "pack"), tmp_path / "site")
    site = load_site(tmp_path / "site")
    room = make_room()
    writer = PastWriter("M1")
    exact, first = incident(writer, 5, "X-1", "KEB-01", ("", "Sukamaju", "Muara Contoh"), "1.2,110.1")
    _, second = incident(writer, 4, "X-2", "BEN-01", ("", "Suka Rahmat", "Sangatta Lama"))
    _, third = incident(writer, 3, "X-3", "BEN-01", ("dekat pasar", "", ""))
    room.seat.room.on_events([*first, *second, *third])
    found = marks(room, site)
    assert set(found) == {"KEB · Sukamaju", "≈ BEN · Suka Rahmat"}
    assert (found["KEB · Sukamaju"].lat, found["KEB · Sukamaju"].lon) == (1.2, 110.1)
    assert found["KEB · Sukamaju"].id == exact
    assert found["KEB · Sukamaju"].state == "Baru"
    rough = found["≈ BEN · Suka Rahmat"]
    assert (rough.lat, rough.lon) == (1.25, 111.25)
    room.seat.hand.select(exact)
    assert marks(room, site)["KEB · Sukamaju"].selected
    assert "KEB · Sukamaju" in marks(room, default_site(RESOURCES))


def test_marks_do_not_change_while_only_time_passes() -> None:
    async def play() -> None:
        room = await busy_room()
        site = default_site(RESOURCES)
        before = marks(room, site)
        room.clock.pass_s(5)
        assert marks(room, site) == before

    scene(play)


# ---- words


class NoSite:
    """Knows nothing."""

    kinds: tuple[Kind, ...] = ()
    agencies: tuple[Agency, ...] = ()


def test_a_code_that_the_site_does_not_know_stands_for_itself() -> None:
    words = SiteWords(SAY, NoSite())
    assert (words.kind("X-9"), words.kind_label("X-9"), words.agency("TNI"), words.seat("Pengawas")) == (
        "X-9",
        "X-9",
        "TNI",
        "Pengawas",
    )


def test_an_english_screen_names_kinds_and_categories_in_english_where_the_site_does() -> None:
    class Kinds(NoSite):
        kinds = (
            Kind(
                "KEB-01", "Kebakaran", "Kebakaran rumah", 1, (), (), english="House", category_english="Fire"
            ),
            Kind("SAT-02", "Satwa", "Ular", 2, (), ()),
        )

    english = SiteWords(load_texts(RESOURCES, "en", strict=True), Kinds())
    assert (english.kind_label("KEB-01"), english.category("KEB-01")) == ("KEB-01 House", "Fire")
    assert (english.kind_label("SAT-02"), english.category("SAT-02")) == ("SAT-02 Ular", "Satwa")
    assert SiteWords(SAY, Kinds()).kind_label("KEB-01") == "KEB-01 Kebakaran rumah"
    assert [kind.code for kind in find_kinds(Kinds.kinds, "fire house")] == ["KEB-01"]


def test_every_kind_of_the_plain_default_has_english_words() -> None:
    async def play() -> None:
        kinds = (await fresh()).room.seat.cards.kinds
        assert len(kinds) == 38
        assert not [kind.code for kind in kinds if not (kind.english and kind.category_english)]

    scene(play)


def test_every_state_of_a_seat_has_a_next_one_but_talking() -> None:
    async def play() -> None:
        shown = await fresh()
        assert shown.top().state_hint == "tekan untuk: Istirahat"
        await shown.room.seat.duty.set(SeatState.TALKING)
        assert shown.top().state_hint == "berubah setelah panggilan diakhiri"
        await shown.room.seat.duty.set(SeatState.READY)
        assert shown.top().state_hint == "tekan dua kali untuk: Istirahat"
        shown.room.seat.duty.read_ready()
        assert shown.top().state_hint == "tekan untuk: Istirahat"

    scene(play)


def test_a_ring_is_heard_only_while_nobody_is_being_spoken_with() -> None:
    async def play() -> None:
        room = await busy_room()
        assert not rings(room.seat)
        await room.seat.calls.end()
        await settled(room)
        assert rings(room.seat)
        for call in room.seat.calls.waiting():
            room.phone.far_ends(call.call_id)
        assert not rings(room.seat)
        await settled(room)

    scene(play)


def test_a_ring_is_heard_while_a_caller_waits_on_hold() -> None:
    async def play() -> None:
        room = await busy_room()
        assert room.seat.calls.waiting()
        await room.seat.calls.hold_or_swap()
        assert rings(room.seat)
        await room.seat.calls.hold_or_swap()
        assert not rings(room.seat)
        await settled(room)

    scene(play)


def test_what_another_desk_took_is_no_call_of_ours_still_to_be_classified() -> None:
    async def play() -> None:
        shown = await fresh()
        shown.room.phone.taken_elsewhere(shown.room.phone.offer("081346007781"))
        await settled(shown.room)
        shown.past.changed(shown.room.seat.room.board.calls)
        assert shown.lists().view().recent == ()

    scene(play)


def test_times_of_other_days_are_told_with_their_day() -> None:
    async def play() -> None:
        room = await busy_room()
        shown = views(room)
        assert shown.form().saved[0].text == "terakhir diubah 14:21:51 · Meja 3"
        assert "22.11." not in "".join(shown.timeline())
        recent = shown.lists().view().recent[0].cells[1].text
        room.clock.pass_s(86_400)
        assert shown.form().saved[0].text == "terakhir diubah 23.11. 14:21:51 · Meja 3"
        assert shown.timeline()[0].split(" | ")[1].startswith("23.11. · ")
        assert shown.lists().view().recent[0].cells[1].text == "23.11."
        assert recent != "23.11."

    scene(play)


def test_a_seat_without_a_loudspeaker_says_that_it_rings_in_silence() -> None:
    async def play() -> None:
        shown = await fresh()
        device = line.LineAudioChanged(line.LineAudio(line.AudioKind.DEVICE, "Headset"))
        shown.room.seat.calls.on_signal(device)
        top = TopPresenter(shown.room.seat, SAY, shown.site)
        assert top.view(rings=True).phone.words == "Telepon"
        silent = top.view(rings=False).phone
        assert (silent.words, silent.tone) == ("Telepon tanpa dering", Tone.WATCH)

    scene(play)


# ---- what was measured and named


def test_the_last_calls_show_how_their_lines_were_by_a_sign_and_in_words() -> None:
    async def play() -> None:
        shown = views(await busy_room())
        rows = {row.cells[1].text: row.cells[2] for row in shown.lists().view().recent}
        good, fair, poor, unmeasured = (rows[time] for time in ("13:57", "13:22", "13:30", "13:12"))
        assert [each.mark for each in (good, fair, poor, unmeasured)] == [None, Tone.QUIET, Tone.WATCH, None]
        assert poor.text == "Darurat"
        assert poor.spoken == (
            "Mutu saluran rata-rata 3,1 dari 4,5, terendah 2,8; hilang 10,4 %, jitter 4 ms, tunda 62 ms"
        )
        assert good.spoken.startswith("Mutu saluran rata-rata 4,3")
        assert unmeasured.spoken == ""

    scene(play)


def test_the_timeline_says_at_the_end_of_a_call_how_its_line_was_and_what_the_network_called_it() -> None:
    async def play() -> None:
        room = await busy_room()
        caller = room.seat.hand.call
        assert caller is not None
        shown = views(room)
        await room.seat.calls.end()
        room.phone.measured(caller, mos=3.2, lost=6.1)
        room.seat._recorder.note(CallIdentified(caller, EMERGENCY_IDS, IMEI))
        await settled(room)
        texts = {text(row.cells[1].spans): row.cells[1] for row in shown.timeline_rows()}
        (end,) = (each for each in texts if each.startswith("Panggilan berakhir"))
        assert end.endswith(" · saluran 3,2 buruk")
        assert texts[end].spans[-1].tone is Tone.WATCH
        assert "hilang 6,1 %" in texts[end].spoken
        assert f"Nama panggilan ini dari jaringan: a56e556d871 · 9f4e2 · IMEI {IMEI}" in texts

    scene(play)


def test_a_line_that_fell_silent_wants_attention_however_good_it_was_else() -> None:
    measured = CallMeasured(CallId("c"), 60, 4.4, 4.3, 0.0, 1.0, 2.0, 30.0, 40.0, 2.4)
    told = measured_words(measured, load_texts(RESOURCES, "en", strict=True))
    assert told.tone is Tone.WATCH
    assert told.short == "line 4.4 poor"
    assert told.whole.endswith("; silent for 2 s")


@pytest.mark.parametrize(("seconds", "silent_s"), [(9, 8.9), (9, 7.2), (3, 3.0)])
def test_of_a_call_into_which_no_sound_came_no_score_is_told(seconds: int, silent_s: float) -> None:
    measured = CallMeasured(CallId("c"), seconds, 4.4, 4.4, 0.0, 0.0, 0.0, 25.0, 25.0, silent_s)
    told = measured_words(measured, load_texts(RESOURCES, "id", strict=True))
    assert (told.short, told.tone) == ("tidak ada suara masuk", Tone.WATCH)
    assert "4,4" not in told.whole


def test_a_call_is_found_by_what_the_network_called_it() -> None:
    async def play() -> None:
        past = views(await busy_room()).past
        for typed in (IMEI, IMEI[:8], "A56E556D871", "incidentid:9f4e2"):
            found = past.identified_like(typed, 9)
            assert len(found) == 2, typed
            assert found[0].offered_at > found[1].offered_at
        assert len(past.identified_like(IMEI, 1)) == 1
        assert past.identified_like("4444", 9) == ()

    scene(play)


def state_of(shown: Views, code: str) -> str:
    """How that agency stands in the form."""
    return next(each.state for each in shown.form().agencies if each.code == code)


async def test_an_agency_that_the_server_was_not_told_to_ask_is_said_to_know_of_nothing() -> None:
    room = await busy_room()
    shown = views(room)
    await room.seat.handover.dispatch([AgencyCode("BPBD")])
    await settled(room)
    since = NOW - timedelta(minutes=1)
    room.seat.room.on_link(LinkState(True, NOW, 3, blocked="takes_nothing", blocked_since=since))
    assert state_of(shown, "BPBD") == "belum sampai di server"
    assert state_of(shown, "DAMKAR") == "belum diterima"  # asked before, and the server has that
    assert any(
        "BPBD: dikirim, tambahan · belum sampai di server 0:00: telepon" in row for row in shown.timeline()
    )
    assert shown.top().server.words == "Server tak menerima"
    footer = link_view(room.seat, SAY)
    words = "Server tidak menerima perubahan sejak 14:21 · 3 menunggu · beri tahu TI"
    assert (footer.words, footer.tone) == (words, Tone.ALARM)
    room.clock.pass_s(61)
    await room.seat.tick()
    assert any("BPBD belum tahu: belum sampai di server, telepon" in row for row in shown.timeline())
    room.share_all()
    room.seat.room.on_link(LinkState(True, NOW, 0))
    assert state_of(shown, "BPBD") == "belum diterima"


async def test_a_seat_without_its_server_says_the_same_of_whom_it_asks_alone() -> None:
    room = await busy_room()
    room.cut(1)
    await room.seat.handover.dispatch([AgencyCode("BPBD")])
    await settled(room)
    assert state_of(views(room), "BPBD") == "belum sampai di server"
    room.share_all()
    assert state_of(views(room), "BPBD") == "belum diterima"


async def test_a_refused_call_stands_in_the_lists_with_its_reason_and_can_be_called_back() -> None:
    room = await busy_room()
    trouble = PhoneTrouble(room.seat, SAY)
    row = room.phone.turn_away("081266660000", code=488)
    room.phone.turn_away("081266660000", code=488, again=row)
    await settled(room)
    shown = views(room)
    lists = shown.lists()
    listed = next(each for each in lists.view().abandoned if each.id == row)
    assert [cell.text for cell in listed.cells] == ["0812-6666-0000", "0:00", "ditolak 2×"]
    assert "suaranya tidak cocok" in listed.cells[2].spoken
    assert lists.number_to_call_back(row) == "081266660000"
    (notice,) = [each for each in trouble.changes() if isinstance(each, Notice)]
    assert notice.loud
    assert "0812-6666-0000" in notice.words
    assert "suaranya tidak cocok" in notice.words
    room.phone.turn_away("0899", code=403)
    (stranger,) = [each for each in trouble.changes() if isinstance(each, Notice)]
    assert not stranger.loud, "a stranger at the port is no reason to look up from a call"
    await settled(room)


@pytest.mark.parametrize("where", ["quality", "SipCall.onCallMediaState"])
async def test_what_the_library_says_of_a_fault_is_not_shown(where: str) -> None:
    room = await busy_room()
    trouble = PhoneTrouble(room.seat, SAY)
    room.phone._emit(
        line.LineFault(where, "pjsua_call_get_stream_stat(): Invalid media type (PJMEDIA_EINVAL)")
    )
    (notice,) = [each for each in trouble.changes() if isinstance(each, Notice)]
    assert "pjsua" not in notice.words
    assert "panggilan tetap berjalan" in notice.words


async def test_the_place_of_a_call_is_shown_while_it_rings_and_taken_over_only_from_one_that_was_answered() -> (
    None
):
    phone = MemoryPhone()
    room = make_seat(phone)
    await phone.start()
    await room.seat.open()
    area = CallArea(AreaShape.CIRCLE, (AreaPoint(0.5, 117.5),), radius_m=120.0)
    call = phone.offer("0811", location=CallLocation(area=area))
    place = CallPlace(room.seat, default_site(RESOURCES), SAY)
    ringing = place.view()
    assert ringing is not None
    assert (ringing.area, ringing.can_take) == (area, False)
    await room.seat.answer(call)
    answered = place.view()
    assert answered is not None
    assert answered.can_take
    await room.recorder.settle()
