"""What came to the desk, as values to show, without Qt."""
