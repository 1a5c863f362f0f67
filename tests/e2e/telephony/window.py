"""A window that can be killed: answers every call and says so. Arguments: run folder, settings as JSON."""

import asyncio
import json
import sys
from pathlib import Path

from operator_app.domain.line import LineConnected, LineOffered, LineSignal
from operator_app.telephony.codec import from_plain
from operator_app.telephony.phone import EnginePhone
from operator_app.telephony.settings import EngineSettings
from tests.e2e.telephony.rig import ENGINE


async def main(run_dir: Path, settings: EngineSettings) -> None:
    phone = EnginePhone(settings, run_dir, command=ENGINE)
    answers: set[asyncio.Task[None]] = set()

    def listen(signal: LineSignal) -> None:
        if isinstance(signal, LineOffered):
            answers.add(asyncio.create_task(phone.answer(signal.call_id)))
        if isinstance(signal, LineConnected):
            print("connected", signal.call_id, flush=True)

    phone.subscribe(listen)
    await phone.start()
    assert phone.ready is not None
    print("ready", phone.ready.address, phone.engine_pid, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), from_plain(EngineSettings, json.loads(sys.argv[2]))))
