"""Devices, recall and quality of a line as values to show, without Qt."""
