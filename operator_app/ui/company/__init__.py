"""Other seats at the same incident, and what could not be sent."""
