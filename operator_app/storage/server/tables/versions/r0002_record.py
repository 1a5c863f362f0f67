"""The log proves itself, callers are masked where the right is missing, calls and numbers are counted once."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add chain, masks, keys and people; nothing that windows of before use is taken away."""
    run_sql("0002_record")
