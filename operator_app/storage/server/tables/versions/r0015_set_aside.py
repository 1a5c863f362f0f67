"""An owner can take an event from all readers, without touching the log."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """A table."""
    run_sql("0015_set_aside")
