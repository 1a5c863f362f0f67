"""A whole room on this machine, as real processes: demo, end-to-end tests, bench and fault runs drive this one."""
