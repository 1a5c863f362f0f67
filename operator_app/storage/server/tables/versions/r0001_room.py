"""The log of events and its projections."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    run_sql("0001_room")
