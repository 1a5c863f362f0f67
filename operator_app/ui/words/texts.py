"""The words of the screen: one TOML catalogue a language, read once, asked by key."""

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

log = logging.getLogger(__name__)

FOLDER = "translations"
MARK = re.compile(r"\{(\w+)\}")
_FORMS = frozenset({"one", "other"})

Entry = str | Mapping[str, str]


class TextsError(ValueError):
    """A catalogue that cannot be used, or in strict mode a key or value that is missing; the text is one sentence."""


class Texts:
    """Words by key. A missing key is shown as itself and logged once; in strict mode, for tests, it raises.

    `texts("top.waiting", n=2)` puts values into the marks {n}. An entry with the forms "one" and "other" is chosen by
    `n`. Asked without any value, an entry comes as it is, marks and all.
    """

    def __init__(self, language: str, entries: Mapping[str, Entry], *, strict: bool = False) -> None:
        self.language = language
        self._entries = dict(entries)
        self._strict = strict
        self._told: set[str] = set()

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every entry by its full key."""
        return self._entries

    def has(self, key: str) -> bool:
        """Whether the catalogue holds that key."""
        return key in self._entries

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the words of `key` with the values put in."""
        entry = self._entries.get(key)
        if entry is None:
            return self._missing(key, f"the catalogue {self.language} has no key {key!r}.")
        words = entry if isinstance(entry, str) else entry["one" if values.get("n") == 1 else "other"]
        if not values:
            return words
        try:
            return words.format_map(values)
        except (KeyError, IndexError, ValueError) as error:
            return self._missing(words, f"the text {key!r} of {self.language} lacks the value {error}.")

    def _missing(self, shown: str, sentence: str) -> str:
        if self._strict:
            raise TextsError(sentence)
        if sentence not in self._told:
            self._told.add(sentence)
            log.error("%s", sentence)
        return shown


def load_texts(resources: Path, language: str, *, strict: bool = False) -> Texts:
    """Read the catalogue of a language ("id", "en") below the resources folder. Raises `TextsError` naming the file."""
    path = resources / FOLDER / f"{language}.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TextsError(f"{path}: cannot be read: {error}.") from None
    return Texts(language, dict(_flat(table, "", path)), strict=strict)


def languages(resources: Path) -> tuple[str, ...]:
    """Return the languages that there is a catalogue for."""
    return tuple(sorted(path.stem for path in (resources / FOLDER).glob("*.toml")))


def marks_of(entry: Entry) -> frozenset[str]:
    """Return the names of the values that an entry wants."""
    forms = (entry,) if isinstance(entry, str) else entry.values()
    return frozenset(name for form in forms for name in MARK.findall(form))


def _flat(table: Mapping[str, object], before: str, path: Path) -> Iterator[tuple[str, Entry]]:
    for name, value in table.items():
        key = f"{before}{name}"
        if isinstance(value, str):
            yield key, value
        elif not isinstance(value, dict):
            raise TextsError(f"{path}: {key} is neither a text nor a table.")
        elif set(value) == _FORMS:
            yield key, {form: str(words) for form, words in value.items()}
        else:
            yield from _flat(value, f"{key}.", path)
