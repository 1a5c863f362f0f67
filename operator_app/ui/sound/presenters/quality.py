"""How the line was: the readings of a call as curves, and the figures of the last second in words."""

from dataclasses import dataclass

from operator_app.domain.facts.call import CallMeasured
from operator_app.ui.words.wording import Say, Tone
from operator_app.workflow.seat import Seat
from operator_app.workflow.sound import Reading

GOOD_MOS, POOR_MOS = 4.0, 3.6
CODEC_MS = 25.0
SILENT_S = 2.0


@dataclass(frozen=True, slots=True)
class QualityView:
    """Curves over seconds before now (negative), newest last, and what stands beside them."""

    seconds: tuple[float, ...]
    mos: tuple[float, ...]
    lost: tuple[float, ...]
    jitter_ms: tuple[float, ...]
    delay_ms: tuple[float, ...]
    head: str
    figures: tuple[tuple[str, str, Tone], ...]
    """Name, value and tone of each figure of the last second."""


class QualityPresenter:
    """Makes the plot's values. Pure reading."""

    def __init__(self, seat: Seat, say: Say) -> None:
        self._seat = seat
        self._say = say

    def view(self) -> QualityView:
        """Return what the pane has to show now: the call at hand, else the one measured last."""
        live = self._seat.calls.live_at_hand
        readings = self._seat.sound.readings(None if live is None else live.call_id)
        if live is None or not readings:
            readings = self._seat.sound.readings()
        if not readings:
            return QualityView((), (), (), (), (), self._say("quality.none"), ())
        end = self._seat.duty.now() if live is not None else readings[-1].at
        lost = _lost_shares(readings)
        return QualityView(
            tuple((each.at - end).total_seconds() for each in readings),
            tuple(each.quality.mos for each in readings),
            lost,
            tuple(each.quality.jitter_ms for each in readings),
            tuple(delay_of(each) for each in readings),
            self._say("quality.now" if live is not None else "quality.last"),
            self._figures(readings[-1], lost[-1]),
        )

    def _figures(self, last: Reading, lost: float) -> tuple[tuple[str, str, Tone], ...]:
        mos, jitter, delay = last.quality.mos, last.quality.jitter_ms, delay_of(last)
        return (
            (self._say("quality.mos"), self._number(mos, 1), mos_tone(mos)),
            (self._say("quality.lost"), f"{self._number(lost, 1)} %", Tone.PLAIN if lost < 1 else Tone.WATCH),
            (self._say("quality.jitter"), f"{jitter:.0f} ms", Tone.PLAIN if jitter < 30 else Tone.WATCH),
            (self._say("quality.delay"), f"{delay:.0f} ms", Tone.PLAIN if delay < 150 else Tone.WATCH),
        )

    def _number(self, value: float, digits: int) -> str:
        return number_words(value, digits, self._say)


@dataclass(frozen=True, slots=True)
class MeasuredWords:
    """How the line of an ended call was: in short, and all of it in words."""

    short: str
    whole: str
    tone: Tone


def measured_words(measured: CallMeasured, say: Say) -> MeasuredWords:
    """Say it; a line that fell silent wants attention however good the rest was, and of no sound there is no score."""
    if is_soundless(measured):
        words = say("quality.soundless")
        return MeasuredWords(words, words, Tone.WATCH)
    tone = Tone.WATCH if measured.silent_s >= SILENT_S else mos_tone(measured.mos_mean)
    score = number_words(measured.mos_mean, 1, say)
    short = say("quality.short", mos=score, word=say(f"quality.word_{tone.value}"))
    whole = say(
        "quality.whole",
        mos=score,
        worst=number_words(measured.mos_worst, 1, say),
        lost=number_words(measured.lost_percent, 1, say),
        jitter=round(measured.jitter_mean_ms),
        delay=round(measured.delay_mean_ms),
    )
    if measured.silent_s >= 1:
        whole += say("quality.silent", n=round(measured.silent_s))
    return MeasuredWords(short, whole, tone)


def is_soundless(measured: CallMeasured) -> bool:
    """Whether no sound came in all of the call, as far as it was watched."""
    return measured.silent_s >= SILENT_S and measured.silent_s >= measured.seconds - SILENT_S


def number_words(value: float, digits: int, say: Say) -> str:
    """Write a number with the comma of the screen's language."""
    return f"{value:.{digits}f}".replace(".", say("number.decimal"))


def mos_tone(mos: float) -> Tone:
    """Return how much attention a score wants."""
    return Tone.GOOD if mos >= GOOD_MOS else Tone.PLAIN if mos >= POOR_MOS else Tone.WATCH


def delay_of(reading: Reading) -> float:
    """Return the delay in ms one way, mouth to ear, as the score counts it."""
    return (reading.quality.round_trip_ms or 0.0) / 2 + reading.quality.buffer_ms + CODEC_MS


def _lost_shares(readings: tuple[Reading, ...]) -> tuple[float, ...]:
    """Return the percentage lost or too late in each second."""
    shares, before = [], None
    for each in readings:
        q = each.quality
        lost, total = q.lost + q.discarded, q.received + q.lost
        if before is None or total < before[1]:
            shares.append(0.0)
        else:
            shares.append(min(100.0, 100.0 * max(0, lost - before[0]) / max(1, total - before[1])))
        before = lost, total
    return tuple(shares)
