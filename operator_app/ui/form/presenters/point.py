"""The incident's point in figures: where it came from, how exact it is, and which village lies under it."""

from collections.abc import Callable

from operator_app.domain.incident import Incident
from operator_app.domain.place.location import PositionSource
from operator_app.maps.region import Place
from operator_app.ui.map.presenters.call_place import distance_words
from operator_app.ui.words.wording import Say, Span, Tone

Locate = Callable[[float, float], Place | None]


def point_figures(incident: Incident | None) -> str:
    """Return the point as maps and messengers take it, e.g. "0.47851, 117.56320"; empty without one."""
    at = None if incident is None else incident.position
    return "" if at is None else f"{at[0]:.5f}, {at[1]:.5f}"


def point_spans(incident: Incident, locate: Locate, say: Say) -> tuple[Span, ...]:
    """Return the line about the point; a village that is not the one in the form stands out."""
    at = incident.position
    if at is None:
        return (Span(say("form.no_point"), Tone.QUIET),)
    source = PositionSource.read(incident.value("position_source"))
    spans = [Span(point_figures(incident))]
    if source is not None:
        exact = "" if source.accuracy_m is None else f"±{distance_words(source.accuracy_m, say)}, "
        spans.append(Span(f" · {exact}{say(f'source.{source.origin}')}", Tone.QUIET))
    under = locate(*at)
    if under is None:
        return tuple(spans)
    village, district = incident.value("village"), incident.value("district")
    if not village or (under.desa, under.kecamatan) == (village, district):
        spans.append(Span(f" · {under.desa}, {under.kecamatan}", Tone.QUIET))
    else:
        spans.append(
            Span(" · " + say("form.point_elsewhere", desa=under.desa, kecamatan=under.kecamatan), Tone.WATCH)
        )
    return tuple(spans)
