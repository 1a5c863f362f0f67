"""Which thread may do what: named lanes of one thread each, and the watch over the window's thread."""
