"""What becomes of recordings whose writer is done, slow or dead."""

import struct
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from operator_app.domain.ids import CallId
from operator_app.domain.line import LineRecorded
from operator_app.telephony import wav
from operator_app.telephony.engine.recording import MARKER, Recordings, _finish

CALL = CallId("a")


def place(folder: Path, *, claimed: int | None = None) -> tuple[tuple[Path, ...], Path]:
    files = tuple(folder / f"a-{part}.wav" for part in ("caller", "operator", "both"))
    for file in files:
        wav.write_silence(file, rate=16_000, ms=500)
        if claimed is not None:
            data = bytearray(file.read_bytes())
            struct.pack_into("<I", data, 40, claimed)
            file.write_bytes(data)
    marker = folder / f"a{MARKER}"
    marker.write_text("{}")
    return files, marker


def finish(files: tuple[Path, ...], marker: Path, patience_s: float = 3.0) -> LineRecorded:
    result = _finish(CALL, files, marker, patience_s)
    assert isinstance(result, LineRecorded)
    return result


def test_whole_files_are_digested_at_once(tmp_path: Path) -> None:
    files, marker = place(tmp_path)
    began = time.monotonic()
    result = finish(files, marker)
    assert time.monotonic() - began < 0.5
    assert result.seconds == pytest.approx(0.5)
    assert result.files == tuple(map(str, files))
    assert result.sha256 == tuple(wav.digest(file) for file in files)
    assert not result.repaired
    assert not marker.exists()


def test_a_slow_writer_is_waited_for(tmp_path: Path) -> None:
    files, marker = place(tmp_path)
    whole = files[0].read_bytes()
    files[0].write_bytes(b"")
    writer = threading.Timer(0.1, lambda: files[0].write_bytes(whole))
    writer.start()
    assert finish(files, marker).sha256[0] == wav.digest(files[1])
    writer.join()


def test_a_dead_writer_s_files_are_put_right(tmp_path: Path) -> None:
    files, marker = place(tmp_path, claimed=0)
    result = finish(files, marker, 0.0)
    assert result.repaired
    assert result.seconds == pytest.approx(0.5)
    assert all(wav.is_whole(file) for file in files)


def test_a_writer_killed_before_its_first_word_leaves_empty_valid_files(tmp_path: Path) -> None:
    files, marker = place(tmp_path)
    for file in files:
        file.write_bytes(b"")
    assert finish(files, marker, 0.0).seconds == 0
    assert all(wav.shape(file).whole for file in files)
    assert not marker.exists()


def test_one_file_that_was_never_made_does_not_cost_the_others(tmp_path: Path) -> None:
    files, marker = place(tmp_path, claimed=0)
    files[2].unlink()
    assert finish(files, marker, 0.0).files == tuple(map(str, files[:2]))


@pytest.mark.parametrize("left", [b"garbage that is no sound", None])
def test_what_cannot_be_put_right_is_told_once_and_kept(tmp_path: Path, left: bytes | None) -> None:
    files, marker = place(tmp_path)
    for file in files:
        if left is None:
            file.unlink()
        else:
            file.write_bytes(left)
    with pytest.raises(wav.BadWavError):
        _finish(CALL, files, marker, 0.0)
    assert not marker.exists()
    assert left is None or files[0].read_bytes() == left


def test_no_thread_is_started_at_the_first_need(tmp_path: Path) -> None:
    """One that comes hours later, when many calls end at once, could not be told from one that was left behind."""

    def workers() -> set[int | None]:
        return {each.ident for each in threading.enumerate() if each.name.startswith("recordings")}

    recordings = Recordings(tmp_path, Mock(), lambda _result: None)
    try:
        before = workers()
        for number in range(8):
            (tmp_path / f"call-{number}{MARKER}").write_text("{}")
        recordings.finish_left_over()
        assert before
        assert workers() == before
    finally:
        recordings.stop_worker()
    assert not workers()
