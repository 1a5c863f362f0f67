"""The 49 messages of RFC 4475 at an engine with a call in hand: what each is answered, and that the call goes on."""

import asyncio
import hashlib
import os
import re
import socket
from pathlib import Path

import pytest

from tests.e2e.telephony.raw_sip import RawPeer
from tests.e2e.telephony.rfc4475 import Torture, messages
from tests.e2e.telephony.rig import until
from tests.e2e.telephony.test_hostile import TurnAway, busy_seat

SHA256 = {
    "wsinv": "d6f6cdee99cd0a1f8e3d9a0fdd67c877700e19ab86d8186dada06f61260e3e61",
    "intmeth": "b957a8292c1c0a9851fe94705b90f94320738f43aacde64998e401f742ef688d",
    "esc01": "be3a316d4ce5f69cad474646191e390dd4b50fc8371e44b5197fe1237781973e",
    "escnull": "263fe2ecd12a5ccbb6c67b3174e9211d11da9b600e7d69666a86d2ee42873e90",
    "esc02": "9a9c59449f00327b02071feafc8e5c2a261c98c818044167894cc17809a12199",
    "lwsdisp": "d1b36b6316c12824f6f04bf6b1fd1f021cade9b74871693b9c3474cd9fa7f4e6",
    "longreq": "185739292bc676760e5b1cca77c87705aa570240171c506ad76f8c35af0ecdaa",
    "dblreq": "a6be48426565c2a705389c4ce2ea17e57b891cb13f80490a2cb9392c797b46ef",
    "semiuri": "87bbaed6b4b354dbd3c5c7a20e66686303c63e43a0aa19b89de1ac75231611a2",
    "transports": "33b4553a3b9418121b099ff07882535151edd6a1e81898c63a916aad2cbf90bc",
    "mpart01": "92147c8e24997bac59629e1b163767697d0d6d499af87f89e325d69968bec3ba",
    "unreason": "4f939d6ebf4817eea70f011d3209e83732872ffc20ffd304b244084dc392f4d7",
    "noreason": "07e11e470a69fffa3674de805e5165d1351a9439a91045ee70c9570ea24ab4fe",
}
"""Of the standard's own archive, as far as they are known here; the others were written from its text."""

RINGS, NOBODY, UNREADABLE, STRAY = 180, 501, 0, -1
ANSWERED = {
    "wsinv": 481,  # its To has a tag: it belongs to a dialog that is not there
    "intmeth": NOBODY,
    "esc01": RINGS,
    "escnull": NOBODY,
    "esc02": NOBODY,
    "lwsdisp": 200,
    "longreq": RINGS,
    "dblreq": NOBODY,
    "semiuri": 200,
    "transports": 200,
    "mpart01": 405,
    "unreason": STRAY,
    "noreason": STRAY,
    "badinv01": 400,
    "clerr": 400,  # its body is shorter than it says
    "ncl": 400,
    "scalar02": 400,
    "scalarlg": UNREADABLE,
    "quotbal": 400,
    "ltgtruri": 400,
    "lwsruri": 400,
    "lwsstart": RINGS,
    "trws": 200,
    "escruri": RINGS,
    "baddate": RINGS,
    "regbadct": 400,
    "badaspec": 200,
    "baddn": 200,
    "badvers": 505,
    "mismatch01": 200,
    "mismatch02": NOBODY,
    "bigcode": UNREADABLE,
    "badbranch": 200,
    "insuf": 400,
    "unkscm": 416,
    "novelsc": 416,
    "unksm2": NOBODY,
    "bext01": 200,
    "invut": 415,
    "regaut01": 400,
    "multi01": 400,  # and its body is shorter than it says
    "mcl01": 200,
    "bcast": STRAY,
    "zeromf": 200,
    "cparam01": NOBODY,
    "cparam02": NOBODY,
    "regescrt": NOBODY,
    "sdp01": RINGS,
    "inv2543": 400,  # its offer has no codec that is spoken here
}
"""First final answer, or RINGS. An answer that cannot be read gets none, nor does a stray one; the first is logged."""


def test_the_messages_are_those_of_the_standard_to_the_byte() -> None:
    by_name = {each.name: each.data for each in messages()}
    assert len(by_name) == len(messages()) == 49
    assert set(by_name) == set(ANSWERED)
    assert {name: hashlib.sha256(by_name[name]).hexdigest() for name in SHA256} == SHA256


@pytest.mark.parametrize(("name", "part"), [
    ("scalar02", b"Expires: 1" + b"0" * 100 + b"\r\n"),
    ("trws", b"OPTIONS sip:remote-target@example.com SIP/2.0  \r\n"),
    ("clerr", b"Content-Length: 9999\r\n\r\nv=0\r\n"),
    ("ncl", b"Content-Length: -999\r\n\r\nv=0\r\n"),
    ("invut", b'\r\n\r\n<audio>\r\n <pcmu port="443"/>\r\n</audio>\r\n'),
    ("ltgtruri", b"\r\nt=3149328700 0\r\n"),
])  # fmt: skip
def test_what_is_odd_about_them_is_in_them(name: str, part: bytes) -> None:
    assert part in next(each.data for each in messages() if each.name == name)


class Sender:
    """An address of its own for one message: answers go to the port that its Via names."""

    def __init__(self, number: int) -> None:
        self.address = f"127.{1 + os.getpid() % 250}.{1 + os.getpid() // 250 % 250}.{number + 1}"
        self._sockets = []
        for port in (5060, 5050, 5070):
            each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            each.bind((self.address, port))
            each.setblocking(False)
            self._sockets.append(each)

    def send(self, data: bytes, target: tuple[str, int]) -> None:
        """Say it."""
        self._sockets[0].sendto(data, target)

    def codes(self) -> list[int]:
        """Return the status codes that have come by now."""
        found = []
        for each in self._sockets:
            try:
                while True:
                    found.append(int(each.recv(65_536).split(b" ")[1]))
            except BlockingIOError:
                continue
        return found

    def close(self) -> None:
        """Give the address back."""
        for each in self._sockets:
            each.close()


def own_branch(message: Torture, number: int) -> bytes:
    """Return it with a branch of its own: many share one, and would be repetitions of each other."""
    return re.sub(rb"(branch\s*=\s*[^,;\r\n]+)", rb"\1.%d" % number, message.data, count=1)


async def first_answer(sender: Sender, peer: RawPeer, expected: int) -> int:
    """Return what it was answered; one that gets none is waited for until the engine has answered a later request."""
    codes: list[int] = []

    def look() -> int | None:
        codes.extend(sender.codes())
        return next((code for code in codes if code > 100), None)

    if expected > 0:
        return await until("an answer", look)
    await peer.alive()
    return look() or expected


def test_each_is_answered_for_itself_and_the_call_in_hand_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with busy_seat(tmp_path) as busy:
            turn_away = TurnAway(busy.seat)
            with RawPeer(busy.seat.address) as peer:
                answers = {}
                for number, each in enumerate(messages()):
                    sender = Sender(number)
                    try:
                        sender.send(own_branch(each, number), peer.target)
                        answers[each.name] = await first_answer(sender, peer, ANSWERED[each.name])
                    finally:
                        sender.close()
                for each in messages():  # and once as they stand, one after the other
                    peer.send(each.data)
                    await peer.alive()
            assert answers == ANSWERED
            await turn_away.stop()
            assert turn_away.count >= sum(code == RINGS for code in ANSWERED.values())

    asyncio.run(story())
    log = (tmp_path / "seat" / "pj.log").read_text(errors="replace")
    dropped = re.findall(r"packet from (?:UDP )?127\.\d+\.\d+\.(\d+):5060", log)
    unreadable = [name for name, code in ANSWERED.items() if code == UNREADABLE]
    named = {messages()[int(number) - 1].name for number in dropped}
    assert set(unreadable) <= named, "each that cannot be read and gets no answer is named in the log"
