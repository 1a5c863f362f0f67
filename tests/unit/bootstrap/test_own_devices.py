"""The seat's own choice of sound devices is kept, and no file of it keeps a phone from starting."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.bootstrap.own_devices import (
    DEVICES_FILE,
    device_findings,
    keep_devices,
    load_devices,
    with_devices,
)
from operator_app.domain.line import AudioChoice
from operator_app.telephony.settings import AudioMode, EngineAudio, EngineSettings


def test_a_choice_is_there_at_the_next_start(tmp_path: Path) -> None:
    choice = AudioChoice('Mic "A"', "Kupluk", "Pengeras", "", 0.6)
    asyncio.run(keep_devices(tmp_path, choice))
    assert load_devices(tmp_path) == (choice, ())
    audio = with_devices(EngineSettings(), tmp_path, tmp_path).audio
    assert (audio.microphone, audio.ring, audio.ring_volume) == ('Mic "A"', "Pengeras", 0.6)
    assert audio.ring_file == str(tmp_path / "ring.wav")


def test_without_a_choice_the_settings_speak(tmp_path: Path) -> None:
    engine = EngineSettings(audio=EngineAudio(microphone="Set"))
    assert load_devices(tmp_path) == (None, ())
    assert with_devices(engine, tmp_path, tmp_path).audio.microphone == "Set"
    none = replace(engine, audio=EngineAudio(AudioMode.NONE))
    assert with_devices(none, tmp_path, tmp_path) == none


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("ring = 5", [(1, "ring", "want_text")]),
        ("ring_volume = 'x'", [(1, "ring_volume", "want_number")]),
        ("[[[", [(1, "", "no_toml")]),
        ("\udcff", [(0, "", "no_utf8")]),
        ('earpiece = "Ear"\nmic = "Mic"', [(2, "mic", "unknown_key")]),
    ],
)
def test_a_bad_file_is_told_and_its_sound_parts_count(
    tmp_path: Path, text: str, faults: list[tuple[int, str, str]]
) -> None:
    (tmp_path / DEVICES_FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    choice, told = load_devices(tmp_path)
    assert (choice or AudioChoice()) == AudioChoice(earpiece="Ear" if "Ear" in text else "")
    assert [(each.line, each.key, each.cause) for each in told] == faults


def test_a_ring_cannot_be_made_silent(tmp_path: Path) -> None:
    (tmp_path / DEVICES_FILE).write_text("ring_volume = 0.0")
    loaded, faults = load_devices(tmp_path)
    assert loaded is not None
    assert loaded.ring_volume == 1.0
    assert [each.cause for each in faults] == ["not_between"]


def test_doctor_names_the_chosen_devices_and_what_is_not_used(tmp_path: Path) -> None:
    assert "none chosen" in next(device_findings(tmp_path)).words
    asyncio.run(keep_devices(tmp_path, AudioChoice("Mic", "Ear")))
    devices, buttons = device_findings(tmp_path)
    assert devices.words == "microphone Mic, earpiece Ear, ring system, recall system"
    assert buttons.good is None
