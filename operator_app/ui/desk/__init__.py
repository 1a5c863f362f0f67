"""The window of an agency's desk: what has come to it, its alarm and its answers."""
