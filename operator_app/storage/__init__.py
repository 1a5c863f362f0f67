"""The record: each seat's own store in SQLite, the room's shared store in PostgreSQL, and the link between them.

The only home of SQLAlchemy and psycopg; rows and sessions never leave it, frozen values do.
"""
