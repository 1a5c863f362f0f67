"""Where a call says it comes from, marks and history for the map, without Qt."""
