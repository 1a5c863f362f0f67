"""The command line and the building of each window out of its parts; nobody imports it but `__main__`."""
