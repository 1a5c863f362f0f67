"""The open incidents of the room."""
