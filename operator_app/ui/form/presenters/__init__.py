"""The form, its card and its marks as values to show, without Qt."""
