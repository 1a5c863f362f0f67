"""The incident's point in figures: where it came from, how exact it is, whose land it is, and what contradicts it."""

from operator_app.domain.incident import Incident
from operator_app.domain.place.location import PositionOrigin, PositionSource
from operator_app.maps.named_areas import named_areas
from operator_app.maps.site import Site
from operator_app.ui.map.presenters.call_place import distance_words
from operator_app.ui.words.wording import Say, Span, Tone


def point_figures(incident: Incident | None) -> str:
    """Return the point as maps and messengers take it, e.g. "0.47851, 117.56320"; empty without one."""
    at = None if incident is None else incident.position
    return "" if at is None else f"{at[0]:.5f}, {at[1]:.5f}"


def point_spans(incident: Incident, site: Site | None, say: Say) -> tuple[Span, ...]:
    """Return the line about the point; what does not agree with the words of the form stands out."""
    at = incident.position
    if at is None:
        return (Span(say("form.no_point"), Tone.QUIET),)
    source = PositionSource.read(incident.value("position_source"))
    spans = [Span(point_figures(incident))]
    if source is not None:
        exact = "" if source.accuracy_m is None else f"±{distance_words(source.accuracy_m, say)}, "
        tone = Tone.WATCH if source.origin is PositionOrigin.BEFORE else Tone.QUIET
        spans.append(Span(f" · {exact}{say(f'source.{source.origin}')}", tone))
    if site is not None and site.villages:
        spans.append(_ground(incident, at, site, say))
        spans += _said_elsewhere(incident, at, site, say)
    return tuple(spans)


def _ground(incident: Incident, at: tuple[float, float], site: Site, say: Say) -> Span:
    """Whose land the point lies on; a village that is not the one in the form stands out."""
    under = site.locate(*at)
    if under is None:
        neighbour = site.neighbour_at(*at)
        words = say("position.in_neighbour", name=neighbour) if neighbour else say("position.at_sea")
        return Span(f" · {words}", Tone.WATCH)
    village, district = incident.value("village"), incident.value("district")
    if not village or (under.desa, under.kecamatan) == (village, district):
        return Span(f" · {under.desa}, {under.kecamatan}", Tone.QUIET)
    return Span(" · " + say("form.point_elsewhere", desa=under.desa, kecamatan=under.kecamatan), Tone.WATCH)


def _said_elsewhere(incident: Incident, at: tuple[float, float], site: Site, say: Say) -> list[Span]:
    """What the words of the place name, if none of it holds the point."""
    named = named_areas(incident.value("place"), site)
    if not named or any(area.holds(*at) for area in named):
        return []
    return [Span(" · " + say("form.place_names_other", name=named[0].name), Tone.WATCH)]
