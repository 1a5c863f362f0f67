"""The room's shared log in PostgreSQL: its tables, its doors, and the link that sends to it and reads from it."""
