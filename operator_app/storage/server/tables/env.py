"""Run by Alembic: takes the connection that `server_setup` hands it and goes step by step, one transaction a step."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="op112",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
