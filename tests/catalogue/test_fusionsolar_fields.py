"""The indicators: names by one rule, one unit each, one meaning a key."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict

import pytest

from collector.catalogue.fusionsolar import FIELDS, INTERFACES, KPI_TYPES, documented_for, fields_for
from collector.catalogue.terms import Kind
from collector.catalogue.units import SUFFIXES, suffix_of

STORED = tuple(row for row in FIELDS if row.kind is not Kind.TEXT)


@pytest.mark.parametrize("row", STORED, ids=lambda row: f"{row.measurement}.{row.name}")
def test_suffix_rule(row):
    """A number's name ends with the suffix of the unit stored; a state's name ends with none."""
    assert suffix_of(row.name) == (SUFFIXES[row.stored] if row.stored else "")
    assert (row.stored == "") is (row.kind is Kind.STATE)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("irradiance_w_m2", "_w_m2"),
        ("irradiation_kwh_m2", "_kwh_m2"),
        ("wind_speed_m_s", "_m_s"),
        ("power_kw", "_kw"),
        ("inverter_state", ""),
    ],
)
def test_longest_suffix_counts(name, suffix):
    """A suffix that ends with another is read whole."""
    assert suffix_of(name) == suffix


def test_one_unit_a_stored_name():
    """A field of a measurement has one unit and one kind, whoever sends it."""
    seen = defaultdict(set)
    for row in STORED:
        seen[row.measurement, row.name].add((row.stored, row.kind))
    assert {name: units for name, units in seen.items() if len(units) > 1} == {}


@pytest.mark.parametrize(("interface", "type_id"), list(itertools.product(INTERFACES, KPI_TYPES)))
def test_no_key_and_no_name_twice(interface, type_id):
    """Within one row, a key means one field, and a field has one key."""
    rows = fields_for(interface, type_id)
    assert [key for key, count in Counter(row.key for row in rows).items() if count > 1] == []
    names = Counter((row.measurement, row.name) for row in rows if row.kind is not Kind.TEXT)
    assert [name for name, count in names.items() if count > 1] == []


CORE = {
    "pv_plant": "day_yield_kwh month_yield_kwh total_yield_kwh day_income_cur total_income_cur health_state",
    "pv_inverter": "active_power_kw dc_power_kw day_yield_kwh total_yield_kwh inverter_state",
    "pv_string": "voltage_v current_a",
    "pv_mppt": "energy_kwh",
    "pv_meter": "active_power_kw export_kwh import_kwh",
    "pv_battery": "power_kw battery_soc_pct battery_soh_pct",
    "pv_emi": "irradiance_w_m2",
}
for _period in ("hour", "day", "month", "year"):
    CORE[f"pv_plant_{_period}"] = (
        "yield_kwh theory_kwh irradiation_kwh_m2 export_kwh use_kwh income_cur capacity_kwp pr_pct specific_yield_h"
    )
for _period in ("day", "month", "year"):
    CORE[f"pv_device_{_period}"] = "yield_kwh capacity_kwp charge_kwh discharge_kwh"


@pytest.mark.parametrize("measurement", CORE)
def test_core_names(measurement):
    """The names that hold for ever are there."""
    names = {row.name for row in FIELDS if row.measurement == measurement}
    assert set(CORE[measurement].split()) <= names


# Worked conversions: interface, type, key, number sent, field, number stored.
CONVERSIONS = [
    ("getDevRealKpi", 17, "active_power", 1500.0, "active_power_kw", 1.5),
    ("getDevRealKpi", 17, "active_power_a", 500.0, "phase_a_active_power_kw", 0.5),
    ("getDevRealKpi", 47, "active_power", -2400.0, "active_power_kw", -2.4),
    ("getDevRealKpi", 47, "active_power_a", 0.8, "phase_a_active_power_kw", 0.8),
    ("getDevRealKpi", 1, "active_power", 21.05, "active_power_kw", 21.05),
    ("getDevRealKpi", 39, "ch_discharge_power", 3000.0, "power_kw", 3.0),
    ("getDevRealKpi", 41, "ch_discharge_power", -50000.0, "power_kw", -50.0),
    ("getDevRealKpi", 10, "radiant_total", 18.0, "irradiation_kwh_m2", 5.0),
    ("getDevRealKpi", 10, "horiz_radiant_total", 3.6, "horizontal_irradiation_kwh_m2", 1.0),
    ("getDevRealKpi", 1, "open_time", 1501862400000.0, "open_time_s", 1501862400.0),
    ("getKpiStationDay", None, "reduction_total_co2", 18.275, "co2_avoided_kg", 18275.0),
    ("getKpiStationDay", None, "performance_ratio", 89.0, "pr_pct", 89.0),
    ("getDevRealKpi", 17, "positive_reactive_power", 7.0, "export_shoulder_kvarh", 7.0),
]


@pytest.mark.parametrize("case", CONVERSIONS, ids=lambda case: f"{case[1]}-{case[2]}")
def test_conversions(case):
    """A number arrives in the unit that the cloud sends and is stored in the unit that its name says."""
    interface, type_id, key, sent, name, stored = case
    (row,) = [row for row in fields_for(interface, type_id) if row.key == key]
    assert row.name == name
    assert sent * row.factor == pytest.approx(stored)


def test_scan_spelling_is_mended():
    """Keys that the manual's text cuts short are whole."""
    keys = {row.key for row in FIELDS}
    assert {"horiz_radiant_total", "positive_active_top", "reduction_total_coal"} <= keys
    assert not {"horiz_radiant_tota", "positive_active_to"} & keys
    assert not any(" " in key for key in keys)


def test_numbered_keys():
    """Type 1 has 28 strings and 10 MPPTs, type 38 has 8 and 4; each number is a tag."""
    numbered = {row.key: row for row in fields_for("getDevRealKpi", 1) if row.numbers}
    assert set(numbered) == {"pv{n}_u", "pv{n}_i", "mppt_{n}_cap"}
    assert numbered["pv{n}_i"].numbers == numbered["pv{n}_u"].numbers == {1: 28, 38: 8}
    assert numbered["mppt_{n}_cap"].numbers == {1: 10, 38: 4}
    for row in FIELDS:
        assert bool(row.numbers) is bool(row.tag)
        assert ("{n}" in row.key or row.listed) is bool(row.numbers)
        assert set(row.numbers) <= set(row.types)


def test_siblings_share_their_keys():
    """A key of the live interface keeps its meaning in 5-minute rows, although the manual does not list it there."""
    for type_id in KPI_TYPES:
        assert fields_for("getDevRealKpi", type_id) == fields_for("getDevHistoryKpi", type_id)
    listed = {row.key for row in documented_for("getDevHistoryKpi", 1)}
    assert "run_state" not in listed
    assert "run_state" in {row.key for row in fields_for("getDevHistoryKpi", 1)}


@pytest.mark.parametrize(
    ("interface", "type_id", "count"),
    [
        ("getStationRealKpi", None, 6),
        ("getKpiStationHour", None, 5),
        ("getKpiStationDay", None, 12),
        ("getKpiStationMonth", None, 12),
        ("getKpiStationYear", None, 12),
        ("getDevRealKpi", 1, 89),
        ("getDevRealKpi", 38, 42),
        ("getDevRealKpi", 10, 9),
        ("getDevRealKpi", 17, 40),
        ("getDevRealKpi", 47, 42),
        ("getDevRealKpi", 39, 11),
        ("getDevRealKpi", 41, 6),
        ("getDevFiveMinutes", 1, 88),
        ("getDevFiveMinutes", 47, 9),
        ("getDevFiveMinutes", 41, 4),
        ("getDevHistoryKpi", 1, 88),
        ("getDevHistoryKpi", 38, 41),
        ("getDevHistoryKpi", 47, 41),
        ("getDevHistoryKpi", 39, 10),
        ("getDevKpiDay", 1, 3),
        ("getDevKpiMonth", 39, 4),
        ("getDevKpiYear", 41, 2),
        ("getDevKpiDay", 17, 0),
    ],
)
def test_documented_counts(interface, type_id, count):
    """As many keys as the manual's table of the interface has lines for the type (counted by hand)."""
    assert sum(row.numbers.get(type_id, 1) for row in documented_for(interface, type_id)) == count


def test_signs():
    """Grid and battery settings turn what they must: powers change sign, export and import change places."""
    meter = {row.name: row for row in fields_for("getDevRealKpi", 17)}
    assert meter["active_power_kw"].sign == "grid"
    assert not meter["active_power_kw"].mirror
    assert (meter["export_kwh"].sign, meter["export_kwh"].mirror) == ("grid", "import_kwh")
    for row in meter.values():
        if row.mirror:
            assert meter[row.mirror].mirror == row.name
            assert {row.name.split("_")[0], row.mirror.split("_")[0]} == {"export", "import"}
    assert meter["phase_a_v"].sign == ""
    battery = {row.name: row.sign for row in fields_for("getDevRealKpi", 39)}
    assert {name for name, sign in battery.items() if sign} == {"power_kw"}


def test_texts_are_not_stored():
    """Texts about a device have no measurement; everything else has one."""
    for row in FIELDS:
        assert (row.measurement == "") is (row.kind is Kind.TEXT)
