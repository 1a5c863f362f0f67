"""An incident has a seat that looks after it, windows tell what they have in the form."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A column and a table."""
    run_sql("0005_owner")
