"""Places that the room keeps are found without reading the whole log."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the index."""
    run_sql("0004_places")
