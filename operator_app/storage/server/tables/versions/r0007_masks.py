"""Walls and desks without the right to callers see take-overs and kept places; the newest reports of a number first."""

from alembic import op

from operator_app.storage.server.tables.steps import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let two more sorts of facts through the mask; make an index beside the writers."""
    run_sql("0007_masks")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS op112.reporter_newest")
        op.execute(
            "CREATE INDEX CONCURRENTLY reporter_newest ON op112.reporter (number, incident_id DESC)"
            " WHERE number IS NOT NULL"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS op112.reporter_number")
