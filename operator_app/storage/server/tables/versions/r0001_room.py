"""The log of events, its projections, and the doors for writing."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make everything in schema op112."""
    run_sql("0001_tables", "0001_folds", "0001_doors")
