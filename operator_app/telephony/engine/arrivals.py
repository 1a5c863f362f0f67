"""Calls that come in: read, kept and told, those that were refused as well. On the library's thread only."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineOffered, LineRefused, LineSignal, why_refused
from operator_app.telephony.calls import offered
from operator_app.telephony.engine.legs import Legs
from operator_app.telephony.engine.living import LivingCalls
from operator_app.telephony.engine.refusals import Refusals
from operator_app.telephony.engine.sink import Arrived
from operator_app.telephony.invite import Invite, read_invite

_log = logging.getLogger(__name__)

_NOTHING = Invite(None, False, "", "", "", None, None)


class Arrivals:
    """Makes calls of what the library took, and rows of what was refused. `gone` ends a call that is over already."""

    def __init__(
        self,
        tell: Callable[[LineSignal], None],
        living: LivingCalls,
        new_id: Callable[[], CallId],
        fault: Callable[[str, str, CallId | None], None],
        gone: Callable[[CallId], None],
    ) -> None:
        self._tell, self._living, self._fault, self._gone = tell, living, fault, gone
        self._refusals = Refusals(new_id)
        self._legs: Legs

    def attach(self, legs: Legs) -> None:
        """Receive the home of the library's calls."""
        self._legs = legs

    def detach(self) -> None:
        """Let go of it."""
        del self._legs

    @property
    def refused(self) -> int:
        """How many calls were refused."""
        return self._refusals.count

    def take(self) -> None:
        """Tell of the calls that came in since; their 180 is on the wire."""
        while self._legs.arrivals:
            new = self._legs.arrivals.pop(0)
            if not new.refused:
                self.arrived(new)
            elif new.call_id in self._legs:
                self._legs.hangup(new.call_id, new.refused)

    def arrived(self, new: Arrived) -> None:
        """Read a call, keep it, tell it. One that cannot be read is offered all the same."""
        call_id, read = new.call_id, self._read(new.message, new.call_id, believed=new.believed)
        told = LineOffered(
            call_id=call_id,
            number=read.number,
            withheld=read.withheld,
            display_name=read.display_name,
            uri=read.uri,
            to=read.to,
            account=new.account,
            believed=new.believed,
            offered_at=datetime.fromtimestamp(new.offered_epoch, UTC),
            sent_at=read.sent_at,
            location=read.location,
            referred_by=read.referred_by,
            reference=read.reference,
            emergency_ids=read.emergency_ids,
            device=read.device,
        )
        self._refusals.came(read.reference)
        self._living.add(offered(told))
        self._tell(told)
        _log.info("call %s offered", call_id)
        if call_id not in self._legs:
            # Given up while we were still about to ring.
            self._gone(call_id)

    def turned_away(self, code: int, reason: str, message: str, host: str) -> None:
        """A call was refused before anybody could answer it; `message` is what is known of its INVITE."""
        # The library may have told the same call as one that came in.
        self._legs.arrivals[:] = [each for each in self._legs.arrivals if each.message != message]
        believed = self._legs.origins.believes(host)
        read = self._read(message, None, believed=believed)
        refused = LineRefused(
            count=0,
            code=code,
            number=read.number,
            at=datetime.now(UTC),
            reason=reason,
            why=why_refused(code),
            display_name=read.display_name,
            reference=read.reference,
            source=host,
        )
        told = self._refusals.refuse(refused, time.monotonic(), stranger=not believed)
        if told is not None:
            self._tell(told)

    def tell_refused(self) -> None:
        """Tell how often those tried again who were refused; once a second."""
        for told in self._refusals.due(time.monotonic()):
            self._tell(told)

    def _read(self, message: str, call_id: CallId | None, *, believed: bool) -> Invite:
        try:
            return read_invite(message, believed=believed)
        except Exception as problem:  # noqa: BLE001 # no word of a caller may cost the call
            self._fault("invite", repr(problem), call_id)
            return _NOTHING
