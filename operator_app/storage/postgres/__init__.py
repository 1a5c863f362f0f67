"""The embedded PostgreSQL of demo, tests and small rooms: its programs, its start and stop, the user it runs as."""
