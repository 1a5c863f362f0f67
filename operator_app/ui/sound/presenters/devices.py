"""Choosing sound devices: each role with what can serve it, how it stands and how its test went."""

from dataclasses import dataclass

from operator_app.domain import line
from operator_app.domain.line import SoundRole, TrialStep
from operator_app.ui.words.wording import Say, Tone
from operator_app.workflow.seat import Seat

VOLUME_STEP = 0.2


@dataclass(frozen=True, slots=True)
class RoleView:
    """One role: `choices` are (device, words), `chosen` the device; "" is the system's own."""

    role: SoundRole
    title: str
    choices: tuple[tuple[str, str], ...]
    chosen: str
    state: str
    tone: Tone
    can_test: bool


@dataclass(frozen=True, slots=True)
class DevicesView:
    """The whole pane; `note` says why nothing can be chosen, or is empty."""

    roles: tuple[RoleView, ...]
    note: str
    volume: str
    can_louder: bool
    can_softer: bool


class DevicesPresenter:
    """Makes the pane out of the seat's sound desk. Pure reading."""

    def __init__(self, seat: Seat, say: Say) -> None:
        self._seat = seat
        self._say = say

    def view(self) -> DevicesView:
        """Return the pane as it has to look now."""
        desk = self._seat.sound.desk
        if desk is None:
            return DevicesView((), self._say("sound.devices_unknown"), "", can_louder=False, can_softer=False)
        note = self._say("sound.devices_fixed") if desk.fixed else ""
        if not note and not desk.devices:
            note = self._say("sound.devices_none")
        volume = desk.choice.ring_volume
        return DevicesView(
            tuple(self._role(desk, role) for role in SoundRole),
            note,
            self._say("sound.volume", percent=round(volume * 100)),
            can_louder=not desk.fixed and volume < 0.99,
            can_softer=not desk.fixed and volume > VOLUME_STEP + 0.01,
        )

    def choice(self, role: SoundRole, device: str) -> line.AudioChoice | None:
        """Return the choice with another device for that role, None when it is chosen already."""
        desk = self._seat.sound.desk
        if desk is None or getattr(desk.choice, role.value) == device:
            return None
        names = {each.value: getattr(desk.choice, each.value) for each in SoundRole}
        return line.AudioChoice(**{**names, role.value: device}, ring_volume=desk.choice.ring_volume)

    def volume(self, steps: int) -> line.AudioChoice | None:
        """Return the choice with a louder or softer ring; never silent."""
        desk = self._seat.sound.desk
        if desk is None:
            return None
        wanted = min(1.0, max(VOLUME_STEP, round(desk.choice.ring_volume + steps * VOLUME_STEP, 1)))
        names = {each.value: getattr(desk.choice, each.value) for each in SoundRole}
        return line.AudioChoice(**names, ring_volume=wanted)

    def _role(self, desk: line.AudioDesk, role: SoundRole) -> RoleView:
        hears = role is SoundRole.MICROPHONE
        chosen = str(getattr(desk.choice, role.value))
        own = "sound.as_earpiece" if role is SoundRole.RECALL else "sound.system"
        choices = [("", self._say(own))]
        choices += [(each.name, each.name) for each in desk.devices if (each.hears if hears else each.sounds)]
        if chosen and chosen not in {name for name, _ in choices}:
            choices.append((chosen, self._say("sound.away", device=chosen)))
        state, tone = self._state(desk, role)
        standing = desk.audio.role(role)
        works = standing is not None and standing.works
        can_test = works and not self._seat.calls.living() and not self._tests()
        return RoleView(role, self._say(f"sound_role.{role}"), tuple(choices), chosen, state, tone, can_test)

    def _tests(self) -> bool:
        steps = (TrialStep.RECORDING, TrialStep.PLAYING)
        return any(each.step in steps for each in self._seat.sound.trials.values())

    def _state(self, desk: line.AudioDesk, role: SoundRole) -> tuple[str, Tone]:
        trial = self._seat.sound.trials.get(role)
        standing = desk.audio.role(role)
        if standing is None:
            return "", Tone.QUIET
        if not standing.works:
            return self._say("sound.role_away", reason=self._reason(standing.reason)), Tone.ALARM
        if trial is not None:
            tone = {TrialStep.FAILED: Tone.ALARM, TrialStep.DONE: Tone.GOOD}.get(trial.step, Tone.BUSY)
            spoken = "microphone" if role is SoundRole.MICROPHONE else "output"
            return self._say(f"sound_trial.{spoken}_{trial.step}"), tone
        if standing.instead:
            return self._say("sound.instead", device=standing.name), Tone.WATCH
        return self._say("sound.serves", device=standing.name), Tone.GOOD

    def _reason(self, reason: str) -> str:
        known = {"no input": "sound.no_input", "no output": "sound.no_output", "stopped": "sound.stopped"}
        return self._say(
            known.get(reason, "sound.not_opened")
        )  # a driver's own words are English, for the log
