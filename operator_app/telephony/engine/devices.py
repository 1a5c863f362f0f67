"""Sound devices by name: what there is, and the one that a person chose.

PortAudio looks for devices only when it is started, so what was plugged in since is asked of a second, short-lived
process (`python -m operator_app.telephony.engine.devices`): no stream in use is disturbed by looking.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from operator_app.domain.line import SoundDevice
from operator_app.lanes.child import own_process

SCAN_COMMAND = own_process("operator_app.telephony.engine.devices")
SCAN_S = 10.0
_HARDWARE = re.compile(r" *\(hw:\d+(,\d+)?\)$")
_PREFERRED = {"Windows WASAPI", "ALSA", "Core Audio"}
"""The one system of each platform whose list is shown: elsewhere the same devices stand again under other names."""


class NoDeviceError(Exception):
    """There is no sound device that can be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A device as PortAudio has it now; `index` is good until PortAudio is started anew."""

    index: int
    name: str
    inputs: int
    outputs: int
    rate: float
    default_input: bool = False
    default_output: bool = False


def portaudio() -> Any:
    """Return the sound library. Imported here: loading it looks for devices, and most test engines need none."""
    try:
        import sounddevice  # noqa: PLC0415
    except (ImportError, OSError) as problem:
        raise NoDeviceError(f"PortAudio cannot be loaded: {problem}") from problem
    return sounddevice


def list_devices(library: Any) -> tuple[Found, ...]:
    """Return the devices of the platform's own sound system."""
    systems = list(library.query_hostapis())
    chosen = next((each for each in systems if each["name"] in _PREFERRED and each["devices"]), None)
    if chosen is None:
        chosen = next((each for each in systems if each["devices"]), None)
    if chosen is None:
        return ()
    found = []
    for index in chosen["devices"]:
        each = library.query_devices(index)
        found.append(
            Found(
                index,
                str(each["name"]),
                int(each["max_input_channels"]),
                int(each["max_output_channels"]),
                float(each["default_samplerate"]),
                index == chosen["default_input_device"],
                index == chosen["default_output_device"],
            )
        )
    return tuple(found)


def pick(devices: tuple[Found, ...], name: str, *, output: bool) -> Found:
    """Return the device of that name, or the default one for an empty name. Raises `NoDeviceError`.

    The number that ALSA gives a card may be another after it was plugged in again: names are equal without it.
    """
    fitting = [each for each in devices if (each.outputs if output else each.inputs)]
    if not fitting:
        raise NoDeviceError("no output" if output else "no input")
    if not name:
        wanted = (each for each in fitting if (each.default_output if output else each.default_input))
        return next(wanted, fitting[0])
    exact = next((each for each in fitting if each.name == name), None)
    if exact is not None:
        return exact
    bare = bare_name(name)
    same = next((each for each in fitting if bare_name(each.name) == bare), None)
    if same is None:
        raise NoDeviceError(f"{name} is not there")
    return same


def bare_name(name: str) -> str:
    """Return the name without the number that ALSA gave the card."""
    return _HARDWARE.sub("", name)


def offered(devices: tuple[Found, ...]) -> tuple[SoundDevice, ...]:
    """Return what a person may choose from."""
    return tuple(
        SoundDevice(each.name, each.inputs > 0, each.outputs > 0, each.default_input or each.default_output)
        for each in devices
    )


def scan() -> tuple[str, ...]:
    """Return the names of the devices that are there now, by a process of its own; empty where that fails."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    try:
        done = subprocess.run(
            SCAN_COMMAND,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SCAN_S,
            check=False,
            creationflags=flags,
        )
        names = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return ()
    return tuple(str(each) for each in names) if isinstance(names, list) else ()


if __name__ == "__main__":
    try:
        found_names = [each.name for each in list_devices(portaudio())]
    except NoDeviceError:
        found_names = []
    sys.stdout.write(json.dumps(found_names))
