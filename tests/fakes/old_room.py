"""Rooms as programs of before left them, dumped by pg_dump with what was written into them then.

`0001`: the first revision, written by its own words. `0011`: begun at 0001 (four events without a chain), brought to
0011 and written on by the program of that time: clashes, an unlinking, a number given out twice, every kind of fact.
"""

import gzip
from pathlib import Path

import alembic.command
import psycopg
import sqlalchemy

from operator_app.storage.server import schema
from operator_app.storage.server.server_setup import make_roles
from tests.postgres_fixtures import Postgres

ROOMS = Path(__file__).parents[1] / "contract" / "rooms"


def old_room(postgres: Postgres, revision: str) -> str:
    """A database that holds the room of that revision; returns its name."""
    name = postgres.new_empty_database()
    with psycopg.connect(postgres.admin_dsn(name), autocommit=True) as db:
        make_roles(db)
        db.execute(gzip.decompress((ROOMS / f"{revision}.sql.gz").read_bytes()))
    with psycopg.connect(postgres.admin_dsn(name)) as db:
        db.execute("SET session_replication_role = replica")  # the log takes no change
        db.execute("UPDATE op112.event SET xid = pg_current_xact_id()")
    return name


def tables_to(dsn: str, revision: str) -> None:
    """Bring the tables alone forward to a revision between; the code stays that of 0011."""
    config = schema._config()
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn))
    with engine.connect() as connection:
        connection.exec_driver_sql("SET ROLE op112_owner")
        connection.exec_driver_sql("SET search_path = op112")
        connection.commit()
        config.attributes["connection"] = connection
        with connection.begin():
            alembic.command.upgrade(config, revision)
    engine.dispose()
