"""Indexes for the questions of R6, made while the room goes on writing."""

from alembic import op

revision = "0003"
down_revision = "0002"

INDEXES = {
    "incident_opened": "incident (opened_at, lat) WHERE opened_at IS NOT NULL",
    "dispatch_sent": "dispatch (sent_at)",
    "reporter_number": "reporter (number) WHERE number IS NOT NULL",
}
"""Near-duplicates and figures of a day; a day's dispatches; incidents by their reporter's number."""


def upgrade() -> None:
    """Make each index beside the writers; one that an earlier try left unfinished is made anew."""
    with op.get_context().autocommit_block():
        for name, what in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS op112.{name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON op112.{what}")
