"""Backups of the shared log with PostgreSQL's own tools; seats bring a restored server what came after.

A backup is one file of pg_dump's custom format with schema op112. What windows did after it is not lost: each seat
keeps what it has sent for 30 days, and sends again whatever a restored server lacks.
"""

import hashlib
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from operator_app.storage.postgres.binaries import embedded_binaries, exe
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.secrecy import closed_way
from operator_app.storage.server.server_errors import problem_of
from operator_app.storage.server.server_proof import broken_chains
from operator_app.storage.server.server_setup import (
    admin_connection,
    init_server,
    make_roles,
    set_search_path,
)

SUFFIX = ".op112"
SUM_SUFFIX = ".sha256"
PROJECTIONS = (
    "incident",
    "reporter",
    "incident_call",
    "dispatch",
    "call",
    "seat",
    "rejected",
    "person",
    "lasting",
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored database holds; `logins` are windows that have no login on this server yet."""

    events: int
    incidents: int
    calls: int
    logins: tuple[str, ...]


def backup(admin_dsn: str, to: Path) -> Path:
    """Write a backup to a new file, or under a name of its own into a folder, its SHA-256 beside it.

    The file appears only when it is whole, readable by its owner alone: it holds what callers said. Raises
    `ServerProblem`.
    """
    with admin_connection(admin_dsn) as db:
        _must_have_schema(db, admin_dsn)
        major = db.info.server_version // 10_000
    if to.is_dir():
        to = to / f"operator112-{datetime.now(UTC):%Y%m%d-%H%M%S}{SUFFIX}"
    for taken in (to, sum_file(to)):
        if taken.exists():
            raise ServerProblem(ServerReason.OTHER, f"{taken} exists already; give another name.")
    part = to.with_name(f"{to.name}.{secrets.token_hex(3)}.part")
    try:
        part.touch(mode=0o600)
        _run(
            "pg_dump",
            major,
            admin_dsn,
            "--format=custom",
            "--schema=op112",
            "--exclude-table-data=op112.presence",
            f"--file={part}",
        )
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        _write_sum(sum_file(to), part, to.name)
        part.rename(to)
    except OSError as error:
        raise ServerProblem(
            ServerReason.OTHER, f"The backup cannot be written to {to}: {error.strerror}."
        ) from error
    finally:
        part.unlink(missing_ok=True)
        if not to.exists():
            sum_file(to).unlink(missing_ok=True)
    return to


def backup_server(admin_dsn: str, to: Path) -> Path:
    """Copy the whole running server, all its databases, into a new folder by pg_basebackup. Raises `ServerProblem`.

    The folder is a data folder that a server of the same version can start on; the copy is checked by its manifest
    (pg_verifybackup) before it is told as made. The login needs the right to replicate.
    """
    with admin_connection(admin_dsn) as db:
        major = db.info.server_version // 10_000
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise ServerProblem(ServerReason.OTHER, f"{to} holds something already; give a new folder.")
    _run(
        "pg_basebackup",
        major,
        admin_dsn,
        f"--pgdata={to}",
        "--wal-method=stream",
        "--checkpoint=fast",
        exactly=True,
    )
    with _sentence("pg_verifybackup"):
        tool = _tool("pg_verifybackup", major, exactly=True)
        done = subprocess.run([str(tool), "--quiet", str(to)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerProblem(ServerReason.OTHER, f"The copy in {to} is not whole; make another.", done.stderr)
    return to


def restore(admin_dsn: str, file: Path) -> Restored:
    """Bring a backup into a database that has no schema op112 yet, and to what this program is. Raises `ServerProblem`.

    A backup that is not whole leaves nothing behind. Rights of the database itself travel with no backup: it is closed.
    """
    _must_be_as_written(file)
    held = _bring_back(admin_dsn, file)
    init_server(admin_dsn)
    return held


def sum_file(file: Path) -> Path:
    """Where a backup's SHA-256 stands: beside it, in the form that `sha256sum --check` reads."""
    return file.with_name(file.name + SUM_SUFFIX)


def has_sum(file: Path) -> bool:
    """Whether a SHA-256 stands beside a backup; one of an older version has none."""
    return sum_file(file).is_file()


def _write_sum(beside: Path, held: Path, name: str) -> None:
    text = f"{_sum(held)}  {name}\n"
    beside.touch(mode=0o600, exist_ok=False)
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sum(file: Path) -> str:
    with file.open("rb") as bytes_:
        return hashlib.file_digest(bytes_, "sha256").hexdigest()


def _must_be_as_written(file: Path) -> None:
    """Raise `ServerProblem` when a backup is not there, or not what its SHA-256 says. Without one nothing is said."""
    if not file.is_file():
        raise ServerProblem(ServerReason.OTHER, f"There is no backup {file}.")
    if not has_sum(file):
        return
    try:
        told = sum_file(file).read_text(encoding="utf-8", errors="replace").split()
        found = _sum(file)
    except OSError as error:
        raise ServerProblem(
            ServerReason.OTHER, f"The backup {file} cannot be read: {error.strerror}; take another."
        ) from error
    if not told or told[0].lower() != found:
        raise ServerProblem(
            ServerReason.OTHER,
            f"The backup {file} is damaged, take another: it is not what {sum_file(file).name} says.",
        )


def _bring_back(admin_dsn: str, file: Path) -> Restored:
    with admin_connection(admin_dsn) as db:
        if db.execute("SELECT to_regnamespace('op112')").fetchone() != (None,):
            raise ServerProblem(
                ServerReason.OTHER, "This database holds a room already; restore into a new, empty database."
            )
        make_roles(db)
        major = db.info.server_version // 10_000
    _run("pg_restore", major, admin_dsn, "--single-transaction", "--exit-on-error", "--dbname=", str(file))
    with admin_connection(admin_dsn) as db:
        with db.transaction():
            # Transaction numbers of another server mean nothing here: events could seem to be of the future for months.
            db.execute("ALTER TABLE op112.event DISABLE TRIGGER append_only")
            db.execute("UPDATE op112.event SET xid = pg_current_xact_id()")
            db.execute("ALTER TABLE op112.event ENABLE TRIGGER append_only")
            db.execute("UPDATE op112.server_generation SET id = gen_random_uuid(), since = clock_timestamp()")
        set_search_path(db)
        db.execute("VACUUM ANALYZE op112.event")
        return _count(db)


def verify(admin_dsn: str, file: Path) -> Restored:
    """Try a backup: restore it into a scratch database of this server, fold the log anew, compare; then drop it.

    Raises `ServerProblem` naming what is wrong with the backup.
    """
    _must_be_as_written(file)
    scratch = f"operator112_verify_{secrets.token_hex(4)}"
    dsn = make_conninfo(admin_dsn, dbname=scratch)
    with admin_connection(admin_dsn) as server:
        try:
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(scratch)
                )
            )
        except psycopg.errors.InsufficientPrivilege as error:
            raise ServerProblem(
                ServerReason.NOT_ALLOWED,
                "To try a backup this login needs the right to make a database for it (CREATEDB).",
                str(error),
            ) from error
        try:
            found = _bring_back(dsn, file)
            with admin_connection(dsn) as db:
                chain = broken_chains(db)
                wrong = differing_projections(db)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(scratch)))
    if chain:
        raise ServerProblem(
            ServerReason.OTHER,
            f"In {file} the log was changed after it was written: {'; '.join(chain)}.",
        )
    if wrong:
        raise ServerProblem(
            ServerReason.OTHER,
            f"In {file} the tables {', '.join(wrong)} are not what the log says; make another backup.",
        )
    return found


def differing_projections(db: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Fold the whole log anew and return the tables that are not as they were. For a database that nobody uses."""
    before = _digests(db)
    db.execute("SELECT op112.rebuild_projections()")
    after = _digests(db)
    return tuple(name for name in before if before[name] != after[name])


def _digests(db: psycopg.Connection[Any]) -> dict[str, object]:
    statement = sql.SQL("SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM op112.{} t")
    there = "SELECT relname FROM pg_class WHERE relnamespace = 'op112'::regnamespace AND relname = ANY (%s)"
    names = [
        str(row[0]) for row in db.execute(there, (list(PROJECTIONS),))
    ]  # a backup of before may lack some
    return {name: db.execute(statement.format(sql.Identifier(name))).fetchone() for name in sorted(names)}


def _count(db: psycopg.Connection[Any]) -> Restored:
    row = db.execute(
        "SELECT (SELECT count(*) FROM op112.event), (SELECT count(*) FROM op112.incident),"
        " (SELECT count(*) FROM op112.call), ARRAY(SELECT name FROM op112.login WHERE NOT EXISTS"
        " (SELECT FROM pg_roles WHERE rolname = name) ORDER BY name)"
    ).fetchone()
    assert row is not None
    return Restored(row[0], row[1], row[2], tuple(row[3]))


def _must_have_schema(db: psycopg.Connection[Any], dsn: str) -> None:
    if db.execute("SELECT to_regclass('op112.event')").fetchone() == (None,):
        raise problem_of(ServerReason.EMPTY, dsn)


def _run(program: str, major: int, dsn: str, *arguments: str, exactly: bool = False) -> None:
    """Run a client tool; the password goes by the environment, where other users cannot read it."""
    parts = {key: str(value) for key, value in conninfo_to_dict(closed_way(dsn)).items() if value is not None}
    secret = {"PGPASSWORD": parts.pop("password")} if "password" in parts else {}
    target = f"--dbname={make_conninfo(**parts)}"
    given = [target if each == "--dbname=" else each for each in arguments]
    if target not in given:
        given.append(target)
    with _sentence(program):
        done = subprocess.run(
            [str(_tool(program, major, exactly=exactly)), "--no-password", *given],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, **secret, "LC_ALL": "C"},
            check=False,
        )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error:" in line] or ["no word why"]
        raise ServerProblem(
            ServerReason.OTHER, f"{program} failed ({lines[0].strip().rstrip('.')}).", done.stderr
        )


@contextmanager
def _sentence(program: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ServerProblem(ServerReason.CANNOT_RUN, f"{program} cannot be run: {error.strerror}.") from error


def _tool(program: str, major: int, *, exactly: bool = False) -> Path:
    """The tool of the server's version, or (not `exactly`) of the next later one: an older one refuses the server."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin")]
    on_path = shutil.which(program)
    if on_path is not None:
        places.append(Path(on_path).resolve().parent)
    try:
        places.append(embedded_binaries())
    except ServerProblem:
        if not places:
            raise
    found: dict[int, Path] = {}
    for place in places:
        tool = place / exe(program)
        if not tool.exists():
            continue
        told = subprocess.run([str(tool), "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"(\d+)", told)
        if version is not None:
            found.setdefault(int(version[1]), tool)
    fitting = [version for version in sorted(found) if version >= major and (not exactly or version == major)]
    if not fitting:
        raise ServerProblem(
            ServerReason.CANNOT_RUN,
            f"There is no {program} of PostgreSQL {major}{'' if exactly else ' or later'} here; "
            f"install postgresql-client-{major}.",
        )
    return found[fitting[0]]
