"""`operator-app demo`: a whole room on this machine plays a shift, every step seen on the real screens.

Embedded PostgreSQL, two seats, the desk of Damkar, the wall, and callers with a phone of their own over loopback SIP.
Without a display each window gets a virtual one; with one, the windows are the person's afterwards.
"""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from operator_app.bootstrap.parts import CannotStartError, resources_folder
from operator_app.room.display import need_hands
from operator_app.room.room import Room
from operator_app.room.shift import Shift
from operator_app.room.telling import StepMissedError, Telling
from operator_app.room.waiting import RoomError

AGAIN_S = 0.05
SITE_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the demo can be told."""
    parser.add_argument(
        "--keep",
        action=argparse.BooleanOptionalAction,
        help="leave the windows open afterwards, with more calls coming (default: when there is a display)",
    )
    parser.add_argument("--folder", type=Path, help="folder of the room's data (default: a temporary one)")
    parser.add_argument("--out", type=Path, default=Path("build/demo"), help="folder of the screenshots")
    parser.add_argument("--language", choices=("id", "en"), default="id", help="language of the screens")
    parser.add_argument(
        "--site", type=Path, help="folder of geographic data (default: ../shared/data when it is there)"
    )


def run(args: argparse.Namespace) -> int:
    """Play the shift; exit code 0 only when every step was seen on the screens, 1 when one was missed."""
    display = os.environ.get("DISPLAY") or None
    keep = bool(display) if args.keep is None else args.keep
    site = args.site or (SITE_BESIDE if SITE_BESIDE.is_dir() else None)
    try:
        need_hands(virtual=display is None)
        resources = resources_folder()
        with _folder(args.folder) as folder, _terminable():
            _greet(display, keep, site)
            room = Room(folder, language=args.language, site=site, display=display)
            with room:
                return _play(room, resources, args.out.absolute(), keep=keep)
    except RoomError as error:
        raise CannotStartError(str(error)) from None
    except KeyboardInterrupt:
        print("Ended; nothing is left running.")
        return 0


def _play(room: Room, resources: Path, out: Path, *, keep: bool) -> int:
    telling = Telling(room, out)
    shift = Shift(room, resources, telling)
    try:
        shift.open()
        shift.house_fire()
        shift.prank()
        shift.abandoned()
    except StepMissedError as missed:
        told = out / "missed.txt"
        told.write_text(f"{missed}\n", encoding="utf-8")
        for line in str(missed).splitlines()[:2]:
            print(line, file=sys.stderr, flush=True)
        print(
            f"{telling.steps} steps were seen in {telling.seconds:.1f} s, then one was missed; "
            f"what the screens and logs said instead is in {told}"
        )
        return 1
    print(
        f"All {telling.steps} steps were seen on the screens in {telling.seconds:.1f} s; "
        f"{telling.pictures} screenshots in {out}"
    )
    if keep:
        print(
            "The windows are yours. Calls keep coming; close the window of seat M1 or press Ctrl+C to end.",
            flush=True,
        )
        shift.keep_calling()
    return 0


def _greet(display: str | None, keep: bool, site: Path | None) -> None:
    print("Operator 112: a shift in a room of this machine. Press Ctrl+C to end it at any time.")
    if display:
        after = "they stay open afterwards" if keep else "they close afterwards"
        print(
            f"The windows open on your display {display}; {after}. Keep your hands off the keyboard until then."
        )
    else:
        print(
            "There is no display: each window gets a virtual one, screenshots show what a person would see."
        )
    if site is None:
        print("No site data given: the plain default map of sea and coast is used.")
    else:
        print(f"Site data: {site}")
    sys.stdout.flush()


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.absolute()
        return
    made = Path(tempfile.mkdtemp(prefix="operator-112-demo-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let TERM and INT end the demo in order, so that it clears up after itself."""
    ignored = sys.unraisablehook

    def again(swallowed: "sys.UnraisableHookArgs") -> None:
        """A signal that comes while an object is being taken down is swallowed there: send it once more."""
        if swallowed.exc_type is KeyboardInterrupt:
            threading.Timer(AGAIN_S, os.kill, (os.getpid(), signal.SIGINT)).start()
        else:
            ignored(swallowed)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # INT too: a program started in the background by a shell inherits it switched off.
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = ignored
        for number, handler in before.items():
            signal.signal(number, handler)
