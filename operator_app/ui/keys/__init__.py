"""Which key means which deed."""
