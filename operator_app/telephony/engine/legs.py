"""The library's calls and accounts behind wrappers that copy plain data out and keep nothing.

Rules that hold here: the wrapper of a call lives in `Legs` only, and `Legs` lets go of it inside the DISCONNECTED
callback. A wrapper that lived on would, when deleted, hang up whichever call has its slot by then. No final answer is
sent inside `onIncomingCall`: to an INVITE without SDP that aborts the process.
"""

import time
from dataclasses import dataclass

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.domain.line import MediaDirection
from operator_app.telephony.engine.doorman import FORBIDDEN, Doorman, Request
from operator_app.telephony.engine.limits import Throttle
from operator_app.telephony.engine.sink import LegMedia, LegStep, Sink, guarded, guarded_answer
from operator_app.telephony.engine.transfers import is_empty_end
from operator_app.telephony.origins import Origins, host_of_packet
from operator_app.telephony.sdp import with_one_sound

_DIRECTIONS = {
    0: MediaDirection.NONE,
    1: MediaDirection.SEND,
    2: MediaDirection.RECEIVE,
    3: MediaDirection.BOTH,
}


_LIVE = (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
NO_LINE = -1
_DECLINED = 603
_KEY_BY_INFO_MS = 160


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call that came in: our name for it, the account, the whole INVITE and when it was in hand.

    `replaces` names the call of ours whose place it takes (RFC 3891); such a call is answered by the library itself.
    """

    call_id: CallId
    account: str
    message: str
    offered_epoch: float
    believed: bool = True
    """A phone server sent it, or there is none to tell a stranger from."""
    refused: int = 0
    """Not 0: it did not ring, and is to be ended by that code."""
    replaces: CallId | None = None


DIRECT = "direct"
"""The account by which this phone is called without a phone server."""
UNNAMED = CallId("")
"""Of a call that came in, for the moment until its 180 is ordered."""


class SipCall(pj.Call):
    """One leg. Never leaves this module and `Legs`."""

    def __init__(
        self, account: "SipAccount", call_id: CallId, legs: "Legs", library_id: int = pj.PJSUA_INVALID_ID
    ) -> None:
        super().__init__(account, library_id)
        self.account = account
        self.call_id = call_id
        self.legs = legs
        self.sink = legs.sink
        self.host = ""
        """The address that it came from."""
        self.line = NO_LINE
        """Which of the lines of its description carries the sound (RFC 3264: matched by place, whatever it is)."""
        self.only_rings = False
        """It came in and nobody here has said more than 180: nothing but its end is news."""
        self.rung = 0
        """How often its state was told while it only rings: first of its 100, then of its 180."""
        self.gone = False

    @guarded
    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        """Pass the state on; in DISCONNECTED drop the last reference to this very object."""
        if self.only_rings and self.isActive():
            self.rung += 1
            return  # reading the state takes 40 µs, twice, before the 180 is on the wire
        try:
            info = self.getInfo()
            if info.state == LegStep.DISCONNECTED:
                self._read_last_words(prm.e)
            self.sink.leg_step(self.call_id, LegStep(info.state), info.lastStatusCode, info.lastReason)
            gone = info.state == LegStep.DISCONNECTED
        except BaseException:
            # A state that cannot be read must not leave the wrapper behind.
            gone = not self.isActive()
            raise
        finally:
            if gone:
                self.gone = True
                self.legs.forget(self.call_id)

    def _read_last_words(self, event: pj.SipEvent) -> None:
        """Read what a BYE says of its reason: a call answered at two desks is ended so at the slower one."""
        state = event.body.tsxState
        if event.type != pj.PJSIP_EVENT_TSX_STATE or state.type != pj.PJSIP_EVENT_RX_MSG:
            return
        message = state.src.rdata.wholeMsg
        if message.startswith("BYE "):
            self.sink.leg_last_words(self.call_id, message)

    @guarded
    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        """Pass the sound's state on."""
        self.sink.leg_media(self.call_id, self.media())

    @guarded
    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        """Pass a key on."""
        self.sink.leg_digit(self.call_id, prm.digit)

    @guarded
    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        """Read what the library does not tell: what a request in the call says, and that it sends a BYE by itself."""
        if self.only_rings and self.rung < 2:
            return  # our own 100, told in the same breath; the 180 is not yet on the wire
        state = prm.e.body.tsxState
        tsx = state.tsx
        if state.type == pj.PJSIP_EVENT_RX_MSG and tsx.role != pj.PJSIP_ROLE_UAC:
            self._read_request(tsx.method, state.src.rdata)
        elif tsx.method == "BYE" and tsx.role == pj.PJSIP_ROLE_UAC and state.type == pj.PJSIP_EVENT_TX_MSG:
            # After our own order to hang up nothing is told here any more.
            self.sink.leg_given_up(self.call_id)

    def _read_request(self, method: str, received: pj.SipRxData) -> None:
        if method == "CANCEL":
            self.sink.leg_last_words(self.call_id, received.wholeMsg)
        elif method in ("INVITE", "UPDATE"):
            if self.legs.origins.believes(host_of_packet(received.srcAddress)):
                self.sink.leg_identified(self.call_id, received.wholeMsg)
        elif method == "NOTIFY" and is_empty_end(received.wholeMsg):
            # The library passes over a last word without words (RFC 6665, 4.4.1): how it went is not known.
            self.sink.leg_transfer(self.call_id, 0, "no outcome told", final=True)

    @guarded_answer(pj.PJSIP_REDIRECT_STOP)
    def onCallRedirected(self, prm: pj.OnCallRedirectedParam) -> int:
        """Whom we called sends us on (3xx): follow, or end it."""
        follow = self.sink.leg_diverted(self.call_id, prm.targetUri)
        return pj.PJSIP_REDIRECT_ACCEPT if follow else pj.PJSIP_REDIRECT_STOP

    @guarded
    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        """The far end asks us to call somebody else in its place (REFER)."""
        prm.statusCode = _DECLINED
        new_id = self.sink.leg_referred(self.call_id, prm.dstUri)
        if new_id is not None:
            call = SipCall(self.account, new_id, self.legs)
            self.legs.take(call)
            prm.newCall = call
            prm.statusCode = pj.PJSIP_SC_ACCEPTED

    @guarded
    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        """Pass on how a transfer that we asked for goes."""
        self.sink.leg_transfer(self.call_id, prm.statusCode, prm.reason, prm.finalNotify)

    @guarded
    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:
        """Somebody else takes the far end's place (INVITE with Replaces)."""
        host = host_of_packet(prm.rdata.srcAddress)
        if not self.legs.origins.believes(host):
            prm.statusCode = FORBIDDEN
            return
        new_id = self.sink.new_call_id()
        call = SipCall(self.account, new_id, self.legs)
        self.legs.take(call)
        prm.newCall = call
        account = self.legs.account_name(host, self.account.name)
        arrival = Arrival(new_id, account, prm.rdata.wholeMsg, time.time(), replaces=self.call_id)
        self.sink.leg_replaced(arrival)

    @guarded
    def onCallSdpCreated(self, prm: pj.OnCallSdpCreatedParam) -> None:
        """Close in our answer all lines for sound but the one that will live."""
        offer = prm.remSdp.wholeSdp
        if offer.count("m=audio") > 1:
            prm.sdp.wholeSdp = with_one_sound(prm.sdp.wholeSdp, offer)

    def _not_listened_to(self, prm: object) -> None:
        """Take the place of the library's own empty callbacks, which are reached by way of Python and back."""

    onCallMediaTransportState = _not_listened_to  # noqa: N815
    onCreateMediaTransport = _not_listened_to  # noqa: N815

    def media(self) -> LegMedia:
        """Return what is negotiated now."""
        info = self.getInfo()  # owns the memory of its items
        sounds = [item for item in info.media if item.type == pj.PJMEDIA_TYPE_AUDIO]
        # Beside a dead line there may be a live one, wherever it stands.
        sounds.sort(key=lambda item: (item.status not in _LIVE, item.dir == 0, item.index))
        if not sounds:
            self.line = NO_LINE
            return LegMedia(False, MediaDirection.NONE, False, "")
        best = sounds[0]
        self.line = best.index
        active = best.status in _LIVE and best.dir != 0
        codec = self.getStreamInfo(best.index).codecName if active else ""
        remote_hold = best.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
        encrypted = active and self.legs.may_encrypt and "SRTP status: Active" in self.dump(True, "")
        direction = _DIRECTIONS.get(best.dir, MediaDirection.NONE)
        return LegMedia(active, direction, remote_hold, codec, encrypted)


class SipAccount(pj.Account):
    """One identity of this phone, with or without a server behind it."""

    def __init__(self, name: str, legs: "Legs") -> None:
        super().__init__()
        self.name = name
        self.legs = legs
        self.sink = legs.sink

    @guarded
    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        """Ring before all else and keep the message: 100 and 180 leave only when this returns."""
        offered = time.time()
        host, legs = host_of_packet(prm.rdata.srcAddress), self.legs
        # No final answer may leave from here.
        answer = None if legs.guarded else legs.doorman.judge(Request(prm.rdata.wholeMsg, host))
        call = SipCall(self, UNNAMED, legs, prm.callId)
        call.only_rings, call.host = True, host
        problem = ""
        try:
            if answer is None:
                call.answer(legs.ringing)
        except pj.Error as error:
            problem = error.info()
        call.call_id = call_id = self.sink.new_call_id()
        if not call.gone:
            legs.take(call)
        else:
            legs.throttle.ended(time.monotonic())
        account, believed = legs.account_name(host, self.name), legs.origins.believes(host)
        refused = 0 if answer is None else answer.code
        legs.arrivals.append(Arrival(call_id, account, prm.rdata.wholeMsg, offered, believed, refused))
        if problem:
            self.sink.fault("ring", problem, call_id)

    @guarded
    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        """Pass the server's word on, and note from where it took us."""
        if prm.code == pj.PJSIP_SC_OK:
            self.legs.origins.learn(self.name, prm.rdata.srcAddress)
        self.sink.registration(self.name, prm.code, prm.reason, prm.expiration, prm.status)

    @guarded
    def onIncomingSubscribe(self, prm: pj.OnIncomingSubscribeParam) -> None:
        """Refuse: nobody here publishes anything."""
        prm.code = FORBIDDEN

    @guarded
    def onSendRequest(self, prm: pj.OnSendRequestParam) -> None:
        """Pass on how our own OPTIONS ended."""
        self.sink.ping_answered(self.name, prm.e.body.tsxState.tsx.statusCode)

    def ask(self, uri: str) -> None:
        """Send OPTIONS outside of any call."""
        request = pj.SendRequestParam()
        request.method = "OPTIONS"
        request.txOption.targetUri = uri
        self.sendRequest(request)


class Legs:
    """Home of all `SipCall` wrappers: told what to do by our own call ids only."""

    def __init__(self, sink: Sink, throttle: Throttle, origins: Origins) -> None:
        self.sink = sink
        self.throttle = throttle
        self.origins = origins
        self.doorman: Doorman
        self.guarded = False
        """Whether the doorman stands before the library, and each INVITE that comes here was judged by him."""
        self.may_encrypt = False
        """Whether sound can be SRTP by the site's rule: only then is it worth looking whether it is."""
        self.arrivals: list[Arrival] = []
        """Calls that came in and were not yet told of."""
        self._calls: dict[CallId, SipCall] = {}
        self.ringing = pj.CallOpParam()
        """The order for a 180, made once."""
        self.ringing.statusCode = pj.PJSIP_SC_RINGING

    def __len__(self) -> int:
        return len(self._calls)

    def __contains__(self, call_id: CallId) -> bool:
        return call_id in self._calls

    def take(self, call: SipCall) -> None:
        """Keep a wrapper until its call is over."""
        self._calls[call.call_id] = call

    def forget(self, call_id: CallId) -> None:
        """Let go of a wrapper; only from its own DISCONNECTED callback or after a failed start."""
        if self._calls.pop(call_id, None) is not None:
            self.throttle.ended(time.monotonic())

    def waiting_from(self, host: str) -> int:
        """Return how many calls from that address ring here."""
        return sum(call.only_rings and call.host == host for call in self._calls.values())

    def account_name(self, host: str, filed: str) -> str:
        """Return the account that a call is for: by the address it came from, whatever name the library read in it."""
        return self.origins.account(host, filed) or DIRECT

    def named(self, sip_call_id: str) -> CallId | None:
        """Return our name for the call with that SIP Call-ID, None when there is none."""
        return next(
            (
                call_id
                for call_id, call in self._calls.items()
                if call.isActive() and call.getInfo().callIdString == sip_call_id
            ),
            None,
        )

    def lives(self, call_id: CallId) -> bool:
        """Whether the library has a call behind that wrapper."""
        return self._calls[call_id].getId() != pj.PJSUA_INVALID_ID

    def answer(self, call_id: CallId) -> None:
        """Send 200."""
        order = pj.CallOpParam()
        order.statusCode = pj.PJSIP_SC_OK
        self._calls[call_id].only_rings = False
        self._calls[call_id].answer(order)

    def hangup(self, call_id: CallId, code: int = 0) -> None:
        """End a leg by `code` (before an answer), CANCEL or BYE. Never to be called inside `onIncomingCall`."""
        order = pj.CallOpParam()
        order.statusCode = code
        self._calls[call_id].hangup(order)

    def dial(self, account: SipAccount, call_id: CallId, uri: str, headers: dict[str, str]) -> None:
        """Send INVITE."""
        order = pj.CallOpParam(True)
        for name, value in headers.items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            order.txOption.headers.append(header)
        self.take(SipCall(account, call_id, self))
        try:
            self._calls[call_id].makeCall(uri, order)
        except pj.Error:
            self.forget(call_id)
            raise

    def hold(self, call_id: CallId, on: bool) -> None:
        """Offer the far end a held or a live call."""
        order = pj.CallOpParam(True)
        if on:
            self._calls[call_id].setHold(order)
        else:
            order.opt.flag |= pj.PJSUA_CALL_UNHOLD
            self._calls[call_id].reinvite(order)

    def dtmf(self, call_id: CallId, digits: str, *, by_info: bool) -> None:
        """Send keys as RFC 4733 events, or each by an INFO of its own."""
        if not by_info:
            self._calls[call_id].dialDtmf(digits)
            return
        order = pj.CallSendDtmfParam()
        order.method = pj.PJSUA_DTMF_METHOD_SIP_INFO
        order.duration = _KEY_BY_INFO_MS
        order.digits = digits
        self._calls[call_id].sendDtmf(order)

    def transfer(self, call_id: CallId, uri: str) -> None:
        """Ask the far end to call that address (REFER)."""
        self._calls[call_id].xfer(uri, pj.CallOpParam(True))

    def transfer_to(self, call_id: CallId, other: CallId) -> None:
        """Ask the far end to take our place in another call (REFER with Replaces)."""
        self._calls[call_id].xferReplaces(self._calls[other], pj.CallOpParam(True))

    def sound(self, call_id: CallId) -> pj.AudioMedia:
        """Return the bridge port of a call; valid only until the next negotiation."""
        # By -1 it finds the one line that has a port; its own numbers leave out lines that this build cannot do.
        return self._calls[call_id].getAudioMedia(-1)

    def statistics(self, call_id: CallId) -> pj.StreamStat:
        """Return the counters of the call's sound stream."""
        call = self._calls[call_id]
        return call.getStreamStat(call.line)
