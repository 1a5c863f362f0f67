"""Clashes end by a choice, incidents change hands, windows tell what they have in the form."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what several seats see of each other; nothing that windows of before use is taken from them."""
    run_sql("0005_room")
