"""Says in the screen's language what is wrong with files."""

import re
from pathlib import Path

from operator_app.bootstrap.parts import resources_folder
from operator_app.reading.fault import BadFileError
from operator_app.ui.words.file_faults import all_fault_words
from operator_app.ui.words.texts import TextsError, languages, load_texts

FIRST_LANGUAGE = "id"
_LANGUAGE = re.compile(r"""^\s*language\s*=\s*["'](\w+)["']""", re.MULTILINE)


def sentences(error: BadFileError, config: Path | None) -> tuple[str, ...]:
    """Return a sentence about each fault, in the language of the window that has these settings, sound or not."""
    try:
        resources = resources_folder()
        wanted = _language(config)
        language = wanted if wanted in languages(resources) else FIRST_LANGUAGE
        return all_fault_words(error.faults, load_texts(resources, language))
    except (BadFileError, TextsError):  # the words are among what is missing
        return tuple(map(str, error.faults))


def _language(config: Path | None) -> str:
    try:
        text = "" if config is None else config.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = _LANGUAGE.search(text)
    return found[1] if found else ""
