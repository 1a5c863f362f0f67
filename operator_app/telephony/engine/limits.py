"""What the library can carry. Counted before use: beyond these it does not raise but aborts the process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Compile-time limits of a pjsua2 build. The defaults are those of the pjsua2-python wheel 2.15.1."""

    calls: int = 4
    accounts: int = 8
    players: int = 32
    recorders: int = 32
