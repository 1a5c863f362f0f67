"""Calls, lists, a caller's past and the one-touch keys as values to show, without Qt."""
