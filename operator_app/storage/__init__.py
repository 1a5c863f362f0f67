"""The record: the room's shared log (`server`), each seat's own store (`seat`), and the embedded server (`postgres`).

The only home of SQLAlchemy and psycopg; rows and sessions never leave it, frozen values do.
"""
