"""The words of the map page, out of the catalogue's keys `map.*` and the names of the priorities."""

from collections.abc import Callable

from operator_app.maps.live import TEXT_NAMES, MapTexts
from operator_app.maps.site import Site

COVER_TEXTS = ("loading", "recovering", "failed")
"""What the pane says while there is no map to be seen."""


def map_texts(tr: Callable[[str], str], site: Site) -> MapTexts:
    """Return the page's words for this site."""
    words = {name: tr(f"map.{name}") for name in TEXT_NAMES}
    if not site.villages:
        words["head"] = words["head_plain"]
    return words
