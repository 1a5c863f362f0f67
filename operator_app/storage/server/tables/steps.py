"""What the steps share."""

from pathlib import Path

from alembic import op

_SQL = Path(__file__).with_name("sql")


def run_sql(*names: str) -> None:
    """Run whole SQL files in the step's transaction, as they stand: no bind parameters, no percent signs to double."""
    for name in names:
        script = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
