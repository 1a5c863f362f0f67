"""An engine that looks after every turn whether a `Call` object outlived its call, and ends with 99 when one did."""

import os
import sys
import weakref
from typing import Any

from operator_app.telephony.engine import legs, main, session

STALE = 99

alive: dict[str, "weakref.ref[legs.SipCall]"] = {}


def watch_calls() -> None:
    take, turn = legs.Legs.take, session.Session._turn

    def take_and_watch(self: legs.Legs, call: legs.SipCall) -> None:
        alive[call.call_id] = weakref.ref(call)
        take(self, call)

    def turn_and_look(self: session.Session) -> None:
        turn(self)
        running: Any = self._running
        if running is None:
            return
        for call_id, reference in list(alive.items()):
            if call_id in running.library.legs:
                continue
            if reference() is not None:
                print(f"call {call_id} is over and its object lives", flush=True)
                os._exit(STALE)
            del alive[call_id]

    legs.Legs.take = take_and_watch  # type: ignore[method-assign]
    session.Session._turn = turn_and_look  # type: ignore[method-assign]


if __name__ == "__main__":
    if "--keep-calls" in sys.argv:
        sys.argv.remove("--keep-calls")
        kept: list[legs.SipCall] = []
        real = legs.Legs.take

        def take_and_keep(self: legs.Legs, call: legs.SipCall) -> None:
            kept.append(call)
            real(self, call)

        legs.Legs.take = take_and_keep  # type: ignore[method-assign]
    watch_calls()
    sys.exit(main.main())
