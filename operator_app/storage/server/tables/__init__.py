"""The versions of the shared schema, each a step from the one before; `server_setup` runs them."""
