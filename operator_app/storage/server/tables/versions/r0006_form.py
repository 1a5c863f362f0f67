"""A linked call can be unlinked, and a merging taken back."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Teach the projections to take back."""
    run_sql("0006_form")
