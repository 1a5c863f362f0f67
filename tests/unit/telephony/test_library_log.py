"""The library's log stays bounded while the library keeps it open."""

from pathlib import Path

from operator_app.telephony.engine.accounts import host_of
from operator_app.telephony.engine.library import shrink_log


def test_a_long_log_becomes_the_old_one_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "pj.log"
    with log.open("a") as writer:
        writer.write("x" * 100)
        writer.flush()
        shrink_log(log, 200)
        assert log.stat().st_size == 100
        shrink_log(log, 50)
        writer.write("new")
        writer.flush()
    assert log.read_text() == "new"
    assert (tmp_path / "pj.old.log").read_text() == "x" * 100


def test_no_log_is_no_problem(tmp_path: Path) -> None:
    shrink_log(tmp_path / "pj.log", 1)


def test_the_host_of_a_uri() -> None:
    assert host_of("sip:seat@10.0.0.5:5060;transport=tcp") == "10.0.0.5:5060"
    assert host_of("sip:10.0.0.5") == "10.0.0.5"
