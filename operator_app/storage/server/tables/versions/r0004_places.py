"""A fresh window loads every place that the room keeps."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """An index for it."""
    run_sql("0004_places")
