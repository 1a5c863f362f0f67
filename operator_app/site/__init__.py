"""All that is local: agencies, kinds, question cards, what is near, limits. Read, checked, and put together here."""
