"""Beats tell only what changed, and say whether there is anything to read."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the new doors; the old ones answer as before, over the same table."""
    run_sql("0009_beats")
