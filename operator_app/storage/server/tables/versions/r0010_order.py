"""The order of an incident's events holds whatever clocks ran ahead: its writers see to it, not the fold."""

from operator_app.storage.server.tables.steps import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Replace one function of the fold by a simpler one, and fold anew what the other had decided differently."""
    run_sql("0010_order")
