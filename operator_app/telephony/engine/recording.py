"""Recordings: one WAV for the caller, one for the operator, one for both, whole even when this process is killed.

While a call is recorded a marker lies beside its files. A marker found at start is a recording nobody finished: its
files get true headers and are reported as repaired.
"""

import errno
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineRecorded, LineRecordingFailed, RecordingProblem
from operator_app.telephony import wav
from operator_app.telephony.engine.library import CLOCK_RATE
from operator_app.telephony.engine.links import TAPES, Node
from operator_app.telephony.engine.mixer import Mixer

_log = logging.getLogger(__name__)

MARKER = ".recording.json"
_SUFFIXES = ("caller", "operator", "both")
_STALL_S = 2.5
_CLOSE_S = 3.0
_EMPTY_S = 0.25
_LEAST_FREE = 1 << 20
_WORKERS = 8

_GRAVE = 12
_GRAVE_S = 2.0

Result = LineRecorded | LineRecordingFailed


@dataclass(slots=True)
class _Tape:
    files: tuple[Path, ...]
    ports: list[pj.AudioMediaRecorder]
    size: int = 0
    grown_at: float = field(default_factory=time.monotonic)
    failed: bool = False


class Recordings:
    """Writes the recordings of all calls. `report` gets results on the engine's thread, from `collect`."""

    def __init__(self, folder: Path, mixer: Mixer, report: Callable[[Result], None]) -> None:
        self._folder = folder
        self._mixer = mixer
        self._report = report
        self._tapes: dict[CallId, _Tape] = {}
        self._jobs: list[tuple[CallId, Future[Result]]] = []
        self._grave: list[tuple[CallId, _Tape, float]] = []
        self._worker = ThreadPoolExecutor(_WORKERS, "recordings")
        # All of them now: one that is started at its first need, hours later, looks like a thread left behind.
        together = threading.Barrier(_WORKERS, timeout=_CLOSE_S)
        for _ in range(_WORKERS):
            self._worker.submit(together.wait)

    def __contains__(self, call_id: CallId) -> bool:
        return call_id in self._tapes

    @property
    def busy(self) -> bool:
        """Whether a recording is running or being finished."""
        return bool(self._tapes or self._grave or self._jobs)

    def check_folder(self) -> None:
        """Report now, before any call, when nothing can be recorded here."""
        probe = self._folder / f".probe-{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"x")
            probe.unlink()
        except OSError as problem:
            self._report(LineRecordingFailed(None, _kind_of(problem), str(problem)))

    def finish_left_over(self) -> None:
        """Put in order what an engine that died has left."""
        for marker in sorted(self._folder.glob(f"*{MARKER}")):
            call_id = CallId(marker.name.removesuffix(MARKER))
            self._jobs.append(
                (call_id, self._worker.submit(_finish, call_id, self._names(call_id), marker, 0.0))
            )

    def begin(self, call_id: CallId) -> None:
        """Start to record a call; the links are the mixer's."""
        files = self._names(call_id)
        try:
            marker = self._folder / f"{call_id}{MARKER}"
            marker.write_text(json.dumps({"call_id": call_id, "started_at": time.time()}))
        except OSError as problem:
            self._report(LineRecordingFailed(call_id, _kind_of(problem), str(problem)))
            return
        tape = _Tape(files, [])
        try:
            for file in files:
                recorder = pj.AudioMediaRecorder()
                recorder.createRecorder(str(file))
                tape.ports.append(recorder)
        except pj.Error as problem:
            self._report(LineRecordingFailed(call_id, self._kind_now(), f"{files[0]}: {problem.reason}"))
            tape.ports.clear()
            marker.unlink(missing_ok=True)
            return
        for kind, recorder in zip(TAPES, tape.ports, strict=True):
            self._mixer.add_tape(Node(kind, call_id), recorder)
        self._tapes[call_id] = tape

    def end(self, call_id: CallId) -> None:
        """Stop recording a call; the result is reported when the files are safe."""
        tape = self._tapes.pop(call_id, None)
        if tape is None:
            return
        self._mixer.drop_tapes(call_id)
        self._grave.append((call_id, tape, time.monotonic()))

    def bury(self, *, calm: bool) -> None:
        """Close the files of ended recordings; `calm` says that no call can be answered this very moment.

        A recorder's destructor removes its bridge port twice (pjproject issue 5153, mended after 2.17; try there).
        Should the bridge's clock fall between the two, the second would hit whatever port got the number
        since, and that is the sound of a call answered within the same 20 ms.
        """
        while self._grave:
            call_id, tape, since = self._grave[0]
            ports = sum(len(each.ports) for _, each, _ in self._grave)
            if not calm and ports <= _GRAVE and time.monotonic() - since < _GRAVE_S:
                return
            del self._grave[0]
            tape.ports.clear()
            marker = self._folder / f"{call_id}{MARKER}"
            self._jobs.append((call_id, self._worker.submit(_finish, call_id, tape.files, marker, _CLOSE_S)))

    def collect(self) -> None:
        """Report what has been finished since."""
        if not self._jobs:
            return
        done = [job for job in self._jobs if job[1].done()]
        for call_id, future in done:
            self._jobs.remove((call_id, future))
            problem = future.exception()
            if problem is None:
                self._report(future.result())
            else:
                kind = _kind_of(problem) if isinstance(problem, OSError) else RecordingProblem.LIBRARY
                self._report(LineRecordingFailed(call_id, kind, str(problem)))

    def watch(self) -> None:
        """Notice, about once a second, a recording that does not grow: the library does not say that a disk is full."""
        now = time.monotonic()
        for call_id, tape in self._tapes.items():
            try:
                size = sum(file.stat().st_size for file in tape.files)
            except OSError as problem:
                self._fail(call_id, tape, _kind_of(problem), str(problem))
                continue
            if size > tape.size:
                tape.size, tape.grown_at = size, now
            elif now - tape.grown_at > _STALL_S:
                self._fail(call_id, tape, self._kind_now(), f"{tape.files[0].name} does not grow")

    def close(self) -> None:
        """End all recordings."""
        for call_id in list(self._tapes):
            self.end(call_id)
        self.bury(calm=True)

    def stop_worker(self) -> None:
        """Wait for the files of ended recordings and report them."""
        self._worker.shutdown(wait=True)
        self.collect()

    def _fail(self, call_id: CallId, tape: _Tape, problem: RecordingProblem, detail: str) -> None:
        if not tape.failed:
            tape.failed = True
            self._report(LineRecordingFailed(call_id, problem, detail))

    def _kind_now(self) -> RecordingProblem:
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError:
            return RecordingProblem.FOLDER
        return RecordingProblem.DISK_FULL if free < _LEAST_FREE else RecordingProblem.STALLED

    def _names(self, call_id: CallId) -> tuple[Path, ...]:
        return tuple(self._folder / f"{call_id}-{suffix}.wav" for suffix in _SUFFIXES)


def _kind_of(problem: BaseException) -> RecordingProblem:
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return RecordingProblem.DISK_FULL
    return RecordingProblem.FOLDER


def _finish(call_id: CallId, files: tuple[Path, ...], marker: Path, patience_s: float) -> Result:
    """Make the files true, synced and digested; runs on the worker, knows nothing of the library.

    The library closes a file some bridge ticks after it was told to, so the header is waited for, and put right if it
    does not come.
    """
    began = time.monotonic()
    there = tuple(file for file in files if file.exists())
    while (waited := time.monotonic() - began) < patience_s:
        if all(_closed(file, waited) for file in there):
            break
        time.sleep(0.02)
    try:
        if not there:
            raise wav.BadWavError(f"no file of {call_id} is left")
        seconds = max(_mended(file).seconds for file in there)
    except wav.BadWavError:
        # Trying again at the next start would not help; what is on disk stays as it is.
        marker.unlink(missing_ok=True)
        raise
    for file in there:
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())
    digests = tuple(wav.digest(file) for file in there)
    marker.unlink(missing_ok=True)
    names = tuple(str(file.absolute()) for file in there)
    return LineRecorded(call_id, names, digests, round(seconds, 3), repaired=patience_s == 0.0)


def _closed(file: Path, waited_s: float) -> bool:
    try:
        found = wav.shape(file)
    except wav.BadWavError:
        return False  # not even the header has left the library's buffer
    # The library writes every quarter of a second: an empty file is not closed yet, or is of a very short call.
    return found.whole and (found.present > 0 or waited_s > _EMPTY_S)


def _mended(file: Path) -> wav.WavShape:
    if file.stat().st_size == 0:
        # Killed before the first write: nothing was recorded, and that is what the file shall say.
        wav.write_silence(file, rate=CLOCK_RATE, ms=0)
    return wav.repair(file)
