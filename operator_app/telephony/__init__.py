"""The phone: an engine process of its own (the only home of pjsua2) and the adapter that speaks with it."""
