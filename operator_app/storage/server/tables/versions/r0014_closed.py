"""Folds lock rows of the owner's, and a window tells of itself alone."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """A table and two columns."""
    run_sql("0014_closed")
