"""Files of a site pack, read with one clear sentence for everything that can be wrong with them."""

import json
from pathlib import Path
from typing import NoReturn

BIGGEST_FILE_BYTES = 64 * 1024 * 1024
_LONGEST_TEXT, _LONGEST_LINE = 120, 500


def one_line(words: str) -> str:
    """Return words for a console as one line of bounded length: a file's text may hold signs that guide a terminal."""
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(words.split()))
    return (
        line
        if len(line) <= _LONGEST_LINE
        else f"{line[: _LONGEST_LINE // 2]} … {line[-_LONGEST_LINE // 2 :]}"
    )


class SitePackError(ValueError):
    """A site pack cannot be used; the text is one sentence: file, cause, what to do."""

    def __init__(self, file: str, cause: str, cure: str) -> None:
        super().__init__(one_line(f"{file}: {cause}; {cure}."))
        self.file = file
        self.cause = cause
        self.cure = cure


def read_text(path: Path) -> str:
    """Return the file's text, which must be UTF-8 (a byte order mark is dropped); raises SitePackError.

    A link out of the pack's folder is not followed: it would carry another file of this machine into the pack.
    """
    try:
        if not path.resolve().is_relative_to(path.parent.resolve()):
            refuse(path, "is a link that leads out of the pack", "put the file itself into the pack's folder")
        if not path.is_file():
            refuse(path, "is no file", "put a file of that name into the pack's folder")
        if path.stat().st_size > BIGGEST_FILE_BYTES:
            refuse(path, f"the file is larger than {BIGGEST_FILE_BYTES >> 20} MB", "simplify its borders")
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, RuntimeError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise SitePackError(path.name, f"cannot be read ({cause})", "check that it is there") from error
    except UnicodeDecodeError as error:
        raise SitePackError(
            path.name, f"the file is not UTF-8 text (byte {error.start})", "save it as UTF-8"
        ) from error


def read_json(path: Path) -> object:
    """Return what the JSON file holds; raises SitePackError, telling a file cut short from a wrong one."""
    text = read_text(path)
    if not text.strip():
        refuse(path, "the file is empty", "copy it again from its source")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            refuse(path, "the file is cut short", "copy it again from its source")
        refuse(
            path, f"not JSON at line {error.lineno}, column {error.colno} ({error.msg})", "export it again"
        )
    except (RecursionError, ValueError) as error:
        raise SitePackError(path.name, f"not usable JSON ({error})", "export it again") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}, which is not a number")


def refuse(path: Path, cause: str, cure: str) -> NoReturn:
    """Raise SitePackError about that file."""
    raise SitePackError(path.name, cause, cure)


def check_text(path: Path, where: str, key: str, value: object) -> str:
    """Return a plain text of 1 to 120 characters without its outer spaces; refuses anything else."""
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST_TEXT or not text.isprintable():
        place = f"{where} has a {key!r}" if where else f"{key!r}"
        cause = "that is not a plain text of 1 to 120 characters" if where else "is not a plain text"
        refuse(path, f"{place} {cause}", "correct it")
    return text


def read_features(path: Path) -> list[object]:
    """Return the features of a GeoJSON FeatureCollection, which must hold some; raises SitePackError."""
    whole = read_json(path)
    if not isinstance(whole, dict) or whole.get("type") != "FeatureCollection":
        refuse(path, "not a GeoJSON FeatureCollection", "export it as GeoJSON")
    rows = whole.get("features")
    if not isinstance(rows, list) or not rows:
        refuse(path, "it holds no features", "export it again with its areas")
    return rows
