"""The phone: the call at hand, its lines, the lists of calls, the one-touch keys."""
