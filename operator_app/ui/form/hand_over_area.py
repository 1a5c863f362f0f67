"""Handing over: to the proposed agencies, to one, what is proposed overruled, what they answer by phone recorded."""

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from operator_app.domain.ids import AgencyCode, IncidentId
from operator_app.domain.states import DispatchState, Refusal, RefusedError
from operator_app.domain.triage import Agency
from operator_app.ui.form.form_pane import FormPane
from operator_app.ui.form.presenters.form import QUICK_AGENCIES, FormPresenter, agency_deed
from operator_app.ui.form.presenters.point import point_figures
from operator_app.ui.form.presenters.ready_text import ready_text
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import AskReason
from operator_app.ui.frame.page_strip import Page
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.words.wording import Say


def _send(place: int) -> Callable[["HandOverArea"], Wish]:
    return lambda area: area.send_to_place(place)


def _has(place: int) -> Callable[["HandOverArea"], bool]:
    return lambda area: area.has_desk_at(place)


def _called(place: int) -> Callable[["HandOverArea", Say], str]:
    return lambda area, say: area.name_at(place, say)


class HandOverArea(Area):
    """The form's bar of agencies."""

    def __init__(self, hand: Hand, form: FormPane, view: FormPresenter) -> None:
        self._hand, self._seat, self._form, self._view = hand, hand.seat, form, view
        self._desks: tuple[Agency, ...] = tuple(each for each in hand.seat.cards.agencies if each.has_desk)
        bar = form.dispatch
        form.dispatch_wished.connect(lambda: hand.press("dispatch"))
        form.agency_wished.connect(lambda code: hand.run("dispatch", self._send_to(code), Before.MUST))
        bar.wished.connect(hand.press)
        bar.proposal.priority_wished.connect(lambda p: self._overrule(self._seat.handover.choose_priority(p)))
        bar.proposal.agency_wished.connect(
            lambda code: self._overrule(self._seat.handover.choose_agency(AgencyCode(code)))
        )
        bar.proposal.back_wished.connect(lambda: self._overrule(self._seat.handover.take_proposal()))
        bar.answers.answer_wished.connect(self._answered)

    # ---- deeds

    def dispatch(self) -> Wish:
        """Hand over to the proposed agencies."""
        return self._seat.handover.dispatch()

    def send_to_place(self, place: int) -> Wish:
        """Hand over to the agency whose key has that place."""
        return self._send_to(self._desks[place].code)

    def has_desk_at(self, place: int) -> bool:
        """Whether the site has so many agencies with a desk."""
        return place < len(self._desks)

    def name_at(self, place: int, say: Say) -> str:
        """Name the key of that place."""
        if self.has_desk_at(place):
            return say("deed.agency", agency=self._desks[place].name)
        return say("deed.agency_none", n=place + 1)

    def decide(self) -> None:
        """Lead the keyboard into the proposal, to overrule it."""
        self._hand.bring(Page.FORM)
        self._form.dispatch.decide()

    def record_answers(self) -> None:
        """Let the keyboard record what agencies say by phone."""
        self._hand.bring(Page.FORM)
        view = self._view.view()
        if view.asked:
            self._form.dispatch.record_answers(view)
            return
        refusal = Refusal.NO_INCIDENT if view.incident_id is None else Refusal.INCIDENT_ENDED
        self._hand.tell(self._hand.say(f"refusal.{refusal}"))

    async def copy_text(self) -> None:
        """Put what a radio operator reads out onto the clipboard, and note it."""
        incident = self._seat.hand.incident
        if incident is None:
            raise RefusedError(Refusal.NO_INCIDENT)
        QGuiApplication.clipboard().setText(
            ready_text(self._seat, self._hand.say, self._hand.words, incident)
        )
        await self._seat.course.note(self._hand.say("ready.copied"))
        self._hand.tell(self._hand.say("ready.copied"))

    def copy_point(self) -> None:
        """Put the incident's coordinates onto the clipboard."""
        figures = point_figures(self._seat.hand.incident)
        if figures:
            QGuiApplication.clipboard().setText(figures)
        say = self._hand.say
        self._hand.tell(say("form.point_copied", point=figures) if figures else say("form.no_point"))

    # ---- the pane

    def _send_to(self, code: str) -> Wish:
        self._hand.marks.mark("dispatch_key", code)
        return self._seat.handover.dispatch([AgencyCode(code)])

    def _overrule(self, wish: Wish) -> None:
        self._hand.run("decide", wish, Before.MUST)

    def _answered(self, incident_id: str, code: str, to: str) -> None:
        """Record what an agency said; a refusal asks for its reason first, in the one line for words."""
        subject, state = (IncidentId(incident_id), AgencyCode(code)), DispatchState(to)
        if state is DispatchState.DECLINED:

            async def declined(reason: str) -> None:
                await self._seat.handover.record_answer(*subject, state, reason)

            self._hand.ask(AskReason(self._hand.words.agency(code), declined))
            return
        self._hand.run("phone_answer", self._seat.handover.record_answer(*subject, state), Before.MUST)
        self._form.focus_text()

    deeds = (
        Deed("dispatch", "F7", Group.HAND_OVER, dispatch, Before.MUST),
        Deed("decide", "Alt+U", Group.HAND_OVER, decide),
        Deed("phone_answer", "Alt+J", Group.HAND_OVER, record_answers),
        Deed("copy_text", "Alt+C", Group.HAND_OVER, copy_text, Before.MUST),
        Deed("copy_point", "Alt+K", Group.HAND_OVER, copy_point),
        *(
            Deed(
                agency_deed(place),
                f"Ctrl+{place + 1}",
                Group.HAND_OVER,
                _send(place),
                Before.MUST,
                there=_has(place),
                called=_called(place),
                wish="dispatch",
            )
            for place in range(QUICK_AGENCIES)
        ),
    )
