"""Alarms, and what plants and devices are."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from reading import context, identity

from collector.errors import AnswerUnreadable
from collector.lineprotocol import parse
from collector.model import Device, Plant
from collector.normaliser.alarms import OpenAlarm, alarm_line, read_alarms
from collector.normaliser.info import device_info, plant_info

ROW = {
    "stationCode": "A",
    "alarmId": 2062,
    "causeId": 5,
    "lev": 2,
    "raiseTime": 1667179861000,
    "alarmName": "Low insulation",
    "esnCode": "SN1",
}
ALARM = OpenAlarm(
    "A", "7", "inverter", "fusionsolar", "2062", "5", "major", 1667179861000, "n", "c", "r", "SN1", "A"
)
PLANT = Plant("home", "fusionsolar", "A", "A", "Roof", 9.9, 52.5, 13.4, zone="Europe/Berlin", group="north")
DEVICE = Device(
    "home", "fusionsolar", "A", "A", "7", "7", 38, "inverter", "Inverter-1", "SN1", "SUN2000", "V1"
)


def alarms(*rows):
    asked = context("getAlarmList", {"A": identity("A"), "sn:SN1": identity("A", "7", "inverter", 38)})
    return read_alarms(json.dumps({"data": list(rows)}).encode(), asked)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, {"severity": "major", "device_id": "7", "device_type": "inverter"}),
        ({"lev": "1"}, {"severity": "critical"}),
        ({"lev": 4.0}, {"severity": "warning"}),
        ({"lev": 9}, {"severity": "unknown"}),
        ({"lev": None}, {"severity": "unknown"}),
        ({"esnCode": "SN9"}, {"device_id": "sn:SN9", "device_type": "other"}),
        ({"esnCode": None}, {"device_id": "", "sn": ""}),
        ({"alarmId": "2062", "causeId": None}, {"alarm_id": "2062", "cause_id": ""}),
        ({"alarmName": " a\n b\t", "alarmCause": 3}, {"name": "a b", "cause": ""}),
        ({"raiseTime": "1667179861000"}, {"raised_ms": 1667179861000}),
    ],
)
def test_alarm_rows_are_read(change, told):
    """Numbers come in any spelling; a device that is not known is named by its serial number."""
    (alarm,) = alarms(ROW | change)
    assert {name: getattr(alarm, name) for name in told} == told


@pytest.mark.parametrize(
    "row", [ROW | {"alarmId": None}, ROW | {"raiseTime": None}, ROW | {"raiseTime": 0}, "text", None]
)
def test_a_list_that_cannot_be_read_whole_is_not_read(row):
    """An alarm ends by its absence, so no row may be passed over."""
    with pytest.raises(AnswerUnreadable):
        alarms(ROW, row)


def test_alarms_of_other_plants_are_left_out():
    """Only plants that were asked about are told of."""
    assert alarms(ROW | {"stationCode": "B"}) == []
    assert read_alarms(b'{"data":null}', context("getAlarmList", {"A": identity("A")})) == []


def test_the_end_of_an_alarm_is_written_over_its_beginning():
    """Both lines have the same measurement, tags and time."""
    begun = parse(alarm_line(ALARM, active=True, end_ms=None))
    ended = parse(alarm_line(ALARM, active=False, end_ms=1667179921000))
    assert (begun.measurement, begun.tags, begun.time_ns) == (ended.measurement, ended.tags, ended.time_ns)
    assert begun.fields == {"active": 1.0, "name": "n", "cause": "c", "repair": "r"}
    assert ended.fields == begun.fields | {"active": 0.0, "end_s": 1667179921.0, "duration_s": 60.0}


def test_an_alarm_never_lasts_less_than_nothing():
    """Clocks of clouds and collectors differ."""
    assert parse(alarm_line(ALARM, active=False, end_ms=1667179860000)).fields["duration_s"] == 0.0


def test_plant_rows_tell_names_as_fields():
    """Only ids are tags; what is not known is left out."""
    point = parse(plant_info(PLANT, currency="EUR", time_ns=5))
    assert point.tags == (("plant_id", "A"), ("vendor", "fusionsolar"))
    assert point.fields == {
        "name": "Roof",
        "label": "Roof|A",
        "tz": "Europe/Berlin",
        "group": "north",
        "account": "home",
        "currency": "EUR",
        "access": "ok",
        "capacity_kwp": 9.9,
        "latitude": 52.5,
        "longitude": 13.4,
    }
    bare = replace(PLANT, name="", zone="", group="", capacity_kwp=None, latitude=float("nan"))
    fields = parse(plant_info(bare, currency="", time_ns=5)).fields
    assert fields == {"label": "A|A", "account": "home", "access": "ok", "longitude": 13.4}


def test_access_tells_why_and_since_when():
    """A plant without access says so in words, with the moment."""
    denied = replace(PLANT, access="the owner has withdrawn API access", access_since=1503046597.0)
    told = parse(plant_info(denied, currency="", time_ns=5)).fields["access"]
    assert told == "the owner has withdrawn API access (since 2017-08-18 08:56 UTC)"


def test_a_bar_in_a_name_does_not_break_a_label():
    """Dashboards split labels at the bar."""
    assert parse(plant_info(replace(PLANT, name="a|b"), currency="", time_ns=5)).fields["label"] == "a/b|A"


def test_device_rows_tell_names_as_fields():
    """The vendor's type number, serial number, model and software are fields."""
    point = parse(device_info(DEVICE, "Roof", 5))
    assert dict(point.tags) == {
        "vendor": "fusionsolar",
        "plant_id": "A",
        "device_id": "7",
        "device_type": "inverter",
    }
    assert point.fields == {
        "name": "Inverter-1",
        "label": "Inverter-1|7",
        "plant": "Roof",
        "account": "home",
        "sn": "SN1",
        "model": "SUN2000",
        "software": "V1",
        "type_id": 38.0,
    }
