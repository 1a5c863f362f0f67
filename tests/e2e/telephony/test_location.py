"""The place that comes with a real INVITE, through the library, the engine and the wire."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.domain.line import LineOffered
from operator_app.domain.place.location import (
    AreaPoint,
    AreaShape,
    CallArea,
    CallLocation,
    CivicPart,
    LocationProblem,
)
from operator_app.room.peers import SippCall, SippCaller
from operator_app.room.processes import Crew
from tests.e2e.telephony.rig import Rig, settings

PLACE = """<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"
 xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0"
 xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" entity="pres:1@x"><tuple id="a"><status>
<gp:geopriv><gp:location-info><gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>0.5367 117.4021</gml:pos>
<gs:radius uom="urn:ogc:def:uom:EPSG::9001">120</gs:radius></gs:Circle>
<ca:civicAddress><ca:RD>Jalan Pésona</ca:RD></ca:civicAddress></gp:location-info><gp:usage-rules/>
<gp:method>Cell</gp:method></gp:geopriv></status></tuple></presence>"""


def multipart(place: str) -> SippCall:
    plain = SippCall()
    parts = [
        f"--mid\nContent-Type: application/sdp\n\n{plain.body}\n",
        f"--mid\nContent-Type: application/pidf+xml\nContent-ID: <place@example>\n\n{place}\n",
        "--mid--",
    ]
    headers = {
        "P-Asserted-Identity": "<tel:+62811555666>",
        "Geolocation": '<cid:place@example>;inserted-by="lis.example", <https://lis.example/7>',
        "Geolocation-Routing": "yes",
        "MIME-Version": "1.0",
    }
    return SippCall(
        headers=headers, body="".join(parts), content_type="multipart/mixed; boundary=mid", talk_ms=50
    )


@pytest.mark.parametrize("tcp", [False, True])
def test_a_circle_and_an_address_come_with_the_call(tmp_path: Path, crew: Crew, tcp: bool) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            caller = SippCaller(crew, "sipp", seat.address, multipart(PLACE), tcp=tcp)
            offered = await seat.signals.wait(LineOffered)
            assert offered.number == "+62811555666"
            assert offered.location == CallLocation(
                area=CallArea(AreaShape.CIRCLE, (AreaPoint(0.5367, 117.4021),), radius_m=120.0),
                civic=(CivicPart("RD", "Jalan Pésona"),),
                references=("https://lis.example/7",),
                method="Cell",
                inserted_by="lis.example",
            )
            assert seat.phone.calls()[0].location == offered.location
            await seat.phone.answer(offered.call_id)
            assert (await seat.ended(offered)).code == 200
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (PLACE[:-40], LocationProblem.BAD_XML),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1/"><x/>', LocationProblem.FORBIDDEN_XML),
        (PLACE.replace("117.4021", "1e999"), LocationProblem.BAD_POSITION),
    ],
)
def test_a_malformed_place_costs_no_call(
    tmp_path: Path, crew: Crew, place: str, problem: LocationProblem
) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            caller = SippCaller(crew, "sipp", seat.address, multipart(place))
            offered = await seat.answer_next()
            assert offered.location is not None
            assert offered.location.area is None
            assert offered.location.problems == (problem,)
            assert (await seat.ended(offered)).code == 200
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


def test_only_a_reference_is_named_as_such(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        async with Rig(tmp_path, settings()) as seat:
            call = replace(SippCall(give_up_ms=50), headers={"Geolocation": "<https://lis.example/7>"})
            caller = SippCaller(crew, "sipp", seat.address, call)
            offered = await seat.signals.wait(LineOffered)
            assert offered.location == CallLocation(references=("https://lis.example/7",))
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())
