"""The order of an incident's events holds whatever clocks ran ahead: its writers see to it, not the fold."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """No table changes."""
