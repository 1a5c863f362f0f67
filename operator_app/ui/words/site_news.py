"""What a window says about the site's own data: a new version counts, waits for a start, or cannot be used."""

from collections.abc import Iterable

from operator_app.domain.event import Event
from operator_app.domain.facts.site import CARD_PART, PartPublished
from operator_app.reading.fault import BadFileError
from operator_app.ui.words.file_faults import fault_words
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say, seat_name
from operator_app.workflow.site_desk import SiteStanding

WAITING, UNUSABLE, ABSENT, DIFFERS = "site_waiting", "site_unusable", "site_absent", "site_differs"


class SiteNews:
    """Turns the standing of the site's data into notices, and remembers which of them still hold."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._held: dict[str, str] = {}

    def told(self, standing: SiteStanding) -> tuple[tuple[Notice, ...], tuple[str, ...]]:
        """Return what is to be shown now, and the topics of what no longer holds."""
        now = dict(self._lasting(standing))
        over = tuple(topic for topic in self._held if topic not in now)
        fresh = [Notice(words, loud=True, topic=t) for t, words in now.items() if self._held.get(t) != words]
        self._held = now
        return (*(self._taken(each) for each in standing.taken), *fresh), over

    def _lasting(self, standing: SiteStanding) -> Iterable[tuple[str, str]]:
        if standing.waiting:
            yield WAITING, self._say("site_news.waiting", parts=self._parts(standing.waiting))
        if isinstance(standing.error, BadFileError):
            yield (
                UNUSABLE,
                self._say("site_news.unusable", fault=fault_words(standing.error.faults[0], self._say)),
            )
        elif standing.error is not None:
            yield UNUSABLE, self._say("site_news.not_kept", error=one_line(str(standing.error)))
        if standing.absent:
            yield ABSENT, self._say("site_news.absent", parts=self._parts(standing.absent))
        for name, parts in standing.differing.items():
            words = self._say("site_news.differs", seat=seat_name(self._say, name), parts=self._parts(parts))
            yield f"{DIFFERS} {name}", words

    def _taken(self, event: Event) -> Notice:
        fact = event.fact
        assert isinstance(fact, PartPublished)
        words = self._say(
            "site_news.taken",
            part=self._parts((fact.part,)),
            n=fact.version,
            who=one_line(event.actor or event.seat),
            why=f": {one_line(fact.why)}" if fact.why else "",
        )
        return Notice(words, loud=False)

    def _parts(self, parts: Iterable[str]) -> str:
        return ", ".join(self._part(each) for each in parts)

    def _part(self, part: str) -> str:
        if part.startswith(CARD_PART):
            return self._say("site_part.card", kind=one_line(part.removeprefix(CARD_PART)))
        return self._say(f"site_part.{part}") if part in PART_NAMES else one_line(part)


PART_NAMES = frozenset({"agencies", "kinds", "cards", "known", "limits", "borders", "base_map"})
