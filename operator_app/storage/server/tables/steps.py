"""What the steps share."""

from pathlib import Path

from alembic import op

_SQL = Path(__file__).with_name("sql")


def run_sql(name: str) -> None:
    """Run a whole SQL file in the step's transaction, as it stands: no bind parameters, no percent signs to double."""
    script = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
