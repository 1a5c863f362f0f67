"""Headset and ring, recall of what was said, quality of the line."""
