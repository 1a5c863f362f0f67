"""The server knows of each kind of fact what the program says of it, and which facts outlast their moment."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Two tables."""
    run_sql("0013_facts")
