"""Open incidents as rows and words, without Qt."""
