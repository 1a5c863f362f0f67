"""Calls are known by what the network names them, too: emergency identifiers and the phone's IMEI."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Two columns."""
    run_sql("0011_identified")
