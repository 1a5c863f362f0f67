"""What the server does stands in `code` as it is now; no trigger mends a fold behind its back any more."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Take away the triggers."""
    run_sql("0012_code")
