"""The tables of the shared schema: versions, each a step from the one before, and nothing but tables.

What the server does with them stands in `code` as it is now. `server_setup` runs the steps and then all of the code
in one transaction, so no window ever meets old code on new tables.
"""
