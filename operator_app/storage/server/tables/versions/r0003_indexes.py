"""Indexes for the questions of reports: made beside the writers, see `indexes`."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """No table changes."""
