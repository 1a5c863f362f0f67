"""Finding a deed: the help of keys and the command bar."""
