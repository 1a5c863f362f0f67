"""Who else is at the incident and what waits unsent, as values to show, without Qt."""
