"""Edits of a clock that ran ahead do not win over those whose writers had seen them, however many they were."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Replace one function of the fold."""
    run_sql("0008_ahead")
