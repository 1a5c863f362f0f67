"""Places in every form in which networks send them, and in the forms in which they should not."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.place.location import (
    AreaPoint,
    AreaShape,
    CallArea,
    CallLocation,
    CivicPart,
    LocationProblem,
    PlaceSource,
)
from operator_app.telephony.invite import read_invite
from operator_app.telephony.pidf_lo import MAX_BODY, read_location

PIDF = "application/pidf+xml"
D2, D3 = "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:EPSG::4979"
METRE, DEGREE = "urn:ogc:def:uom:EPSG::9001", "urn:ogc:def:uom:EPSG::9102"
CENTRE = AreaPoint(0.5367, 117.4021)
POINT = f'<gml:Point srsName="{D2}"><gml:pos>0.5367 117.4021</gml:pos></gml:Point>'


def document(inner: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"
 xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:gml="http://www.opengis.net/gml"
 xmlns:gs="http://www.opengis.net/pidflo/1.0" xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"
 xmlns:con="urn:ietf:params:xml:ns:geopriv:conf" entity="pres:caller@example">
<dm:device id="d"><gp:geopriv><gp:location-info>{inner}</gp:location-info><gp:usage-rules/>
<gp:method>GPS</gp:method></gp:geopriv><dm:timestamp>2026-11-24T08:15:30+08:00</dm:timestamp></dm:device></presence>"""


def read(inner: str) -> CallLocation:
    return whole(document(inner))


def whole(body: str, content_type: str = PIDF) -> CallLocation:
    found = read_location(["<cid:place@example>"], multipart(content_type), "", mixed(body, content_type))
    assert found is not None
    return found


def multipart(_: str = "") -> str:
    return 'multipart/mixed; boundary="b1"'


def mixed(body: str, content_type: str = PIDF, *, extra: str = "") -> str:
    return (
        "--b1\nContent-Type: application/sdp\n\nv=0\n--b1\n"
        f"Content-Type: {content_type}\nContent-ID: <place@example>\n{extra}\n{body}\n--b1--\n"
    )


def length(name: str, value: object, unit: str = METRE) -> str:
    return f'<gs:{name} uom="{unit}">{value}</gs:{name}>'


def ring(inner: str, datum: str = D2) -> str:
    return (
        f'<gml:Polygon srsName="{datum}"><gml:exterior><gml:LinearRing>{inner}'
        "</gml:LinearRing></gml:exterior></gml:Polygon>"
    )


CORNERS = (AreaPoint(0.0, 117.0), AreaPoint(0.0, 117.5), AreaPoint(0.5, 117.5))
POS = "".join(f"<gml:pos>{each}</gml:pos>" for each in ("0 117", "0 117.5", "0.5 117.5", "0 117"))


@pytest.mark.parametrize(
    ("inner", "area"),
    [
        (POINT, CallArea(AreaShape.POINT, (CENTRE,))),
        (
            f'<gml:Point srsName="{D3}"><gml:pos>0.5367 117.4021 12.5</gml:pos></gml:Point>',
            CallArea(AreaShape.POINT, (CENTRE,)),
        ),
        (
            (f'<gs:Circle srsName="{D2}"><gml:pos>0.5367 117.4021</gml:pos>{length("radius", 120)}</gs:Circle>'
            "<con:confidence>67</con:confidence>"),
            CallArea(AreaShape.CIRCLE, (CENTRE,), radius_m=120.0, confidence_percent=67.0),
        ),
        (
            (f'<gs:Ellipse srsName="{D2}"><gml:pos> 0.5367\n117.4021 </gml:pos>{length("semiMajorAxis", 77.5)}'
            f"{length('semiMinorAxis', 10)}{length('orientation', 43.2, DEGREE)}</gs:Ellipse>"),
            CallArea(
                AreaShape.ELLIPSE, (CENTRE,), semi_major_m=77.5, semi_minor_m=10.0, orientation_deg=43.2
            ),
        ),
        (ring(POS), CallArea(AreaShape.POLYGON, CORNERS)),
        (ring("<gml:posList>0 117 0 117.5 0.5 117.5 0 117</gml:posList>"), CallArea(AreaShape.POLYGON, CORNERS)),
        (
            ring("<gml:posList>0 117 9 0 117.5 9 0.5 117.5 9 0 117 9</gml:posList>", D3),
            CallArea(AreaShape.POLYGON, CORNERS),
        ),
        (
            (f'<gs:ArcBand srsName="{D2}"><gml:pos>0.5367 117.4021</gml:pos>{length("innerRadius", 500)}'
            f"{length('outerRadius', 1200)}</gs:ArcBand>"),
            CallArea(AreaShape.ARC_BAND, (CENTRE,), radius_m=1200.0),
        ),
    ],
)  # fmt: skip
def test_each_shape_is_read(inner: str, area: CallArea) -> None:
    found = read(inner)
    assert found.area == area
    assert found.problems == ()
    assert found.method == "GPS"
    assert found.measured_at == datetime(2026, 11, 24, 0, 15, 30, tzinfo=UTC)


def test_a_civic_address_comes_with_the_shape() -> None:
    found = read(
        f"{POINT}<ca:civicAddress><ca:country>ID</ca:country><ca:A3>Sangatta Utara</ca:A3>"
        "<ca:RD>Jl. Yos Sudarso</ca:RD><ca:HNO> 12 </ca:HNO><ca:LOC/></ca:civicAddress>"
    )
    assert found.area == CallArea(AreaShape.POINT, (CENTRE,))
    assert found.civic == (
        CivicPart("country", "ID"),
        CivicPart("A3", "Sangatta Utara"),
        CivicPart("RD", "Jl. Yos Sudarso"),
        CivicPart("HNO", "12"),
    )


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        ('<gml:Point srsName="urn:ogc:def:crs:EPSG::9999"><gml:pos>1 2</gml:pos></gml:Point>', "unknown_datum"),
        (POINT.replace("0.5367", "91"), "bad_position"),
        (POINT.replace("117.4021", "nan"), "bad_position"),
        (POINT.replace("0.5367 117.4021", "0.5"), "bad_position"),
        (POINT.replace("0.5367 117.4021", ""), "bad_position"),
        (ring("<gml:pos>0 1</gml:pos><gml:pos>0 2</gml:pos>"), "bad_position"),
        (ring("<gml:posList>0 1 0 2 0</gml:posList>"), "bad_position"),
        (ring(f"<gml:posList>{'0 1 ' * 5000}</gml:posList>"), "bad_position"),
        ('<gml:Polygon srsName="EPSG:4326"/>', "bad_position"),
        ("<gml:Curve/>", "unknown_shape"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named_and_never_guessed(inner: str, problem: str) -> None:
    found = read(inner)
    assert found.area is None
    assert found.problems == (LocationProblem(problem),)


@pytest.mark.parametrize(
    "radius", [length("radius", 3, "urn:ogc:def:uom:EPSG::9002"), "", length("radius", -1)]
)
def test_a_circle_without_a_readable_radius_stays_a_circle_of_unknown_size(radius: str) -> None:
    found = read(f'<gs:Circle srsName="{D2}"><gml:pos>0.5367 117.4021</gml:pos>{radius}</gs:Circle>')
    assert found.area == CallArea(AreaShape.CIRCLE, (CENTRE,))
    assert found.problems == (LocationProblem.UNKNOWN_UNIT,)


def test_the_first_place_counts() -> None:
    found = read(f"{POINT}{POINT.replace('0.5367', '5')}")
    assert found.area is not None
    assert found.area.points == (CENTRE,)


def tuple_of(inner: str, method: str = "", at: str = "") -> str:
    told = f"<gp:method>{method}</gp:method>" if method else ""
    when = f"<timestamp>{at}</timestamp>" if at else ""
    return (
        f"<tuple><status><gp:geopriv><gp:location-info>{inner}</gp:location-info><gp:usage-rules/>{told}"
        f"</gp:geopriv></status>{when}</tuple>"
    )


def presence(*tuples: str) -> str:
    return document("").partition("<dm:device")[0] + "".join(tuples) + "</presence>"


CIVIC = "<ca:civicAddress><ca:A3>Sangatta Utara</ca:A3></ca:civicAddress>"
OLD, NEW = "2019-01-01T00:00:00Z", "2026-11-29T01:00:00Z"
NOW, THEN = datetime(2026, 11, 29, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)


def test_each_place_keeps_its_own_method_and_time() -> None:
    found = whole(presence(tuple_of(CIVIC, "Manual", OLD), tuple_of(POINT, "GPS", NEW)))
    assert found.area == CallArea(AreaShape.POINT, (CENTRE,))
    assert (found.method, found.measured_at) == ("GPS", NOW)
    assert found.civic_source == PlaceSource("Manual", THEN)
    alone = whole(presence(tuple_of(CIVIC, "Manual", OLD)))
    assert (alone.method, alone.measured_at, alone.civic_source) == ("Manual", THEN, None)
    together = whole(presence(tuple_of(CIVIC + POINT, "DHCP", OLD), tuple_of(POINT, "GPS", NEW)))
    assert (together.method, together.civic_source) == ("DHCP", None)


def test_a_place_that_cannot_be_read_lends_its_method_to_nobody() -> None:
    found = whole(presence(tuple_of("<gml:Curve/>", "Cell", OLD), tuple_of(POINT, "GPS", NEW)))
    assert (found.method, found.measured_at) == ("GPS", NOW)
    only = whole(presence(tuple_of("<gml:Curve/>", "Cell", OLD)))
    assert (only.area, only.method) == (None, "Cell")


def test_of_two_documents_the_header_says_the_order_and_who_put_each_in() -> None:
    first = presence(tuple_of(POINT.replace("0.5", "7.5"), "Cell", OLD))
    second = presence(tuple_of(POINT, "GPS", NEW))
    body = (
        f"--b1\nContent-Type: {PIDF}\nContent-ID: <a@x>\n\n{first}\n"
        f"--b1\nContent-Type: {PIDF}\nContent-ID: <b@x>\n\n{second}\n--b1--"
    )
    found = read_location(["<cid:b@x>;inserted-by=near", "<cid:a@x>;inserted-by=far"], multipart(), "", body)
    assert found is not None
    assert found.area == CallArea(AreaShape.POINT, (CENTRE,))
    assert (found.method, found.inserted_by) == ("GPS", "near")


@pytest.mark.parametrize(
    "inner",
    [
        f"<gml:location>{POINT}</gml:location>",
        f"<gml:Feature><gml:locationProperty>{POINT}</gml:locationProperty></gml:Feature>",
        POINT.replace("gml:pos", "gml:coordinates").replace("0.5367 117.4021", "0:32:12.12N 117:24:7.56E"),
        POINT.replace("gml:pos", "gml:coordinates").replace("0.5367 117.4021", "117:24:7.56e, 0:32:12.12n"),
        POINT.replace(D2, "http://www.opengis.net/def/crs/EPSG/0/4326"),
        POINT.replace(D2, "urn:ogc:def:crs:EPSG:6.6:4326"),
        POINT.replace(D2, "http://www.opengis.net/gml/srs/epsg.xml#4326"),
        POINT.replace(D2, "epsg:4326"),
    ],
)
def test_what_other_writers_make_of_a_point_is_read(inner: str) -> None:
    found = read(inner)
    assert found.problems == ()
    assert found.area is not None
    (point,) = found.area.points
    assert (round(point.latitude, 6), round(point.longitude, 6)) == (CENTRE.latitude, CENTRE.longitude)


@pytest.mark.parametrize(
    "datum", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:32650", "urn:ogc:def:crs:EPSG::43260"]
)
def test_another_datum_is_not_guessed_at(datum: str) -> None:
    assert read(POINT.replace(D2, datum)).problems == (LocationProblem.UNKNOWN_DATUM,)


@pytest.mark.parametrize(
    ("unit", "value", "degrees"),
    [
        ("urn:ogc:def:uom:EPSG::9101", "0.754", 43.2),
        (DEGREE, "43.2", 43.2),
        ("urn:ogc:def:uom:EPSG::9105", "48", None),
    ],
)
def test_an_angle_is_told_in_degrees_or_not_at_all(unit: str, value: str, degrees: float | None) -> None:
    found = read(
        f'<gs:Ellipse srsName="{D2}"><gml:pos>0.5367 117.4021</gml:pos>{length("semiMajorAxis", 77.5)}'
        f"{length('semiMinorAxis', 10)}{length('orientation', value, unit)}</gs:Ellipse>"
    )
    assert found.area is not None
    told = found.area.orientation_deg
    assert (None if told is None else round(told, 1)) == degrees
    assert (LocationProblem.UNKNOWN_UNIT in found.problems) == (degrees is None)


def test_a_reference_without_brackets_is_one() -> None:
    found = read_location(["https://lis.example/abc;inserted-by=x"], "application/sdp", "", "v=0")
    assert found == CallLocation(references=("https://lis.example/abc",), inserted_by="x")
    assert read_location(["cid:place@example"], multipart(), "", mixed(document(POINT))) == read(POINT)


def test_quoted_printable_is_undone_and_a_place_far_behind_is_found() -> None:
    quoted = document(POINT).replace("=", "=3D").replace("0.5367", "0.53=\n67")
    body = mixed(quoted, extra="Content-Transfer-Encoding: quoted-printable\n")
    found = read_location(["<cid:place@example>"], multipart(), "", body)
    assert found == read(POINT)
    far = "--b1\nContent-Type: text/plain\n\nx\n" * 40 + mixed(document(POINT))
    assert read_location(["<cid:place@example>"], multipart(), "", far) == read(POINT)
    endless = "--b1\nContent-Type: text/plain\n\nx\n" * 90 + mixed(document(POINT))
    told = read_location(["<cid:place@example>"], multipart(), "", endless)
    assert told is not None
    assert told.problems == (LocationProblem.TOO_LARGE,)


def test_references_are_named_and_not_fetched() -> None:
    header = '<cid:place@example>;inserted-by="lis.example", <https://lis.example/abc>;x=y, <sips:p@example>'
    found = read_location([header], multipart(), "", mixed(document(POINT)))
    assert found is not None
    assert found.references == ("https://lis.example/abc", "sips:p@example")
    assert found.inserted_by == "lis.example"
    assert found.area is not None
    only = read_location(["<https://lis.example/abc>"], "application/sdp", "", "v=0")
    assert only == CallLocation(references=("https://lis.example/abc",))


def test_the_content_id_decides() -> None:
    body = mixed(document(POINT)).replace("--b1--", "").replace("<place@example>", "<other@example>", 1)
    other = document(POINT.replace("0.5", "7.5"))
    body += f"--b1\nContent-Type: {PIDF}\nContent-ID: <place@example>\n\n{other}\n--b1--"
    found = read_location(["<cid:place%40example>"], multipart(), "", body)
    assert found is not None
    assert found.area is not None
    assert found.area.points == (AreaPoint(7.5367, 117.4021),)
    assert found.problems == ()


def test_a_place_that_no_header_names_is_used_and_said_so() -> None:
    found = read_location([], multipart(), "", mixed(document(POINT)))
    assert found is not None
    assert found.area is not None
    assert found.problems == (LocationProblem.NOT_ANNOUNCED,)


def test_a_header_that_points_nowhere_is_told() -> None:
    found = read_location(["<cid:place@example>"], "application/sdp", "", "v=0")
    assert found == CallLocation(problems=(LocationProblem.BODY_MISSING,))


def test_base64_and_nested_parts_are_opened() -> None:
    packed = base64.b64encode(document(POINT).encode()).decode()
    inner = mixed(packed, extra="Content-Transfer-Encoding: base64\n").replace("b1", "b2")
    body = f"--b1\nContent-Type: multipart/mixed;\n boundary=b2\n\n{inner}\n--b1--"
    found = read_location(["<cid:place@example>"], multipart(), "", body)
    assert found is not None
    assert found.area == CallArea(AreaShape.POINT, (CENTRE,))


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (BOMB + "<x>&b;</x>", "forbidden_xml"),
        (FILE + "<x>&a;</x>", "forbidden_xml"),
        ("<!DOCTYPE x><x/>", "forbidden_xml"),
        (document(POINT)[:-30], "bad_xml"),
        ("", "bad_xml"),
        ("\x00", "bad_xml"),
        ("<a>\udcff</a>", "bad_xml"),
        ("<a>" * 20_000, "bad_xml"),
        ("x" * (MAX_BODY + 1), "too_large"),
    ],
)
def test_hostile_documents_are_named_and_harmless(body: str, problem: str) -> None:
    assert whole(body).problems == (LocationProblem(problem),)


def test_twenty_thousand_levels_are_read_and_let_go() -> None:
    assert whole("<a>" * 9_000 + "</a>" * 9_000).area is None


@given(st.data())
def test_no_mutilation_breaks_the_reading(data: st.DataObject) -> None:
    message = (
        "INVITE sip:112@10.0.0.1 SIP/2.0\r\nFrom: <sip:1@b>;tag=1\r\nGeolocation: <cid:place@example>\r\n"
        f"Content-Type: {multipart()}\r\n\r\n{mixed(document(ring(POS)))}"
    )
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(message)))
        end = start + data.draw(st.integers(0, 60))
        message = message[:start] + data.draw(st.text(max_size=12)) + message[end:]
    found = read_invite(message).location
    if found is not None and found.area is not None:
        assert all(abs(each.latitude) <= 90 and abs(each.longitude) <= 180 for each in found.area.points)


@given(st.text(max_size=300), st.text(max_size=80), st.text(max_size=300))
def test_no_text_breaks_the_reading(header: str, boundary: str, text: str) -> None:
    read_location([header, f"<{header}>"], f"multipart/{boundary};boundary={boundary}", text[:9], text)
    read_location([], PIDF, "base64", text)
