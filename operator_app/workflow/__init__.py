"""Use cases and ports. Runs with neither Qt, SIP nor a database."""
