"""The room's figures for the wall, without Qt."""
