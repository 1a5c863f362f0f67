"""What the phone library of this machine can do, asked of itself: `python -m operator_app.telephony.engine.look`.

In a process of its own, as the library may end the one it lives in. Prints one JSON object on the last line.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

from operator_app.telephony.engine.intake import UnguardedError, stand_before_parser
from operator_app.telephony.engine.limits import library_limits
from operator_app.telephony.engine.memory import binary_of_library


def main() -> int:
    """Print what the library says of itself."""
    told = {"limits": asdict(library_limits()), **_library(), **_devices()}
    print(json.dumps(told))  # noqa: T201
    return 0


def _library() -> dict[str, Any]:
    import pjsua2 as pj  # noqa: PLC0415  (its own trouble must be told as such)

    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 0
    endpoint.libInit(config)
    try:
        codecs = [codec.codecId for codec in endpoint.codecEnum2()]
        return {
            "version": endpoint.libVersion().full,
            "codecs": codecs,
            "tls": _tls(pj, endpoint),
            "unguarded": _unguarded(),
        }
    finally:
        endpoint.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)


def _unguarded() -> str:
    """Return why nothing can stand before the parser of this library, "" when it can."""
    try:
        stand_before_parser(
            binary_of_library(), frozenset(), lambda *_lost: None, lambda _blind: None
        ).leave()
    except UnguardedError as problem:
        return str(problem)
    return ""


def _tls(pj: Any, endpoint: Any) -> str:
    """Return "" when TLS works, else why not."""
    config = pj.TransportConfig()
    config.boundAddress = "127.0.0.1"
    try:
        endpoint.transportCreate(pj.PJSIP_TRANSPORT_TLS, config)
    except pj.Error as problem:
        return str(problem.reason)
    return ""


def _devices() -> dict[str, Any]:
    from operator_app.telephony.engine.devices import NoDeviceError, list_devices, portaudio  # noqa: PLC0415

    try:
        found = list_devices(portaudio())
    except NoDeviceError as problem:
        return {"devices": [], "no_devices": str(problem)}
    return {"devices": [each.name for each in found], "no_devices": "" if found else "none found"}


if __name__ == "__main__":
    sys.exit(main())
