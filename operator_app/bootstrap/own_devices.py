"""The sound devices that a person chose at this seat, in a file of its own: read at the start, written whole or not."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

from operator_app.bootstrap.doctor_phone import Finding
from operator_app.bootstrap.own_files import read_own, write_own
from operator_app.domain.line import AudioChoice
from operator_app.reading.fault import Fault
from operator_app.reading.marks import Between
from operator_app.telephony.settings import AudioMode, EngineSettings

DEVICES_FILE = "devices.toml"
HEAD = "# Sound devices chosen at this seat; written by the window. Delete the file to have those of the settings.\n"
RING_FILE = "ring.wav"


@dataclass(frozen=True, slots=True)
class DevicesFile:
    """The file: names of devices, and how loud the ring is; nothing makes it silent."""

    microphone: str = ""
    earpiece: str = ""
    ring: str = ""
    recall: str = ""
    ring_volume: Annotated[float, Between(0.2, 1)] = 1.0


def with_devices(engine: EngineSettings, folder: Path, sounds: Path) -> EngineSettings:
    """Return the settings with the seat's own devices and its ring; where no card is to be used they stay."""
    if engine.audio.mode is not AudioMode.AUTO:
        return engine
    audio = replace(engine.audio, ring_file=str(sounds / RING_FILE))
    chosen, _ = load_devices(folder)
    if chosen is not None:
        audio = replace(audio, **asdict(chosen))
    return replace(engine, audio=audio)


def load_devices(folder: Path) -> tuple[AudioChoice | None, tuple[Fault, ...]]:
    """Return the devices chosen at the seat in that folder, None without any, and what is wrong in its file."""
    chosen, faults = read_own(folder / DEVICES_FILE, DevicesFile)
    return None if chosen is None else AudioChoice(**asdict(chosen)), faults


def device_findings(folder: Path) -> Iterator[Finding]:
    """Say which devices this seat has chosen, and what of a headset is not used."""
    chosen, _ = load_devices(folder)
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
    await write_own(folder / DEVICES_FILE, HEAD + "".join(lines))
