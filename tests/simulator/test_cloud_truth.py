"""The truth agrees with itself: slots, hours, days, months, years and counters, asked in any order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.clock import VirtualClock
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.members import BATTERIES, INVERTERS, METERS

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC).timestamp()
SLOT_MS = 300_000
FLEET = SimFleet.make(12, SimFleet.usual(12), 4, NOW)
CLOUD = Cloud(FLEET, VirtualClock(NOW))
TRUTH = CLOUD.truth
DAY = date(2026, 7, 10)


def bounds(plant, day: date) -> tuple[int, int]:
    zone = ZoneInfo(plant.place.zone)
    starts = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day, day + timedelta(days=1)))
    first, end = (int(start.timestamp() * 1000) for start in starts)
    return first, end


def rows(device, day: date = DAY):
    return list(TRUTH.device_rows(device, *bounds(device.plant, day)))


@pytest.mark.parametrize("plant", FLEET.plants, ids=lambda plant: plant.name)
def test_slots_hours_and_device_rows_make_the_plants_day(plant):
    """Five-minute powers, hours and inverters' days each sum to the plant's day within 1 %, in every zone."""
    whole = TRUTH.plant_day(plant, DAY)["inverter_power"]
    inverters = [device for device in FLEET.devices_of(plant) if device.type_id in INVERTERS]
    slots = sum(row["active_power"] or 0.0 for device in inverters for _, row in rows(device)) / 12
    hours = sum(row["inverter_power"] for _, row in TRUTH.plant_hours(plant, DAY))
    devices = sum(TRUTH.device_day(device, DAY)["product_power"] for device in inverters)
    assert whole > 0
    for total in (slots, hours, devices):
        assert total == pytest.approx(whole, rel=0.01)


@pytest.mark.parametrize("plant", FLEET.plants[:4], ids=lambda plant: plant.name)
def test_days_make_months_and_months_make_years(plant):
    """Every indicator that is an energy adds up from day to month to year."""
    for energy in ("inverter_power", "ongrid_power", "use_power", "power_profit"):
        days = [TRUTH.plant_day(plant, date(2026, 6, n))[energy] for n in range(1, 31)]
        month = TRUTH.plant_month(plant, 2026, 6)[energy]
        assert sum(value or 0.0 for value in days) == pytest.approx(month or 0.0, rel=1e-4, abs=0.1)
        months = [TRUTH.plant_month(plant, 2025, n) for n in range(1, 13)]
        year = TRUTH.plant_year(plant, 2025)
        if year is None:
            assert months == [None] * 12
            continue
        total = sum(month[energy] or 0.0 for month in months if month)
        assert total == pytest.approx(year[energy] or 0.0, rel=1e-4, abs=0.1)


def test_the_live_total_is_the_sum_of_all_years():
    """The plant's total yield is what its years hold, cut at the same moment."""
    plant, now_ms = FLEET.plants[0], int(NOW * 1000)
    years = [TRUTH.plant_year(plant, year, now_ms) for year in range(plant.connected.year, 2027)]
    total = sum(year["inverter_power"] for year in years if year)
    assert TRUTH.plant_live(plant, now_ms)["total_power"] == pytest.approx(total, rel=1e-5)


def test_live_and_history_rows_are_one_row():
    """For the same slot the real-time row says what history says, for every measured device."""
    now_ms = int(NOW * 1000)
    for device in FLEET.devices:
        live = TRUTH.device_row(device, now_ms, "getDevRealKpi")
        past = TRUTH.device_row(device, now_ms)
        assert {name: live[name] for name in past} == past


def test_counters_never_fall():
    """Totals of inverters and meters grow from slot to slot, over midnight and a change of the clocks."""
    for device in (FLEET.of_type(38)[0], FLEET.of_type(1)[0], FLEET.of_type(17)[0], FLEET.of_type(47)[0]):
        keys = ("total_cap",) if device.type_id in INVERTERS else ("active_cap", "reverse_active_cap")
        first = (
            datetime(2026, 3, 28, tzinfo=UTC)
            if device.type_id in INVERTERS
            else datetime(2026, 7, 8, tzinfo=UTC)
        )
        begin = int(first.timestamp() * 1000)
        window = list(TRUTH.device_rows(device, begin, begin + 3 * 86_400_000))
        assert len(window) == 864
        for name in keys:
            values = [row[name] for _, row in window]
            assert all(b >= a for a, b in pairwise(values))
        assert sum(window[-1][1][name] for name in keys) > sum(window[0][1][name] for name in keys)


def test_meters_have_a_first_day_and_count_from_zero():
    """Before a meter's first day there are no rows; on it, its counters begin at 0."""
    device = FLEET.of_type(17)[0]
    start = TRUTH.days.start_ms(device.plant, TRUTH.first_day(device))
    first, row = next(TRUTH.device_rows(device, start - 9 * 86_400_000, start + 86_400_000))
    assert (first, row["active_cap"], row["reverse_active_cap"]) == (start, 0.0, 0.0)


def test_meters_count_what_they_feel():
    """The integral of a meter's power is the difference of its counters."""
    device = FLEET.of_type(17)[0]
    day = rows(device)
    fed = sum(max(row["active_power"], 0.0) for _, row in day) / 12 / 1000
    counted = TRUTH.device_row(device, day[-1][0] + SLOT_MS)["active_cap"] - day[0][1]["active_cap"]
    assert fed == pytest.approx(counted, rel=1e-3)


@pytest.mark.parametrize("plant", FLEET.plants, ids=lambda plant: plant.name)
def test_every_slot_is_in_balance(plant):
    """What the inverters give goes into load, battery and grid, and the load is never negative."""
    now_ms = int(NOW * 1000)
    house = TRUTH.households.day(plant, DAY.toordinal())
    for pv, load, battery, grid in zip(house.pv, house.load, house.battery, house.grid, strict=True):
        assert pv == pytest.approx(load + battery + grid, abs=1e-9)
        assert load > 0
    rowed = {device: TRUTH.device_row(device, now_ms, "getDevRealKpi") for device in FLEET.devices_of(plant)}
    pv = sum(row["active_power"] or 0.0 for device, row in rowed.items() if device.type_id in INVERTERS)
    grid = sum(row["active_power"] for device, row in rowed.items() if device.type_id in METERS) / 1000
    battery = (
        sum(row["ch_discharge_power"] for device, row in rowed.items() if device.type_id in BATTERIES) / 1000
    )
    slot = TRUTH.place_in_day(plant, now_ms)
    load = TRUTH.households.day(plant, slot[0]).load[slot[1]]
    assert pv - grid - battery == pytest.approx(load, abs=0.01)


def test_batteries_stay_between_empty_and_full_and_join_at_midnight():
    """State of charge follows the power, stays within bounds, and goes on over midnight without a step."""
    device = FLEET.of_type(39)[0]
    days = [row["battery_soc"] for day in (DAY, DAY + timedelta(days=1)) for _, row in rows(device, day)]
    assert all(5 <= soc <= 100 for soc in days)
    assert max(abs(b - a) for a, b in pairwise(days)) <= 4.2  # 5 kW for 5 min of 10 kWh


def test_capacity_weak_and_dead_strings_show():
    """The first inverter has one string at 80 %, the second a dead one; strings that do not exist are 0, then null."""
    noon = int(datetime(2026, 7, 10, 10, tzinfo=UTC).timestamp() * 1000)
    first, second = (d for d in FLEET.devices if d.type_id in INVERTERS and d.plant.index < 2)
    row = TRUTH.device_row(first, noon)
    assert row["pv2_i"] == pytest.approx(0.8 * row["pv1_i"], rel=0.01)
    row, dead = TRUTH.device_row(second, noon), len(second.strings)
    assert row[f"pv{dead}_i"] == 0.0
    assert row[f"pv{dead}_u"] > 100
    phantoms = [row[f"pv{n}_i"] for n in range(dead + 1, 9)]
    assert phantoms == [0.0] * min(4, len(phantoms)) + [None] * max(0, len(phantoms) - 4)
    total = sum(row[f"pv{n}_u"] * row[f"pv{n}_i"] for n in range(1, dead + 1)) / 1000
    assert total == pytest.approx(row["mppt_power"], rel=0.01)


def test_summer_time_days_have_23_and_25_hours():
    """In Potsdam the days of both changes of the clocks have 276 and 300 slots, and as many hours as that."""
    device = FLEET.of_type(38)[0]
    for day, slots in ((date(2026, 3, 29), 276), (date(2025, 10, 26), 300), (DAY, 288)):
        assert len(rows(device, day)) == slots
        assert len(TRUTH.plant_hours(device.plant, day)) == slots // 12


@given(st.permutations(range(14)))
@settings(max_examples=8, deadline=None)
def test_any_order_of_questions_gives_the_same_answers(order):
    """A fresh cloud of the same seed, asked in another order, says the same."""
    fleet = SimFleet.make(12, SimFleet.usual(12), 4, NOW)
    truth = Cloud(fleet, VirtualClock(NOW)).truth
    questions = [(number, int(NOW * 1000) - 7_777_777 * (number % 7)) for number in range(14)]
    for number in order:
        index, moment = questions[number][0] * 5 % len(fleet.devices), questions[number][1]
        assert truth.device_row(fleet.devices[index], moment) == TRUTH.device_row(
            FLEET.devices[index], moment
        )


def test_another_seed_is_another_fleet():
    """Ids, plants and weather differ with the seed; the same seed gives the same fleet."""
    same, other = (SimFleet.make(12, SimFleet.usual(12), seed, NOW) for seed in (4, 5))
    assert [d.id for d in same.devices] == [d.id for d in FLEET.devices]
    assert not {d.id for d in other.devices} & {d.id for d in FLEET.devices}
    assert not {p.code for p in other.plants} & {p.code for p in FLEET.plants}
    assert not {d.sn for d in other.devices} & {d.sn for d in FLEET.devices}


def test_ids_are_as_odd_as_the_vendors():
    """Device ids are negative or of 16 digits, within 2^53; plant codes are NE= or 32 hex digits; zones are many."""
    ids = {device.id for device in FLEET.devices}
    assert len(ids) == len(FLEET.devices)
    assert min(ids) < 0 < 2**31 < max(ids) < 2**53
    assert {
        code.startswith("NE=") or (len(code) == 32 and int(code, 16) > 0)
        for code in (p.code for p in FLEET.plants)
    } == {True}
    assert {"Europe/Berlin", "Asia/Shanghai", "Asia/Kolkata", "America/Sao_Paulo"} <= {
        p.place.zone for p in FLEET.plants
    }


@pytest.mark.parametrize(
    ("plants", "devices"), [(1, {1: 3, 62: 2}), (5, {38: 7, 47: 1}), (20, {1: 120, 17: 120, 10: 3})]
)
def test_a_fleet_has_what_was_asked_for(plants, devices):
    """The numbers that the limits count are the numbers that were drawn."""
    counts = SimFleet.make(plants, devices, 1, NOW).counts
    assert (counts.plants, dict(counts.devices)) == (plants, devices)
