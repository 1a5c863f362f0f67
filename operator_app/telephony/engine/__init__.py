"""The phone engine: a process of its own, the only home of pjsua2. Nothing but plain frozen values leaves it.

The rules it lives by; each was learnt by breaking it, and most have a test in `tests/e2e/telephony`:

1. One thread owns the library: making, using and deleting its objects. The garbage collector runs there only.
2. A `Call` object is dropped inside its own DISCONNECTED callback (`legs`). One that lives on hangs up a stranger:
   slots are used again after four calls. So none ever gets into a closure, a log record, a signal or a kept traceback.
3. No final answer inside `onIncomingCall`: to an INVITE without SDP that aborts the process. 180 is fine.
4. Every callback is wrapped (`sink.guarded`): the library would answer 500 and tell nobody.
5. Calls and accounts are counted before they are made (`limits`): beyond its limits the library aborts.
6. A negotiation throws a call's sound port away with all links: `mixer` sets them anew, by our own model (`links`).
7. The bridge's clock never stops (`sndAutoCloseTime`): without it ports are not freed and calls fail after a while.
8. The end has an order: calls, recorders, players, accounts, collect, library (`session`, `library`).
9. A call that the library refuses by itself is counted and told: in a 112 room it is a lost call.
"""

import os
import sys
from pathlib import Path

LIBRARY_VARIABLE = "OPERATOR_PJSUA2"
"""Names the folder of a pjsua2 to use, or `wheel` for the installed one; unset, a build of our own goes first."""
WHEEL = "wheel"


def own_library() -> Path | None:
    """Return the folder of the pjsua2 of our own build (`packaging/pjsua2`) that is to be used, None for the wheel.

    A package carries it below its own Python; in a clone `./dev` puts a link there to the one in the user's cache.
    """
    wanted = os.environ.get(LIBRARY_VARIABLE, "")
    if wanted:
        return None if wanted == WHEEL else Path(wanted)
    carried = Path(sys.prefix, "lib", "operator-112", "pjsua2")
    return carried if carried.is_dir() else None


if (_folder := own_library()) is not None and str(_folder) not in sys.path:
    # Here, as each part of the engine that is loaded first may be the first to load the library.
    sys.path.insert(0, str(_folder))
