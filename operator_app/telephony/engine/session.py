"""The engine between its door and its library: settings in force, orders, signals, ticks, the end."""

import gc
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    LineAudioChanged,
    LineReady,
    LineSignal,
)
from operator_app.telephony import wav
from operator_app.telephony.codec import MisfitError, from_plain, to_plain
from operator_app.telephony.engine.console import Console
from operator_app.telephony.engine.door import Door
from operator_app.telephony.engine.exchange import Exchange
from operator_app.telephony.engine.headset import open_sound
from operator_app.telephony.engine.library import CLOCK_RATE, Library, shrink_log
from operator_app.telephony.engine.limits import Limits
from operator_app.telephony.engine.mixer import Mixer
from operator_app.telephony.engine.orders import Parts
from operator_app.telephony.engine.outbox import Outbox
from operator_app.telephony.engine.recording import Recordings
from operator_app.telephony.engine.sound import NoSound, Sound
from operator_app.telephony.engine.tones import Tones
from operator_app.telephony.settings import EngineSettings
from operator_app.telephony.wire import PROTOCOL, Frame
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

_CALM_MS = 5
_URGENT_MS = 1
_TICK_S = 1.0
_LISTEN_S = 0.2
_TIDY_S = 60.0
_LOG_BYTES = 20 << 20
_FAREWELL_S = 2.0
_FIRST_IDLE_S = 30.0


@dataclass(slots=True)
class _Running:
    """Everything that exists once settings are in force."""

    settings: EngineSettings
    library: Library
    sound: Sound
    silence: pj.AudioMediaPlayer
    tones: Tones
    mixer: Mixer
    recordings: Recordings | None
    ready: LineReady


class Session:
    """One life of the engine. `run` returns when it is over."""

    def __init__(self, run_dir: Path, token: str, limits: Limits) -> None:
        self._run_dir = run_dir
        self._limits = limits
        self._log_file = run_dir / "pj.log"
        self._outbox = Outbox()
        self._exchange = Exchange(self._tell)
        self._console = Console(self._tell, self._exchange)
        self._door = Door(token, self._welcome, self._on_frame, self._on_window)
        self._running: _Running | None = None
        self._live = False
        self._stopping = ""
        self._alone_since = time.monotonic()
        self._next_tick = self._next_listen = self._next_tidy = 0.0
        self._orders: dict[str, Callable[[dict[str, Any]], Any]] = {
            "configure": self._configure,
            "answer": lambda args: self._exchange.orders.answer(
                _call(args), notice=args.get("notice") is True
            ),
            "end": lambda args: self._exchange.orders.end(_call(args), busy=args.get("busy") is True),
            "dial": lambda args: {
                "call_id": self._exchange.orders.dial(str(args["to"]), _headers(args), _for_call(args))
            },
            "hold": lambda args: self._exchange.orders.hold(_call(args), args["on"] is True),
            "mute": lambda args: self._exchange.orders.mute(_call(args), args["on"] is True),
            "join": lambda args: self._exchange.orders.join(_call(args), args["on"] is True),
            "transfer": lambda args: self._exchange.handovers.transfer(_call(args), str(args["to"])),
            "transfer_to": lambda args: self._exchange.handovers.transfer_to(
                _call(args), CallId(str(args["other"]))
            ),
            "dtmf": lambda args: self._exchange.orders.dtmf(_call(args), str(args["digits"])),
            "ping": lambda _args: {},
            **self._console.orders,
            "shutdown": lambda _args: self.stop("told to"),
        }

    @property
    def port(self) -> int:
        """Where the door is."""
        return self._door.port

    def stop(self, why: str) -> None:
        """End calls and the engine with the next turn."""
        self._stopping = self._stopping or why

    def run(self) -> None:
        """Work until told to stop or left alone."""
        # A collection on the bridge's thread would delete library objects there, which aborts: only `_tidy` collects.
        gc.disable()
        try:
            while not self._stopping:
                self._turn()
            _log.info("stopping: %s", self._stopping)
        except BaseException:
            self._stopping = "it failed"
            raise
        finally:
            self._farewell()

    def _turn(self) -> None:
        if self._running is None:
            self._door.poll(0.05)
        else:
            self._running.library.handle(_URGENT_MS if self._exchange.urgent else _CALM_MS)
            self._exchange.take_arrivals()
            self._door.poll()
            if self._running.recordings is not None:
                self._running.recordings.bury(calm=not self._exchange.urgent)
                self._running.recordings.collect()
        now = time.monotonic()
        if self._running is not None:
            self._console.turn(now)
            if now >= self._next_listen:
                self._next_listen = now + _LISTEN_S
                self._exchange.listen()
                self._look_after_sound(self._running)
        if now >= self._next_tick:
            self._next_tick = now + _TICK_S
            self._tick(now)

    def _tick(self, now: float) -> None:
        running = self._running
        if running is not None:
            self._exchange.measure()
            self._exchange.settle()
            self._exchange.ask_servers()
            if running.recordings is not None:
                running.recordings.watch()
            shrink_log(self._log_file, _LOG_BYTES)
        if now >= self._next_tidy and not self._exchange.urgent:
            self._next_tidy = now + _TIDY_S
            gc.collect()
        self._look_alone(now)

    def _look_after_sound(self, running: _Running) -> None:
        if running.sound.changed():
            running.ready = _with_audio(running)
            self._tell(LineAudioChanged(running.sound.state))

    def _look_alone(self, now: float) -> None:
        limit = self._running.settings.idle_exit_s if self._running else _FIRST_IDLE_S
        if self._door.open or self._exchange.talking:
            self._alone_since = now
        elif now - self._alone_since > limit:
            if self._running:
                self._exchange.orders.end_waiting()
            self.stop("no window and no call")

    # --- the window -------------------------------------------------------------------------------------------------

    def _welcome(self) -> Frame:
        self._live = False
        running = self._running
        return {
            "welcome": PROTOCOL,
            "pid": os.getpid(),
            "seq": self._outbox.seq,
            "ready": to_plain(running.ready) if running else None,
            "calls": to_plain(self._exchange.living.all),
            "registrations": to_plain(self._exchange.registrations),
            "refused": self._exchange.refused,
        }

    def _on_window(self, came: bool) -> None:
        self._alone_since = time.monotonic()
        if not came:
            self._live = False
            _log.info("the window is gone")

    def _on_frame(self, frame: Frame) -> None:
        if isinstance(frame.get("seen"), int):
            self._outbox.seen(frame["seen"])
            return
        order_id, op, args = frame.get("id"), frame.get("op"), frame.get("args", {})
        try:
            if op not in self._orders or not isinstance(args, dict):
                raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, f"no order {op!r}")
            if self._running is None and op not in ("configure", "ping", "shutdown"):
                raise PhoneRefusedError(PhoneRefusal.NOT_STARTED, "no settings yet")
            result = self._orders[op](args) or {}
        except PhoneRefusedError as refusal:
            self._door.send({"re": order_id, "error": {"code": refusal.code.value, "detail": refusal.detail}})
        except (KeyError, MisfitError) as problem:
            detail = f"{type(problem).__name__}: {problem}"
            self._door.send(
                {"re": order_id, "error": {"code": PhoneRefusal.BAD_SETTINGS.value, "detail": detail}}
            )
        except Exception as problem:  # noqa: BLE001
            # An order gets its one reply whatever happens; the trace is in the log.
            _log.exception("order %s", op)
            self._door.send(
                {"re": order_id, "error": {"code": PhoneRefusal.LIBRARY.value, "detail": repr(problem)}}
            )
        else:
            if op == "configure" and result["state"] != "restart":
                # What happened without a window comes before the word that all is ready.
                self._live = True
                for kept in self._outbox.unseen():
                    self._door.send(kept)
            self._door.send({"re": order_id, "ok": result})
            if op == "configure" and result["state"] in ("same", "later"):
                self._exchange.tell_presence()

    def _tell(self, signal: LineSignal) -> None:
        frame = self._outbox.put(signal)
        if self._live:
            self._door.send(frame)

    # --- settings ---------------------------------------------------------------------------------------------------

    def _configure(self, args: dict[str, Any]) -> dict[str, Any]:
        settings = from_plain(EngineSettings, args.get("settings"))
        settings.check()
        running = self._running
        if running is None:
            try:
                self._running = self._bring_up(settings)
            except BaseException:
                self.stop("could not be brought up")
                raise
            return {"state": "fresh", "ready": to_plain(self._running.ready)}
        # A choice of devices made since is in force, too: the next window's settings have it.
        in_force = replace(running.settings, audio=self._console.settings)
        if settings == in_force:
            return {"state": "same", "ready": to_plain(running.ready)}
        if self._exchange.living.all:
            # The calls are worth more than the new settings: those are asked for again when the last call is over.
            return {"state": "later", "ready": to_plain(running.ready)}
        self.stop("new settings")
        return {"state": "restart"}

    def _bring_up(self, settings: EngineSettings) -> _Running:
        library = Library(settings, self._exchange, self._log_file, self._limits)
        try:
            quiet = self._run_dir / "silence.wav"
            if not wav.is_whole(
                quiet
            ):  # once there it is kept: a full disk must not keep the phone from starting
                wav.write_silence(quiet, rate=CLOCK_RATE, ms=100)
            silence = pj.AudioMediaPlayer()
            silence.createPlayer(str(quiet))
            sound = self._open_sound(settings)
            tones = Tones()
            mixer = Mixer(library.legs, sound, silence, tones.port)
            recordings = None
            if settings.recordings_dir:
                recordings = Recordings(Path(settings.recordings_dir), mixer, self._tell)
            self._exchange.attach(Parts(library, mixer, sound, recordings, tones))
            self._console.attach(sound, settings.audio, settings.recordings_dir)
            if recordings is not None:
                recordings.check_folder()
                recordings.finish_left_over()
            mixer.apply(())
            library.register()
        except BaseException:
            library.close()
            raise
        ready = LineReady(
            version=library.version,
            audio=sound.state,
            max_calls=self._limits.calls,
            codecs=library.codecs,
            address=library.address,
            transports=library.transports,
            unguarded=library.unguarded,
        )
        gc.collect()
        gc.freeze()
        _log.info("ready at %s, audio %s", library.address, sound.state.kind.value)
        return _Running(settings, library, sound, silence, tones, mixer, recordings, ready)

    def _open_sound(self, settings: EngineSettings) -> Sound:
        try:
            return open_sound(settings.audio)
        except pj.Error as problem:
            _log.warning("sound: %s", problem.info())
            return NoSound(problem.reason)

    # --- the end ----------------------------------------------------------------------------------------------------

    def _farewell(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            library = running.library
            self._exchange.orders.end_all()
            until = time.monotonic() + _FAREWELL_S
            while len(library.legs) and time.monotonic() < until:
                library.handle(_CALM_MS)
                self._door.poll()
            if running.recordings is not None:
                running.recordings.close()
                running.recordings.stop_worker()
            self._door.send({"farewell": self._stopping})
            self._console.detach()
            running.sound.close()
            del running
            self._exchange.detach()
            gc.unfreeze()
            gc.collect()
            library.close()
        self._door.close()


def _with_audio(running: _Running) -> LineReady:
    return replace(running.ready, audio=running.sound.state)


def _call(args: dict[str, Any]) -> CallId:
    return CallId(str(args["call_id"]))


def _for_call(args: dict[str, Any]) -> CallId | None:
    for_call = args.get("for_call")
    return None if for_call is None else CallId(str(for_call))


def _headers(args: dict[str, Any]) -> dict[str, str]:
    headers = args.get("headers", {})
    if not isinstance(headers, dict) or any(
        "\r" in str(each) or "\n" in str(each) for each in headers.values()
    ):
        raise PhoneRefusedError(PhoneRefusal.BAD_NUMBER, "bad headers")
    return {str(name): str(value) for name, value in headers.items()}
