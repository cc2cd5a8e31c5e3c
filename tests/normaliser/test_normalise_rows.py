"""What holds for every answer: nothing raises, nothing is invented, nothing is lost without a count."""

from __future__ import annotations

import contextlib
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import context, history, identity, inverter, read

from collector.catalogue.fusionsolar import CATALOGUE, INTERFACES, fields_for
from collector.errors import AnswerUnreadable
from collector.lineprotocol import parse
from collector.normaliser import Context, Report, normalise
from collector.normaliser.columns import Habits
from collector.normaliser.plan import plan_for

KEYS = [column.key for column in plan_for(CATALOGUE, INTERFACES["getDevHistoryKpi"], 1, Habits()).columns]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
readings = st.none() | st.integers(-(10**9), 10**9) | st.floats()
rows = st.tuples(
    st.integers(0, 2000),
    st.dictionaries(st.sampled_from(KEYS), readings, max_size=12)
    | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), json_values, max_size=6),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(rows, max_size=6), st.integers(1, 4))
def test_any_indicators_make_lines_of_finite_floats(sent, size):
    """Whatever a row holds, its lines are line protocol with floats, and slicing changes none of them."""
    body = history(*sent)
    lines, report = read(body, inverter())
    for line in lines:
        point = parse(line.encode())
        assert all(math.isfinite(value) for value in point.fields.values())
        assert dict(point.tags)["device_id"] == "7"
    assert read(body, inverter(), rows_per_slice=size) == (lines, report)
    assert report.rows == len(sent)
    assert report.lines == len(lines)


@settings(max_examples=60, deadline=None)
@given(
    json_values, st.sampled_from(["getDevHistoryKpi", "getDevKpiDay", "getDevRealKpi", "getInventerRealKpi"])
)
def test_any_rows_are_read_or_counted(data, interface):
    """Rows of any shape never stop an answer; only a wrapping that cannot be read does."""
    body = json.dumps({"data": data, "params": {"currentTime": 1503046597854}}).encode()
    try:
        lines, report = read(body, inverter(interface))
    except AnswerUnreadable:
        assert not isinstance(data, list)
        assert data is not None
        return
    assert report.rows == (len(data) if data else 0)
    assert lines == []


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(body):
    """Damage is refused with the one error that its reader expects."""
    with contextlib.suppress(AnswerUnreadable):
        assert read(body, inverter())[0] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>maintenance</html>",
        b"[]",
        b'"text"',
        b"[" * 100_000,
        b'{"data":' + b"[" * 100_000,
        b'{"data":{}}',
        b'{"data":"ACCESS_FREQUENCY_IS_TOO_HIGH"}',
        b'{"data":[{}',
    ],
)
def test_what_is_no_answer_is_refused(body):
    """Pages, cut answers and texts in the place of rows raise, and keep the bytes."""
    with pytest.raises(AnswerUnreadable) as raised:
        read(body, inverter())
    assert raised.value.body == body


def test_a_live_answer_without_any_clock_is_refused():
    """A time is never invented."""
    body = json.dumps({"data": [{"devId": 7, "dataItemMap": {"active_power": 1}}], "params": {}}).encode()
    with pytest.raises(AnswerUnreadable):
        read(body, inverter("getDevRealKpi"))
    lines, report = read(body, inverter("getDevRealKpi", date_ms=1503046799999))
    assert lines[0].endswith(" active_power_kw=1.0 1503046500000000000")
    assert report.answer_ms == 1503046799999
    assert report.stamps == {"7": [1503046500000]}


@pytest.mark.parametrize("bad", ['"N/A"', "NaN", "1e999", "true", "[1]", '"12,5"', "-Infinity"])
def test_one_bad_value_costs_no_other(bad):
    """The fast and the slow way read the rest of a row, and the rows around it, alike."""
    good = history((0, {"active_power": 1.5, "day_cap": 2}), (5, {"active_power": 1.5, "day_cap": 2}))
    spoilt = good.replace(b'"active_power": 1.5', b'"active_power": ' + bad.encode(), 1)
    lines, _ = read(spoilt, inverter())
    whole, _ = read(good, inverter())
    assert lines == [whole[0].replace("active_power_kw=1.5,", ""), whole[1]]


def test_an_unknown_key_is_kept_and_the_next_row_takes_the_fast_way(monkeypatch):
    """A new indicator is stored under its own name from the first row; it costs one slow row an answer."""
    slow = []
    from collector.normaliser import rows as module

    read_row = module.read_row
    monkeypatch.setattr(module, "read_row", lambda row, *rest: slow.append(row) or read_row(row, *rest))
    body = history(*((minute, {"active_power": 1, "fresh.key": minute}) for minute in range(0, 50, 5)))
    lines, report = read(body, inverter(), rows_per_slice=3)
    assert [parse(line.encode()).fields["vendor_fresh_key"] for line in lines] == list(range(0, 50, 5))
    assert report.unknown_keys == {"fresh.key": 10}
    assert report.unreadable == 0
    assert len(slow) == 1


def test_an_unknown_key_that_comes_later_is_kept():
    """A row that differs from the one before by an unknown key alone is not written like it."""
    lines, _ = read(history((0, {"active_power": 1}), (5, {"active_power": 1, "fresh": 2})), inverter())
    assert parse(lines[1].encode()).fields == {"active_power_kw": 1.0, "vendor_fresh": 2.0}


def test_two_unknown_keys_that_look_alike_stay_two_fields():
    """A name cannot hold every character of a key; no value is lost by that."""
    lines, _ = read(history((0, {"a b": 1, "a.b": 2, "a_b": 3})), inverter())
    assert sorted(parse(lines[0].encode()).fields.values()) == [1.0, 2.0, 3.0]


def test_a_percent_sign_in_an_id_is_no_template():
    """Ids are the vendor's text."""
    asked = context("getDevHistoryKpi", {"7": identity("NE=%b%d", "7%s", "inverter", 1)}, type_id=1)
    lines, _ = read(history((0, {"active_power": 1})), asked)
    assert dict(parse(lines[0].encode()).tags)["plant_id"] == "NE=%b%d"


def test_the_newest_row_is_told_whatever_the_order():
    """Status and alarms see the newest values, not the last row."""
    body = history(
        (10, {"active_power": 2, "day_cap": 7}), (15, {"active_power": 3}), (5, {"active_power": 1})
    )
    _, report = read(body, inverter(), rows_per_slice=1)
    assert report.newest == {"7": (1501863300000000000, {"active_power_kw": 3.0})}
    assert report.stamps == {"7": [1501863000000, 1501863300000, 1501862700000]}


def test_a_report_grows_over_several_answers():
    """One report may stand for the pages of one question."""
    report = Report()
    for minute in (5, 0):
        for _ in normalise(history((minute, {"active_power": minute})), inverter(), report):
            pass
    assert report.newest["7"] == (1501862700000000000, {"active_power_kw": 5.0})
    assert report.stamps == {"7": [1501862700000, 1501862400000]}
    assert report.lines == 2


def test_a_string_is_kept_from_the_first_row_that_shows_it():
    """Zeros of strings that do not exist are no readings; once seen, a string keeps its zeros."""
    dark, lit = {"pv1_u": 1, "pv1_i": 0.1}, {"pv1_u": 500, "pv1_i": 0.11}
    lines, report = read(history((0, dark), (5, lit), (10, dark)), inverter())
    assert [parse(line.encode()).time_ns for line in lines] == [1501862700000000000, 1501863000000000000]
    assert report.strings_shown == {"7": {1}}
    lines, report = read(history((0, dark)), inverter(strings_shown={"7": frozenset({1})}))
    assert len(lines) == 1
    assert report.strings_shown == {}


@pytest.mark.parametrize(
    ("currents", "deviations"),
    [
        ((8.0, 8.0, 4.0), (0.0, 0.0, -50.0)),
        ((2.0, 4.0), (-33.33, 33.33)),
        ((1.0, 1.0, 1.0), (None, None, None)),
        ((1.02, 1.02, 0.2), (0.0, 0.0, -80.39)),
        ((9.0,), (0.0,)),
        ((1e300, 1e300), (None, None)),
    ],
)
def test_strings_are_compared_with_their_median(currents, deviations):
    """The deviation is in percent of the median, to 0.01 %, and only where the median is above 1 A."""
    items = {f"pv{number}_i": current for number, current in enumerate(currents, start=1)}
    lines, _ = read(history((0, items)), inverter())
    assert tuple(parse(line.encode()).fields.get("dev_pct") for line in lines) == deviations


def test_a_scaled_number_beyond_a_float_is_unreadable():
    """No infinity reaches a database."""
    rows = [{"stationCode": "A", "collectTime": 1501776000000, "dataItemMap": {"reduction_total_co2": 1e306}}]
    asked = context("getKpiStationDay", {"A": identity("A")})
    lines, report = read(json.dumps({"data": rows}).encode(), asked)
    assert lines == []
    assert report.unreadable == 1


def test_zones_are_learned_from_stamps():
    """The offset that stamps show is told by member, and where it contradicts the zone, apart."""
    rows = [{"stationCode": "A", "collectTime": 1501776000000, "dataItemMap": {"inverter_power": 1}}]
    for zone, conflicts in (("", {}), ("Asia/Shanghai", {}), ("Europe/Paris", {"A": 28800})):
        asked = context("getKpiStationDay", {"A": identity("A", zone=zone)})
        _, report = read(json.dumps({"data": rows}).encode(), asked)
        assert report.offsets == {"A": 28800}
        assert report.zone_conflicts == conflicts


def test_hours_without_a_zone_have_no_local_date():
    """A date is not guessed from an hour."""
    rows = [{"stationCode": "A", "collectTime": 1501873200000, "dataItemMap": {"inverter_power": 1}}]
    for zone, date in (("", None), ("Asia/Shanghai", "2017-08-05"), ("America/New_York", "2017-08-04")):
        asked = context("getKpiStationHour", {"A": identity("A", zone=zone)})
        lines, _ = read(json.dumps({"data": rows}).encode(), asked)
        assert parse(lines[0].encode()).fields.get("local_date") == date


def test_devices_of_several_types_are_read_by_their_own_type():
    """Where a call names no type, each member's decides."""
    asked = context(
        "getDevRealKpi",
        {"1": identity("P", "1", "inverter", 1), "2": identity("P", "2", "meter", 17)},
        date_ms=1503046799999,
    )
    data = [{"devId": code, "dataItemMap": {"active_power": 2000}} for code in (1, 2)]
    lines, _ = read(json.dumps({"data": data}).encode(), asked)
    assert [parse(line.encode()).fields for line in lines] == [
        {"active_power_kw": 2000.0},
        {"active_power_kw": 2.0},
    ]
    assert [parse(line.encode()).measurement for line in lines] == ["pv_inverter", "pv_meter"]


@pytest.mark.parametrize(
    "interface", ["getStationRealKpi", "getKpiStationDay", "getDevHistoryKpi", "getDevKpiYear"]
)
@pytest.mark.parametrize("type_id", [1, 10, 17, 38, 39, 41, 47])
def test_every_row_of_the_catalogue_reaches_its_field(interface, type_id):
    """A number under any key of the catalogue is stored under the name, in the measurement and in the unit that its row says."""
    plants = INTERFACES[interface].subject.value == "plant"
    member = identity("P") if plants else identity("P", "7", "device", type_id)
    asked = context(
        interface,
        {"7": member},
        type_id=None if plants else type_id,
        date_ms=1503046799999,
        strings_shown={"7": frozenset({2})},
    )
    for row in fields_for(interface, None if plants else type_id):
        key = row.key.replace("{n}", "2")
        sent = {
            "stationCode" if plants else "devId": "7",
            "collectTime": 1501776000000,
            "dataItemMap": {key: 3},
        }
        lines, _ = read(json.dumps({"data": [sent]}).encode(), asked)
        point = parse(lines[0].encode())
        assert point.measurement == row.measurement
        assert point.fields[row.name] == pytest.approx(3 * row.factor)
        assert dict(point.tags).get(row.tag) == ("02" if row.tag else None)


def test_interfaces_without_readings_are_a_mistake_of_the_caller():
    """Lists and alarms have readers of their own."""
    for name in ("login", "stations", "getAlarmList"):
        with pytest.raises(ValueError):
            read(b'{"data":[]}', inverter(name))
    with pytest.raises(ValueError):
        list(normalise(b'{"data":[]}', Context(INTERFACES["getDevHistoryKpi"], {}), Report()))


def test_currents_of_the_newest_row_are_told_by_string():
    """The comparison of strings needs the currents of one row, those of shown strings only; a newer row without any tells none."""
    shown = {"strings_shown": {"7": frozenset({1, 2})}}
    bright = {"active_power": 3.0, "pv1_i": 5.0, "pv2_i": 6.0, "pv3_i": 0.0}
    _, report = read(history((5, bright), (0, bright | {"pv1_i": 1.0})), inverter(**shown))
    assert report.strings == {"7": (1501862700000000000, {1: 5.0, 2: 6.0})}
    _, report = read(history((5, bright), (10, {"active_power": 3.0})), inverter(**shown), rows_per_slice=1)
    assert report.strings == {}


def test_days_of_plants_are_told_by_date():
    """Values over days need every day row of an answer, and no other calendar row."""
    rows = [
        {"stationCode": "A", "collectTime": stamp, "dataItemMap": {"inverter_power": power}}
        for stamp, power in ((1795132800000, 3.0), (1795219200000, 4.0))
    ]
    body = json.dumps({"success": True, "data": rows, "params": {}}).encode()
    asked = {"A": identity("A", zone="Etc/UTC")}
    _, report = read(body, context("getKpiStationDay", asked))
    assert {day: fields["yield_kwh"] for day, fields in report.days["A"].items()} == {
        "2026-11-20": 3.0,
        "2026-11-21": 4.0,
    }
    for other in ("getKpiStationMonth", "getKpiStationHour"):
        assert read(body, context(other, asked))[1].days == {}
