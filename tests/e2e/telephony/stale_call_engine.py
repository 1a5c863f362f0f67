"""An engine that looks after every turn whether a `Call` object outlived its call, and ends with 99 when one did.

It ends with 98 when a call or a recorder was let go of on another thread than the library's.
"""

import gc
import os
import sys
import threading
import weakref
from typing import Any

import pjsua2 as pj

from operator_app.telephony.engine import legs, main, session

STALE, WRONG_THREAD = 99, 98

alive: dict[str, "weakref.ref[legs.SipCall]"] = {}


recorders: "list[weakref.ref[Any]]" = []


def gone(_reference: object) -> None:
    if threading.current_thread() is not threading.main_thread():
        print("let go of on another thread", flush=True)
        os._exit(WRONG_THREAD)


def watch_calls() -> None:
    take, turn = legs.Legs.take, session.Session._turn
    make = pj.AudioMediaRecorder.__init__

    def make_and_watch(self: Any, *args: Any) -> None:
        make(self, *args)
        recorders.append(weakref.ref(self, gone))

    def take_and_watch(self: legs.Legs, call: legs.SipCall) -> None:
        alive[call.call_id] = weakref.ref(call, gone)
        take(self, call)

    def turn_and_look(self: session.Session) -> None:
        turn(self)
        running: Any = self._running
        if running is None:
            return
        if gc.isenabled():
            print("the collector may run on any thread", flush=True)
            os._exit(WRONG_THREAD)
        for call_id, reference in list(alive.items()):
            if call_id in running.library.legs:
                continue
            if reference() is not None:
                print(f"call {call_id} is over and its object lives", flush=True)
                os._exit(STALE)
            del alive[call_id]

    pj.AudioMediaRecorder.__init__ = make_and_watch  # type: ignore[method-assign]
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
