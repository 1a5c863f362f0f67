"""The post before the library, where there is none."""

from operator_app.telephony.engine.guard import watchman


def test_a_library_that_hides_its_functions_gets_no_watchman_and_no_fault() -> None:
    assert watchman("/does/not/exist.so", lambda _request: None) is None
