"""The map page, written by folium once when the program is built, so that a running seat never imports folium.

`python -m operator_app.maps.page resources` writes `resources/map/index.html`; a test compares the two. The page holds
nothing of a site: borders, texts and incidents come to it while it runs.
"""

import base64
import hashlib
import re
import sys
from pathlib import Path

ZOOM_NEAREST = 19
ZOOM_FARTHEST = 5
_POLICY = (
    "default-src 'none'",
    "style-src app://map 'unsafe-inline'",  # folium and Leaflet write styles into the page
    "img-src app://map data: blob:",
    "font-src app://map",
    "connect-src app://map",
    "worker-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
)
"""A second wall behind the guard of all requests: what a text may smuggle into the page neither runs nor calls out."""
_TEMPLATE = "{% macro script(this, kwargs) %}operatorMap.start({{ this._parent.get_name() }});{% endmacro %}"


def build_page() -> str:
    """Return the page's HTML, always the same for the same folium. Imports folium, which takes half a second."""
    # Only here, because of that half second and 453 modules (facts: F9).
    import folium  # noqa: PLC0415
    from branca.element import MacroElement  # noqa: PLC0415
    from folium.template import Template  # noqa: PLC0415

    page = folium.Map(location=[0, 117], zoom_start=7, tiles=None, prefer_canvas=True, zoom_control=False)
    # tiles=None leaves the map without zoom limits, and Map(max_zoom=...) reaches only a tile layer (folium 0.20).
    page.options.update(
        maxZoom=ZOOM_NEAREST,
        minZoom=ZOOM_FARTHEST,
        zoomSnap=0.25,
        zoomDelta=1,
        attributionControl=False,
        zoomAnimation=False,
        fadeAnimation=False,
        markerZoomAnimation=False,
        worldCopyJump=False,
        boxZoom=False,
    )
    # add_js_link changes a list of the class, shared by all maps (folium 0.20): give this map lists of its own.
    page.default_js = [
        ("leaflet", "app://map/leaflet/leaflet.js"),
        ("channel", "app://map/qwebchannel.js"),
        ("sheet", "app://map/sheet.js"),
        ("land", "app://map/land.js"),
        ("shapes", "app://map/shapes.js"),
        ("places", "app://map/places.js"),
        ("names", "app://map/names.js"),
        ("history", "app://map/history.js"),
        ("measure", "app://map/measure.js"),
        ("glass", "app://map/glass.js"),
        ("protomaps", "app://map/protomaps/protomaps-leaflet.js"),
        ("base", "app://map/base.js"),
        ("operator", "app://map/map.js"),
    ]
    page.default_css = [
        ("leaflet_css", "app://map/leaflet/leaflet.css"),
        ("operator_css", "app://map/map.css"),
    ]
    start = MacroElement()
    start._template = Template(_TEMPLATE)
    page.add_child(start, name="operator_start")
    page._id = start._id = "operator"  # folium draws random names; a built file must not change by itself
    root = page.get_root()
    root._id = "operator"
    html: str = root.render()
    return _guarded(html.rstrip() + "\n")


def _guarded(page: str) -> str:
    """The page with a Content-Security-Policy: nothing but our own scheme, and of its scripts those that stand here."""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    policy = "; ".join([*_POLICY, f"script-src app://map {hashes}"])
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    head, mark, rest = page.partition("<head>")
    return f"{head}{mark}\n    {tag}{rest}"


def main(resources: str) -> None:
    """Write the page where the program looks for it."""
    (Path(resources) / "map" / "index.html").write_text(build_page(), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
