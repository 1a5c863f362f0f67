"""Beats tell only what changed."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Presence knows what changed when, and what is in hand."""
    run_sql("0009_presence")
