"""The wall: the room on one screen, read from across it; it writes nothing."""
