"""Run by Alembic: takes the connection that `server_setup` hands it; all steps stand or fall in its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="op112")
with context.begin_transaction():
    context.run_migrations()
