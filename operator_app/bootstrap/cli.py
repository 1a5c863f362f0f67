"""`operator-app`: one program, many windows and tools. What a person can mend is told in one sentence, exit code 2."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from operator_app import __version__
from operator_app.bootstrap.parts import CannotStartError
from operator_app.reading.fault import BadFileError

MENDABLE = 2
"""Exit code of everything a person can mend: settings, server, site pack, a port in use."""


def parser(wanted: str = "") -> argparse.ArgumentParser:
    """Build the command line: each command names the module of this package that carries it out.

    The demo's options are read only when it is `wanted`: a seat must not pay for loading the room.
    """
    top = argparse.ArgumentParser(
        prog="operator-app", description="Workstation of a 112 emergency call centre."
    )
    top.add_argument("--version", action="version", version=f"operator-app {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    for role, text in (
        ("seat", "the operator's window"),
        ("desk", "an agency's window"),
        ("wall", "the wall display"),
    ):
        window = _command(commands, role, text, "window")
        window.add_argument("--config", type=Path, required=True, help="the settings file of this window")
        window.add_argument(
            "--control", type=Path, help="write the address of the observation channel to this file"
        )

    server = _command(commands, "server", "set up and run the shared PostgreSQL server", "server")
    tasks = server.add_subparsers(dest="task", required=True, metavar="TASK")
    init = tasks.add_parser("init", help="make or update the schema; run as an owner of the database")
    init.add_argument("--dsn", required=True, help="postgresql://user:password@host/database")
    login = tasks.add_parser("login", help="make the database login of one window and print its password")
    login.add_argument("name", help="name of the seat, desk or wall")
    login.add_argument("--role", choices=("seat", "desk", "wall"), required=True)
    login.add_argument("--dsn", required=True, help="as for init")
    login.add_argument(
        "--without-reporters",
        action="store_true",
        help="this desk may not read callers' names and numbers",
    )
    login.add_argument(
        "--again",
        action="store_true",
        help="give an existing login a new password; its window is locked out until it has it",
    )
    rebuild = tasks.add_parser("rebuild", help="make every readable table anew from the log")
    rebuild.add_argument("--dsn", required=True, help="as for init")
    aside = tasks.add_parser("set-aside", help="take an event from all readers, without touching the log")
    aside.add_argument("event", metavar="EVENT_ID", help="its id, as windows and logs name it")
    aside.add_argument("--reason", required=True, help="why, for the record")
    aside.add_argument("--back", action="store_true", help="give it back to the readers")
    aside.add_argument("--dsn", required=True, help="as for init")
    telling = tasks.add_parser("site", help="tell the database the site's agencies and kinds, for reports")
    telling.add_argument(
        "--config", type=Path, required=True, help="settings file of a window with that site"
    )
    telling.add_argument("--dsn", required=True, help="as for init")
    serve = tasks.add_parser("run", help="run an embedded PostgreSQL until interrupted")
    serve.add_argument("--data", type=Path, required=True, help="folder of the server")
    serve.add_argument("--port", type=int, help="loopback port; a free one when left out")

    saving = tasks.add_parser("backup", help="write everything into one file")
    saving.add_argument("--dsn", required=True, help="as for init")
    saving.add_argument(
        "--to", type=Path, required=True, metavar="FILE|FOLDER", help="a new file, or a folder for it"
    )
    saving.add_argument(
        "--whole-server",
        action="store_true",
        help="the server's files into a new folder, by pg_basebackup: to bring up a standby or a whole new server",
    )
    bringing = tasks.add_parser("restore", help="bring a backup into a new, empty database")
    bringing.add_argument("file", type=Path, help="the backup")
    bringing.add_argument("--dsn", required=True, help="as for init")
    proving = tasks.add_parser(
        "verify", help="prove the log by its chains; or try a backup in a scratch database"
    )
    proving.add_argument("file", type=Path, nargs="?", help="a backup; the live log when left out")
    proving.add_argument("--dsn", required=True, help="as for init")
    proving.add_argument(
        "--anchors",
        type=Path,
        metavar="FILE",
        help="heads of the chains, kept elsewhere: compared and added to",
    )

    _add_site(commands)

    doctor = _command(commands, "doctor", "say what is wrong with this machine or window", "doctor")
    doctor.add_argument("--config", type=Path, help="settings file of the window to look at")
    doctor.add_argument(
        "--set-aside", type=Path, metavar="FOLDER", help="move a damaged store out of the way, whole"
    )

    demo = _command(
        commands, "demo", "play a shift: server, seats, desk, wall and callers on this machine", "demo"
    )
    if wanted == "demo":
        importlib.import_module("operator_app.bootstrap.demo").add_arguments(demo)

    _command(
        commands, "phone-engine", "the phone of a seat (started by the seat)", "phone_engine", add_help=False
    )
    return top


def _add_site(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    site = _command(commands, "site", "the site pack: what is local", "site")
    packs = site.add_subparsers(dest="task", required=True, metavar="TASK")
    bring = packs.add_parser(
        "import", help="check a site pack and take it into use, in the whole room where it can"
    )
    bring.add_argument(
        "source", type=Path, help="folder of the site pack, or a base map (.mbtiles, .pmtiles)"
    )
    into = bring.add_mutually_exclusive_group(required=True)
    into.add_argument("--config", type=Path, help="settings file of the window that is to use it")
    into.add_argument("--into", type=Path, help="folder that keeps site packs")
    listing = packs.add_parser("list", help="show all versions of what was published")
    back = packs.add_parser("back", help="publish an old version of a part again")
    back.add_argument(
        "part", help="as `site list` names it: agencies, kinds, cards, known, limits, card/KIND"
    )
    back.add_argument("version", type=int)
    out = packs.add_parser("export", help="write what counts now as files, to be changed and imported again")
    out.add_argument("folder", type=Path, help="a new folder")
    for each in (listing, back, out):
        each.add_argument("--config", type=Path, required=True, help="settings file of a seat of the room")
    for each in (bring, back):
        each.add_argument("--why", default="", help="the reason, for whoever looks at the list")
        each.add_argument("--as", dest="actor", metavar="NAME", help="who does it; else [seat] operator")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    module: str,
    *,
    add_help: bool = True,
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=text, description=text, add_help=add_help)
    made.set_defaults(module=module)
    return made


def run(argv: Sequence[str]) -> int:
    """Carry out one command and return its exit code; a mendable problem is told on standard error."""
    if argv[:1] == ["phone-engine"]:
        # The engine reads its own arguments and must not load anything it does not need.
        from operator_app.telephony.engine.main import main as engine  # noqa: PLC0415

        return engine(list(argv[1:]))
    args = parser(argv[0] if argv else "").parse_args(argv)
    module = importlib.import_module(f"operator_app.bootstrap.{args.module}")
    try:
        return int(module.run(args))
    except BadFileError as error:
        faults = importlib.import_module(
            "operator_app.bootstrap.faults"
        )  # whoever starts well needs no words for it
        print(*faults.sentences(error, getattr(args, "config", None)), sep="\n", file=sys.stderr)
        return MENDABLE
    except CannotStartError as error:
        print(error, file=sys.stderr)
        return MENDABLE
