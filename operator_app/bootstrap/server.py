"""`operator-app server`: make the schema, let windows in, back up and restore, run an embedded PostgreSQL."""

import argparse
import signal
import threading
from pathlib import Path

from operator_app.bootstrap.parts import CannotStartError, data_folder, resources_folder
from operator_app.bootstrap.rules import site_rules
from operator_app.bootstrap.site import SITE_FOLDER, present_of
from operator_app.config.settings import load_settings
from operator_app.site.publishing import check_whole
from operator_app.storage.postgres.launcher import EmbeddedServer
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server.backup import (
    Restored,
    backup,
    backup_server,
    has_sum,
    restore,
    sum_file,
    verify,
)
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_proof import prove_log, rebuild, set_event_aside
from operator_app.storage.server.server_setup import init_server, tell_site
from operator_app.storage.server.site_log import SiteLog


def run(args: argparse.Namespace) -> int:
    """Carry out one task on the server. Raises `CannotStartError` with the server's problem in one sentence."""
    try:
        match args.task:
            case "init":
                return _init(args.dsn)
            case "login":
                return _login(args)
            case "site":
                return _site(args)
            case "rebuild":
                print(f"Every table was made anew from the log: {rebuild(args.dsn)} incidents.")
                return 0
            case "set-aside":
                set_event_aside(args.dsn, args.event, args.reason, back=args.back)
                done = "is given back to" if args.back else "is taken from"
                print(f"The event {args.event} {done} all readers; the log itself stays as it is.")
                return 0
            case "backup":
                made = (backup_server if args.whole_server else backup)(args.dsn, args.to)
                print(f"The backup is {made}.")
                return 0
            case "restore":
                return _tell("was restored", args.file, restore(args.dsn, args.file))
            case "verify" if args.file is None:
                return _prove(args.dsn, args.anchors)
            case "verify":
                return _tell(
                    "is whole: restored on trial and folded anew", args.file, verify(args.dsn, args.file)
                )
            case _:
                return _serve(args)
    except ServerProblem as problem:
        raise CannotStartError(problem.sentence) from None


def _init(dsn: str) -> int:
    report = init_server(dsn)
    if not report.before:
        print(f"The schema was made, revision {report.revision}.")
    elif report.before == report.revision:
        print(f"The schema is up to date, revision {report.revision}.")
    else:
        print(f"The schema was brought from revision {report.before} to {report.revision}.")
    _tell_open(report.still_open)
    return 0


def _tell_open(doors: tuple[str, ...]) -> None:
    for door in doors:
        print(f"Open to every login of this server: {door}.")
    if doors:
        print(
            "A superuser closes what is the room's by `server init`; other databases are for their owners to close."
        )


def _site(args: argparse.Namespace) -> int:
    settings = load_settings(args.config)
    events = SiteLog(args.dsn, settings.seat.name, "").versions()
    if events:
        rules = check_whole({}, present_of(events), resources_folder() / "site")
        agencies, kinds, source = rules.agencies, rules.kinds, "published in the room"
    else:
        beside = site_rules(settings, data_folder(settings) / SITE_FOLDER)
        agencies, kinds, source = beside.agencies, beside.kinds, "of this window's site"
    tell_site(args.dsn, agencies, kinds)
    print(f"The database knows {len(agencies)} agencies and {len(kinds)} kinds, {source}.")
    return 0


def _prove(dsn: str, anchors: Path | None) -> int:
    proof = prove_log(dsn, anchors)
    print(f"The log is whole: {proof.events} events in the chains of {proof.journals} journals.")
    if proof.unchained:
        print(f"{proof.unchained} events are of before there were chains; nothing can be said of them.")
    if anchors is not None:
        print(f"{proof.anchored} heads of earlier proofs are still there; today's were added to {anchors}.")
    _tell_open(proof.still_open)
    return 0


def _login(args: argparse.Namespace) -> int:
    name = args.name
    password = create_login(
        args.dsn,
        name,
        args.role,
        reads_reporters=False if args.without_reporters else None,
        again=args.again,
    )
    print(f"login    {name}\npassword {password}")
    print("The password is shown this once; put it into the settings file of the window: [server] dsn.")
    return 0


def _tell(what: str, file: Path, held: Restored) -> int:
    if not has_sum(file):
        print(
            f"No {sum_file(file).name} lies beside the backup: whether its bytes are as written was not compared."
        )
    print(f"The backup {what}: {held.events} events, {held.incidents} incidents, {held.calls} calls.")
    if held.logins:
        print(
            f"This server has no login yet for {', '.join(held.logins)}; make each with `operator-app server login`."
        )
    return 0


def _serve(args: argparse.Namespace) -> int:
    server = EmbeddedServer(args.data, port=args.port)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    dsn = server.start()
    try:
        init_server(dsn)
        print(f"PostgreSQL runs and has the schema: {dsn}\nEnd it with Ctrl+C.", flush=True)
        stop.wait()
    finally:
        server.stop()
    return 0
