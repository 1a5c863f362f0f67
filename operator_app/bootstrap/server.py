"""`operator-app server`: make the schema, let windows in, back up and restore, run an embedded PostgreSQL."""

import argparse
import signal
import threading

from operator_app.bootstrap.parts import CannotStartError
from operator_app.storage.backup import Restored, backup, restore, verify
from operator_app.storage.launcher import EmbeddedServer
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server_setup import create_login, init_server


def run(args: argparse.Namespace) -> int:
    """Carry out one task on the server. Raises `CannotStartError` with the server's problem in one sentence."""
    try:
        match args.task:
            case "init":
                return _init(args.dsn)
            case "login":
                return _login(args.dsn, args.name, args.role)
            case "backup":
                print(f"The backup is {backup(args.dsn, args.to)}.")
                return 0
            case "restore":
                return _tell("was restored", restore(args.dsn, args.file))
            case "verify":
                return _tell("is whole: restored on trial and folded anew", verify(args.dsn, args.file))
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
    return 0


def _login(dsn: str, name: str, role: str) -> int:
    password = create_login(dsn, name, role)
    print(f"login    {name}\npassword {password}")
    print("The password is shown this once; put it into the settings file of the window: [server] dsn.")
    return 0


def _tell(what: str, held: Restored) -> int:
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
