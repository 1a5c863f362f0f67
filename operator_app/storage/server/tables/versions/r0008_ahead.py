"""Edits of a clock that ran ahead do not win over those whose writers had seen them."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """No table changes."""
