"""The map beside the form."""
