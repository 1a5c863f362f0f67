"""A new seat asks for every card that a supervisor ever published."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """An index for it."""
    run_sql("0006_cards")
