"""What schema op112 is made of: its tables go forward by versions, its code stands in `code` as it is now.

A file of `code` holds one function or view (or a small group that belongs together) and may be run any number of times:
`CREATE OR REPLACE`. A door that windows call never changes its signature: its next one is a `_v2` beside it.
"""

import json
from pathlib import Path

import alembic.command
import psycopg
import sqlalchemy
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql

from operator_app.domain.bounds import as_told
from operator_app.domain.facts import FACTS
from operator_app.domain.facts.fact import Personal
from operator_app.domain.facts.incident import INCIDENT_FIELDS
from operator_app.domain.facts.shape import row_of

SCHEMA = "op112"
LAST_OF_TRIGGERS = "0011"
"""Up to this revision folds stood in layers; rooms of before are folded anew by the code of now."""
INDEXES = {
    "incident_opened": "incident (opened_at, lat) WHERE opened_at IS NOT NULL",
    "dispatch_sent": "dispatch (sent_at)",
    "reporter_newest": "reporter (number, incident_id DESC) WHERE number IS NOT NULL",
}
"""Made beside the writers: near-duplicates and figures of a day, a day's dispatches, incidents by reporter's number."""
OLD_INDEXES = ("reporter_number",)

_BOUNDS = """
    CREATE OR REPLACE FUNCTION bounds() RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT '{told}'::jsonb $$;
    COMMENT ON FUNCTION bounds IS 'What a record may be at most, as operator_app/domain/bounds.py says it.'
"""

_CODE = Path(__file__).with_name("code")
_TABLES = Path(__file__).with_name("tables")
# Doors take their first lock on one of these. Whoever has them all knows that no door is half way through old code.
_DOORSTEPS = (
    "presence, server_generation, journal_head, event, alarm, incident, reporter, incident_call, dispatch,"
)
_DOORSTEPS += " rejected, call, seat, compat"
# Code that was run in this transaction bears its number; what does not was left by an earlier version.
_LEFT_OVER = """
    SELECT 'DROP VIEW ' || c.oid::regclass FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
    WHERE c.relnamespace = 'op112'::regnamespace AND c.relkind = 'v' AND r.xmin <> pg_current_xact_id()::xid
    UNION ALL
    SELECT 'DROP FUNCTION ' || oid::regprocedure FROM pg_proc
    WHERE pronamespace = 'op112'::regnamespace AND xmin <> pg_current_xact_id()::xid
    ORDER BY 1 DESC
"""

_FACTS = "SELECT * FROM jsonb_populate_recordset(NULL::fact_kind, %(facts)s::jsonb)"
_TELL_FACTS = f"INSERT INTO fact_kind {_FACTS}"
_FACTS_DIFFER = f"""
    SELECT EXISTS ((SELECT * FROM fact_kind EXCEPT {_FACTS}) UNION ALL ({_FACTS} EXCEPT SELECT * FROM fact_kind))
"""  # noqa: S608


def head_revision() -> str:
    """The newest version of the tables that this program knows."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def known_revisions() -> frozenset[str]:
    """Every version from which this program can go on."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def bring_up(connection: sqlalchemy.Connection, before: str) -> None:
    """Bring tables and code from revision `before` (empty: from nothing) to what they are now, or change nothing.

    One transaction, so that no window ever meets old code on new tables. Windows that write meanwhile wait.
    """
    with connection.begin():
        if before not in ("", head_revision()):
            _run(connection, f"LOCK TABLE {_DOORSTEPS} IN ACCESS EXCLUSIVE MODE")
        config = _config()
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
        _make_code(connection)
        told_anew = _tell_facts(connection)
        if before and before < LAST_OF_TRIGGERS:
            _run(connection, "SELECT rebuild_projections()")
        elif before and told_anew:
            _run(connection, "TRUNCATE lasting; SELECT fold_lasting(ARRAY(SELECT event_id FROM outlasting))")


def _make_code(connection: sqlalchemy.Connection) -> None:
    """Run every file, views after functions and rights last; then take away what no file has any more."""
    _run(connection, "SET LOCAL check_function_bodies = off")  # they call one another
    told = json.dumps(as_told())
    _run(connection, _BOUNDS.format(told=told))
    for file in sorted(_CODE.glob("*.sql"), key=lambda file: (file.stem.startswith("view_"), file.stem)):
        if file.stem != "rights":
            _run(connection, file.read_text(encoding="utf-8"))
    for (statement,) in connection.exec_driver_sql(_LEFT_OVER).fetchall():
        _run(connection, statement)
    _run(connection, (_CODE / "rights.sql").read_text(encoding="utf-8"))


def _tell_facts(connection: sqlalchemy.Connection) -> bool:
    """Write down what the program says of each kind of fact; returns whether any of it is new to the server."""
    facts = [dict(row_of(kind)) for kind in FACTS]
    by_field = {name: tells and tells.value for name, tells in INCIDENT_FIELDS.items()}
    for fact in facts:
        fact["personal"] = {
            word: by_field if tells == Personal.BY_FIELD else tells
            for word, tells in fact["personal"].items()
        }
    told = json.dumps(facts)
    changed = connection.exec_driver_sql(_FACTS_DIFFER, {"facts": told}).scalar()
    if changed:
        _run(connection, "DELETE FROM fact_kind")
        connection.exec_driver_sql(_TELL_FACTS, {"facts": told})
    return bool(changed)


def make_indexes(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make each index of `INDEXES` that is not there, beside the writers; one left unfinished is made anew."""
    rows = db.execute(
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relnamespace = 'op112'::regnamespace"
    )
    there = {str(name): bool(is_whole) for name, is_whole in rows}
    for name in (*OLD_INDEXES, *INDEXES):
        if name in there and not (name in INDEXES and there[name]):
            db.execute(sql.SQL("DROP INDEX CONCURRENTLY op112.{}").format(sql.Identifier(name)))
    for name, what in INDEXES.items():
        if not there.get(name):
            db.execute(f"CREATE INDEX CONCURRENTLY {name} ON op112.{what}".encode())


def _run(connection: sqlalchemy.Connection, script: str) -> None:
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_TABLES))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
