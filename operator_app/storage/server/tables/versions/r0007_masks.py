"""Walls see take-overs and kept places; the newest reports of a number first."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """No table changes."""
