"""What a seat keeps for itself in SQLite, and how it is locked, sealed and kept small."""
