"""Colours of the windows, dark and light, as plain values; what may be text on what ground is tested for contrast."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Names say what a colour is for; `…_back` is the ground that the colour of the same name stands on."""

    name: str
    window: str
    panel: str
    panel_edge: str
    field: str
    field_edge: str
    raised: str
    raised_edge: str
    raised_hover: str
    chosen: str
    row: str
    text: str
    muted: str
    focus: str
    primary: str
    primary_text: str
    danger: str
    danger_edge: str
    danger_text: str
    good: str
    busy: str
    busy_back: str
    watch: str
    watch_back: str
    watch_edge: str
    alarm: str
    alarm_back: str
    alarm_edge: str
    quiet_back: str


DARK = Tokens(
    name="dark",
    window="#0d1217",
    panel="#141b23",
    panel_edge="#202b36",
    field="#0f151c",
    field_edge="#33424f",
    raised="#1c2631",
    raised_edge="#33424f",
    raised_hover="#243241",
    chosen="#1b2937",
    row="#18222c",
    text="#dde5ec",
    muted="#a6b6c4",
    focus="#6cb4ff",
    primary="#1d4a86",
    primary_text="#ffffff",
    danger="#3a1d1c",
    danger_edge="#7a3732",
    danger_text="#ffd9d5",
    good="#62cd96",
    busy="#7dbcff",
    busy_back="#182636",
    watch="#f2b84b",
    watch_back="#241d10",
    watch_edge="#6b5426",
    alarm="#ff9d93",
    alarm_back="#3a1d1c",
    alarm_edge="#9a463f",
    quiet_back="#1a232d",
)

LIGHT = Tokens(
    name="light",
    window="#dfe4ea",
    panel="#f7f9fb",
    panel_edge="#c3ccd5",
    field="#ffffff",
    field_edge="#8a97a4",
    raised="#e9eef3",
    raised_edge="#a9b5c0",
    raised_hover="#dce4ec",
    chosen="#d8e6f5",
    row="#eff3f7",
    text="#141c24",
    muted="#3b4853",
    focus="#0b61c4",
    primary="#0f4788",
    primary_text="#ffffff",
    danger="#fbe3e1",
    danger_edge="#c8635a",
    danger_text="#6d120b",
    good="#0b5432",
    busy="#0c4483",
    busy_back="#dcebfa",
    watch="#5f3d00",
    watch_back="#fdf0d2",
    watch_edge="#c79a3a",
    alarm="#84140b",
    alarm_back="#fbe3e1",
    alarm_edge="#c8635a",
    quiet_back="#e6ebf0",
)

THEMES = {DARK.name: DARK, LIGHT.name: LIGHT}

TEXT_ON = (
    *(
        (fore, back)
        for fore in ("text", "muted")
        for back in ("window", "panel", "field", "raised", "chosen", "row")
    ),
    *((fore, "quiet_back") for fore in ("text", "muted")),
    *((fore, back) for fore in ("good", "busy", "watch", "alarm") for back in ("panel", "row", "window")),
    *((fore, "chosen") for fore in ("watch", "alarm")),
    ("text", "raised_hover"),
    ("primary_text", "primary"),
    ("danger_text", "danger"),
    ("busy", "busy_back"),
    ("watch", "watch_back"),
    ("text", "watch_back"),
    ("muted", "watch_back"),
    ("alarm", "alarm_back"),
    ("text", "alarm_back"),
)
"""Every pair of letters and ground that the windows use; each has a contrast of at least 7:1."""

MARK_ON = (("focus", "panel"), ("focus", "field"), ("focus", "window"), ("good", "panel"), ("alarm", "panel"))
"""Shapes that carry a meaning; at least 3:1."""


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours "#rrggbb", 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(tokens: Tokens) -> dict[str, str]:
    """Return all colours of a theme by name."""
    return {each.name: str(getattr(tokens, each.name)) for each in fields(tokens) if each.name != "name"}


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
