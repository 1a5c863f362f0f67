"""`operator-app site`: bring a site pack, publish what is local for every window of the room, list it, go back."""

import argparse
import getpass
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from operator_app.bootstrap.parts import CannotStartError, data_folder, resources_folder
from operator_app.config.settings import Settings, load_settings
from operator_app.domain.event import Event
from operator_app.domain.facts.site import CARD_PART, CardPublished, PartPublished
from operator_app.maps.base_map import BASE_SUFFIXES, check_base, import_base
from operator_app.maps.pack import has_borders, unread_files
from operator_app.maps.site import SitePackError, has_site, import_site, load_site
from operator_app.reading.toml import TomlFile
from operator_app.site.files import BASE_MAP, BORDERS, CARDS, PARTS, Published, unread_beside
from operator_app.site.publishing import Present, cards_used, check_whole, parts_in
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server.site_log import SiteLog

SITE_FOLDER = "site"
"""Name of the folder of the site inside a window's own folder."""


def run(args: argparse.Namespace) -> int:
    """Carry out one task; on anything that is wrong all stays as it is. Raises `BadFileError`, `CannotStartError`."""
    try:
        match args.task:
            case "import":
                return _import(args)
            case "list":
                return _list(_room(args))
            case "back":
                return _back(args)
            case _:
                return _export(args)
    except SitePackError as error:
        raise CannotStartError(str(error)) from None
    except ServerProblem as problem:
        raise CannotStartError(problem.sentence) from None


# ---- import


def _import(args: argparse.Namespace) -> int:
    settings = None if args.config is None else load_settings(args.config)
    into: Path = args.into or data_folder(_need(settings)) / SITE_FOLDER
    source: Path = args.source
    if source.suffix.lower() in BASE_SUFFIXES:
        return _tell_digests(settings, args, {BASE_MAP: _import_base(source, into)})
    maps = _base_in(source)
    for path in maps:
        check_base(path, None)  # before anything is taken into use
    parts = parts_in(source) if source.is_dir() else {}
    digests: dict[str, str] = {}
    room = _Room.of(settings, args) if parts and settings is not None and settings.server.dsn else None
    if room is not None:
        parts = room.with_beside(parts, into)
    if parts:
        _check_parts(parts, room, into)
    if has_borders(source) or not (parts or maps):
        report = import_site(source, into)
        for warning in report.warnings:
            print(f"note: {warning}")
        print(report.summary)
        digests[BORDERS] = report.version.partition("-")[2]
    for name in unread_files(source):
        if name not in {f"{part}.toml" for part in PARTS}:
            print(f"note: {name} is not used; is its name misspelt?")
    if room is not None:
        room.publish(parts, args.why)
    elif parts:
        _lay_beside(parts, into)
    for name in unread_beside(into):
        print(f"note: {into / name} is read by nothing; is its name misspelt?")
    if maps:
        digests[BASE_MAP] = _import_base(maps[0], into)
    return _tell_digests(settings, args, digests)


def _tell_digests(settings: Settings | None, args: argparse.Namespace, digests: Mapping[str, str]) -> int:
    """Publish which boundaries and base map count; each window has its own copy, so that a server may be away."""
    if settings is None or not settings.server.dsn:
        return 0
    try:
        _Room.of(settings, args).publish_digests(digests, args.why)
    except ServerProblem as problem:
        print(f"note: not told to the room: {problem.sentence}")
    return 0


def _check_parts(parts: Mapping[str, TomlFile], room: "_Room | None", into: Path) -> None:
    """Read the site as it will be. Raises `BadFileError`."""
    default = resources_folder() / "site"
    if room is not None:
        check_whole(parts, room.present, default)
    else:
        check_whole({**parts_in(into), **parts}, Present(), default)


def _lay_beside(parts: Mapping[str, TomlFile], into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for part, file in parts.items():
        fresh = into / f".{part}.toml.new"
        with fresh.open("w", encoding="utf-8") as out:
            out.write(file.text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(into / f"{part}.toml")
        print(f"{part}: in use from the next start of the window")


def _base_in(folder: Path) -> list[Path]:
    """The base map of a pack's folder, if it has one; raises `SitePackError` for more than one."""
    if not folder.is_dir():
        return []  # the import says so
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in BASE_SUFFIXES)
    if len(found) > 1:
        raise SitePackError(found[1].name, f"a second base map beside {found[0].name}", "leave one of them")
    return found


def _import_base(source: Path, into: Path) -> str:
    """Take the base map into use, and return its digest."""
    region = load_site(into).bounds if has_site(into) else None
    base = import_base(source, into, region)
    for note in base.notes:
        print(f"note: {source.name}: {note}")
    print(f"{base.words}; in use from the next start of the window")
    return base.version


# ---- what is published


def _need(settings: Settings | None) -> Settings:
    assert settings is not None  # the command line asks for it
    return settings


def _room(args: argparse.Namespace) -> "_Room":
    settings = load_settings(args.config)
    if not settings.server.dsn:
        raise CannotStartError(
            f'{args.config}: this window has no server ("dsn" in [server]); its site is the files beside it.'
        )
    return _Room.of(settings, args)


@dataclass(frozen=True, slots=True)
class _Room:
    """The room's published site, seen and written with the login of one seat."""

    log: SiteLog
    events: tuple[Event, ...]
    present: Present

    @classmethod
    def of(cls, settings: Settings, args: argparse.Namespace) -> "_Room":
        """Read it. Raises `ServerProblem`."""
        actor = getattr(args, "actor", None) or settings.seat.operator or getpass.getuser()
        log = SiteLog(settings.server.dsn, settings.seat.name, actor)
        events = log.versions()
        return cls(log, events, present_of(events))

    def with_beside(self, parts: Mapping[str, TomlFile], beside: Path) -> dict[str, TomlFile]:
        """The parts to publish; with the first ones go those that lie beside this window, which then have no say."""
        return {**({} if self.present.parts else parts_in(beside)), **parts}

    def publish(self, parts: Mapping[str, TomlFile], why: str) -> None:
        """Publish what differs from what counts now. Raises `ServerProblem`."""
        facts = []
        for part, file in parts.items():
            held = self.present.parts.get(part)
            if held is not None and held.text == file.text:
                print(f"{part}: version {held.version} counts already")
            else:
                facts.append(PartPublished.of(part, self.next_version(part), file.text, why))
        self.write(facts)

    def publish_digests(self, digests: Mapping[str, str], why: str) -> None:
        """Publish which files count, where others do now. Raises `ServerProblem`."""
        newest = {e.fact.part: e.fact.digest for e in self.events if isinstance(e.fact, PartPublished)}
        fresh = {part: digest for part, digest in digests.items() if newest.get(part) != digest}
        self.write(
            [PartPublished.by_digest(p, self.next_version(p), digest, why) for p, digest in fresh.items()]
        )

    def next_version(self, part: str) -> int:
        """The version that a new text of that part gets."""
        return max((_version(each)[1] for each in self.events if _version(each)[0] == part), default=0) + 1

    def write(self, facts: list[PartPublished]) -> None:
        """Write the facts and tell of each."""
        if facts:
            self.log.publish(facts, max((each.hlc for each in self.events), default=0))
        for fact in facts:
            print(f"{fact.part}: version {fact.version} is published for every window")


def present_of(events: Iterable[Event]) -> Present:
    """What counts in a room after these events, oldest first."""
    parts: dict[str, Published] = {}
    edits: dict[str, Published] = {}
    files = [(resources_folder() / "site" / f"{CARDS}.toml").read_text(encoding="utf-8")]
    edited = []
    for event in events:
        name, version, text = _version(event)
        if text is None:
            continue
        if name.startswith(CARD_PART):
            kind = name.removeprefix(CARD_PART)
            edited.append((kind, version))
            if kind not in edits or edits[kind].version <= version:
                edits[kind] = Published(name, version, text)
        elif name in PARTS:
            parts[name] = Published(name, version, text)
            if name == CARDS:
                files.append(text)
    return Present(parts, edits, cards_used(files, edited))


def _version(event: Event) -> tuple[str, int, str | None]:
    """Part, version and text of what an event published."""
    fact = event.fact
    if isinstance(fact, CardPublished):
        return f"{CARD_PART}{fact.kind}", fact.version, fact.source
    assert isinstance(fact, PartPublished)
    return fact.part, fact.version, fact.text()


def _list(room: _Room) -> int:
    if not room.events:
        print("Nothing is published yet: each window goes by the files beside it.")
    for event in room.events:
        part, version, _ = _version(event)
        why = event.fact.why if isinstance(event.fact, PartPublished) else ""
        said = f"  {why}" if why else ""
        print(
            f"{part:<16} v{version:<4} {event.occurred_at:%Y-%m-%d %H:%M} UTC  {event.seat} {event.actor}{said}"
        )
    return 0


def _back(args: argparse.Namespace) -> int:
    room = _room(args)
    found = [each for each in room.events if _version(each)[:2] == (args.part, args.version)]
    text = _version(found[-1])[2] if found else None
    if text is None:
        raise CannotStartError(
            f"There is no text of {args.part} version {args.version}; `site list` shows all."
        )
    default = resources_folder() / "site"
    if args.part in PARTS:
        check_whole({args.part: TomlFile(f"{args.part}.toml v{args.version}", text)}, room.present, default)
    else:
        check_whole({}, room.present, default).cards.read(args.part, text)
    why = args.why or f"back to version {args.version}"
    room.write([PartPublished.of(args.part, room.next_version(args.part), text, why)])
    return 0


def _export(args: argparse.Namespace) -> int:
    """Write what counts now as files, to be changed and imported again."""
    room = _room(args)
    folder: Path = args.folder
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        held = room.present.parts.get(part)
        default = resources_folder() / "site" / f"{part}.toml"
        text = default.read_text(encoding="utf-8") if held is None else held.text
        target = folder / f"{part}.toml"
        try:
            with target.open("x", encoding="utf-8") as out:
                out.write(text)
        except FileExistsError:
            raise CannotStartError(f"{target} is there already; name an empty folder.") from None
        print(f"{target}: {'as delivered' if held is None else f'version {held.version}'}")
    return 0
