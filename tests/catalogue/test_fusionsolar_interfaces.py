"""The interfaces are those of the manual, with its limits and no others."""

from __future__ import annotations

import pytest

from collector.catalogue.fusionsolar import DEVICE_TYPES, INTERFACES, KPI_TYPES, device_type, fields_for
from collector.catalogue.fusionsolar.interfaces import CALENDAR_TYPES
from collector.catalogue.terms import Role, Span, Subject, TimeRule

DAY, HALF_HOUR, FIVE_MINUTES = 86_400, 1_800, 300

# Retyped from "Access Restrictions" of each section: window, fixed, plants per call, times, devices per call, gap.
LIMITS = {
    "login": (600, 5, 0, 1, 0, 0),
    "logout": (600, 5, 0, 1, 0, 0),
    "stations": (DAY, 24, 100, 10, 0, 0),
    "getStationList": (DAY, 24, 0, 1, 0, 60),
    "getStationRealKpi": (FIVE_MINUTES, 0, 100, 1, 0, 60),
    "getKpiStationHour": (DAY, 24, 100, 1, 0, 60),
    "getKpiStationDay": (DAY, 24, 100, 1, 0, 60),
    "getKpiStationMonth": (DAY, 24, 100, 1, 0, 60),
    "getKpiStationYear": (DAY, 24, 100, 1, 0, 60),
    "getDevList": (DAY, 24, 100, 1, 0, 60),
    "getDevRealKpi": (FIVE_MINUTES, 0, 0, 1, 100, 0),
    "getDevHistoryKpi": (DAY, 24, 0, 1, 10, 60),
    "getDevFiveMinutes": (DAY, 24, 0, 1, 10, 0),
    "getDevKpiDay": (DAY, 24, 0, 1, 100, 60),
    "getDevKpiMonth": (DAY, 24, 0, 1, 100, 60),
    "getDevKpiYear": (DAY, 24, 0, 1, 100, 60),
    "getAlarmList": (HALF_HOUR, 0, 100, 1, 100, 0),
    "getInventerRealKpi": (3_600, 1, 0, 1, 0, 0),
}

# Section, most members in a call, request key, row key, span, longest range [ms].
SHAPES = {
    "login": ("9.1.1", 0, "", "", Span.NONE, 0),
    "logout": ("9.1.2", 0, "", "", Span.NONE, 0),
    "stations": ("9.1.3", 0, "", "plantCode", Span.NONE, 0),
    "getStationList": ("9.4.2", 0, "", "stationCode", Span.NONE, 0),
    "getStationRealKpi": ("9.1.4.1", 100, "stationCodes", "stationCode", Span.NOW, 0),
    "getKpiStationHour": ("9.1.4.2", 100, "stationCodes", "stationCode", Span.DATE, 0),
    "getKpiStationDay": ("9.1.4.3", 100, "stationCodes", "stationCode", Span.MONTH, 0),
    "getKpiStationMonth": ("9.1.4.4", 100, "stationCodes", "stationCode", Span.YEAR, 0),
    "getKpiStationYear": ("9.1.4.5", 100, "stationCodes", "stationCode", Span.LIFE, 0),
    "getDevList": ("9.1.5", 100, "stationCodes", "stationCode", Span.NONE, 0),
    "getDevRealKpi": ("9.1.6.1", 100, "devIds", "devId", Span.NOW, 0),
    "getDevHistoryKpi": ("9.1.6.2", 10, "devIds", "devId", Span.RANGE, 259_200_000),
    "getDevFiveMinutes": ("9.4.1", 100, "devIds", "devId", Span.DATE, 0),
    "getDevKpiDay": ("9.1.6.3", 100, "devIds", "devId", Span.MONTH, 0),
    "getDevKpiMonth": ("9.1.6.4", 100, "devIds", "devId", Span.YEAR, 0),
    "getDevKpiYear": ("9.1.6.5", 100, "devIds", "devId", Span.LIFE, 0),
    "getAlarmList": ("9.1.7", 100, "stationCodes", "stationCode", Span.RANGE, 2_678_400_000),
    "getInventerRealKpi": ("9.3.1", 100, "sns", "sn", Span.NOW, 0),
}


def test_no_other_interface():
    """The collector knows these interfaces and none that changes a plant."""
    assert set(INTERFACES) == set(LIMITS) == set(SHAPES)
    assert not any("create" in path or "/v1/" in path for path in (row.path for row in INTERFACES.values()))


@pytest.mark.parametrize("name", LIMITS)
def test_limits(name):
    """Every limit is the one of the interface's own section."""
    row = INTERFACES[name]
    budget = row.budget
    assert (
        budget.window_s,
        budget.fixed,
        budget.plants_per,
        budget.plants_times,
        budget.devices_per,
        row.min_gap_s,
    ) == LIMITS[name]


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(name):
    """Every interface has its section, batch, keys and span."""
    row = INTERFACES[name]
    assert (row.section, row.batch_size, row.batch_key, row.row_key, row.span, row.max_span_ms) == SHAPES[
        name
    ]


def test_only_alarms_take_the_larger_part_and_all_types():
    """The alarm formula alone takes the larger part, and counts every device type."""
    assert [row.name for row in INTERFACES.values() if row.budget.larger_of] == ["getAlarmList"]
    assert [row.name for row in INTERFACES.values() if row.budget.all_types] == ["getAlarmList"]


def test_names_and_paths_are_unique():
    """A name is the last part of its path, and no path serves two interfaces."""
    paths = [row.path for row in INTERFACES.values()]
    assert len(set(paths)) == len(paths)
    for name, row in INTERFACES.items():
        assert row.name == name
        assert row.path.startswith("/thirdData/")
        assert row.path.endswith(f"/{name}")
    assert INTERFACES["getInventerRealKpi"].path == "/thirdData/cs/getInventerRealKpi"


def test_members_and_keys_agree():
    """Who names members has a batch size and a key; who names none has neither."""
    for row in INTERFACES.values():
        named = row.subject is not Subject.NONE
        assert bool(row.batch_size) is bool(row.batch_key) is named
        assert bool(row.max_span_ms) is (row.span is Span.RANGE)


def test_rows_with_readings_have_a_time_rule_and_a_measurement():
    """Every interface whose rows are stored says when and where; where the type decides, every type it serves does."""
    for row in INTERFACES.values():
        stored = row.role in {Role.LIVE, Role.HISTORY, Role.CALENDAR, Role.ALARMS}
        assert (row.time_rule is not TimeRule.NONE) is stored
        if stored and not row.measurement:
            assert row.device_types
            assert all(DEVICE_TYPES[type_id].measurement for type_id in row.device_types)


def test_time_rules():
    """Live plant and device rows have no stamp of their own; calendar rows of a day and longer are local dates."""
    rules = {row.name: row.time_rule for row in INTERFACES.values()}
    assert rules["getStationRealKpi"] is rules["getDevRealKpi"] is TimeRule.ANSWER_CLOCK
    assert rules["getDevHistoryKpi"] is rules["getDevFiveMinutes"] is TimeRule.COLLECT_TIME
    assert rules["getKpiStationHour"] is TimeRule.HOUR_START
    for name in (
        "getKpiStationDay",
        "getKpiStationMonth",
        "getKpiStationYear",
        "getDevKpiDay",
        "getDevKpiMonth",
        "getDevKpiYear",
    ):
        assert rules[name] is TimeRule.LOCAL_DATE


def test_paging():
    """The newer plant list pages by 100, the older by 50 or 100; nothing else pages."""
    assert {row.name: row.page_sizes for row in INTERFACES.values() if row.page_sizes} == {
        "stations": (100,),
        "getStationList": (50, 100),
    }


def test_legacy_and_restricted():
    """Two interfaces have a successor, one needs a special grant."""
    assert {row.name for row in INTERFACES.values() if row.legacy} == {"getStationList", "getDevFiveMinutes"}
    assert [row.name for row in INTERFACES.values() if row.restricted] == ["getInventerRealKpi"]


def test_served_types():
    """Live and 5-minute data exist for seven types, calendar data for four of them, and each has indicators."""
    assert KPI_TYPES == (1, 10, 17, 38, 39, 41, 47)
    for name in ("getDevRealKpi", "getDevHistoryKpi", "getDevFiveMinutes"):
        assert INTERFACES[name].device_types == KPI_TYPES
    for name in ("getDevKpiDay", "getDevKpiMonth", "getDevKpiYear"):
        assert INTERFACES[name].device_types == CALENDAR_TYPES == (1, 38, 39, 41)
    for name, row in INTERFACES.items():
        assert all(fields_for(name, type_id) for type_id in row.device_types)


@pytest.mark.parametrize(
    ("type_id", "tag"),
    [
        (1, "inverter"),
        (38, "inverter"),
        (39, "battery"),
        (41, "battery"),
        (17, "meter"),
        (47, "meter"),
        (10, "emi"),
        (2, "logger"),
        (37, "logger"),
        (62, "logger"),
        (63, "logger"),
        (46, "other"),
        (23070, "other"),
        (60014, "other"),
        (-1, "other"),
    ],
)
def test_device_type_tags(type_id, tag):
    """Every type has its tag; a number that nobody knows is other, not an error."""
    assert device_type(type_id) == tag


def test_listed_device_types():
    """All types that the device list names are known."""
    assert {1, 2, 8, 10, 13, 16, 17, 22, 37, 38, 39, 40, 41, 45, 46, 47, 62, 63, 70} <= set(DEVICE_TYPES)
