"""Widgets and looks that every area is built of: theme, buttons, rows, labels, fields."""
