"""Typed settings; nothing of the program is imported here."""
