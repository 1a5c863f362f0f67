"""The first frame of a seat out of its settings."""

from operator_app.bootstrap.parts import resources_folder
from operator_app.config.settings import Settings
from operator_app.ui.frame.first_frame import FirstFrame, show_first_frame
from operator_app.ui.kit.theme import Theme
from operator_app.ui.words.texts import load_texts
from operator_app.ui.words.wording import seat_name


def show(settings: Settings) -> FirstFrame:
    """Show it. Raises `BadFileError`, `TextsError`."""
    resources = resources_folder()
    texts = load_texts(resources, settings.site.language)
    theme = Theme.named(settings.screen.theme, settings.screen.text_scale)
    seat = settings.seat
    return show_first_frame(resources, texts, theme, seat_name(texts, seat.name), seat.operator)
