"""The same phone on the loop of a window (qasync on Qt)."""

import asyncio
from pathlib import Path

import qasync
from PySide6.QtWidgets import QApplication

from operator_app.domain.line import LineConnected, LineLost, LineReady
from operator_app.telephony.process import kill
from tests.e2e.telephony.rig import Rig, settings


def test_call_and_restart_under_qasync(tmp_path: Path, qapp: QApplication) -> None:
    async def story() -> None:
        seat = Rig(tmp_path, settings())
        far = Rig(tmp_path, settings(user="0811"), "far")
        async with seat, far:
            await far.phone.dial(f"sip:112@{seat.address}")
            offered = await seat.answer_next()
            await seat.signals.wait(LineConnected)
            so_far = len(seat.signals.all)
            kill(seat.pid)
            assert (await seat.signals.wait(LineLost)).cut == (offered.call_id,)
            await seat.signals.wait(LineReady, after=so_far)

    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    try:
        with loop:
            loop.run_until_complete(story())
    finally:
        asyncio.set_event_loop(None)
