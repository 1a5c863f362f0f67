"""Facts and rules of the call room. Standard library only; no clock, no random, no I/O."""
