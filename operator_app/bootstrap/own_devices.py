"""The sound devices that a person chose at this seat, in a file of its own: read at the start, written whole or not."""

import asyncio
import json
import logging
import os
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from operator_app.bootstrap.doctor_phone import Finding
from operator_app.domain.line import AudioChoice
from operator_app.telephony.settings import AudioMode, EngineSettings

log = logging.getLogger(__name__)

DEVICES_FILE = "devices.toml"
HEAD = "# Sound devices chosen at this seat; written by the window. Delete the file to have those of the settings.\n"
RING_FILE = "ring.wav"


def with_devices(engine: EngineSettings, folder: Path, sounds: Path) -> EngineSettings:
    """Return the settings with the seat's own devices and its ring; where no card is to be used they stay."""
    if engine.audio.mode is not AudioMode.AUTO:
        return engine
    audio = replace(engine.audio, ring_file=str(sounds / RING_FILE))
    chosen = load_devices(folder)
    if chosen is not None:
        audio = replace(audio, **asdict(chosen))
    return replace(engine, audio=audio)


def load_devices(folder: Path) -> AudioChoice | None:
    """Return the devices chosen at the seat in that folder; a bad file must not keep a seat from its calls."""
    path = folder / DEVICES_FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        volume = table.get("ring_volume", 1.0)
        names = {name: table.get(name, "") for name in ("microphone", "earpiece", "ring", "recall")}
        if not all(isinstance(each, str) for each in names.values()) or not isinstance(volume, int | float):
            raise TypeError("a device is no text, or the volume no number")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError):
        log.exception("%s cannot be read, the devices are those of the settings", path)
        return None
    return AudioChoice(**names, ring_volume=min(1.0, max(0.2, float(volume))))


def device_findings(folder: Path) -> Iterator[Finding]:
    """Say which devices this seat has chosen, and what of a headset is not used."""
    chosen = load_devices(folder)
    if chosen is None:
        yield Finding(
            "devices", "none chosen at this seat (^Shift+A): those of the settings, else the system's", None
        )
    else:
        roles = [
            f"{role} {name or 'system'}" for role, name in asdict(chosen).items() if isinstance(name, str)
        ]
        yield Finding("devices", ", ".join(roles), None)
    yield Finding("buttons", "buttons on headsets (USB HID) are not used by this version", None)


async def keep_devices(folder: Path, choice: AudioChoice) -> None:
    """Write the chosen devices. Raises `OSError`."""
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in asdict(choice).items()]
    await asyncio.to_thread(_write, folder / DEVICES_FILE, HEAD + "".join(lines))


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
