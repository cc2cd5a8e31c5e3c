from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.coverage import SETTLE_S
from collector.kpi import KEPT_DAYS, Day, Operands, Reading, StringSums, add_row, derive, pv_power
from collector.zones import day_end

NS = 1_000_000_000
BERLIN = "Europe/Berlin"
TODAY = date(2026, 6, 20)
NOON = datetime(2026, 6, 20, 10, 0, tzinfo=UTC)
STAMP = int(NOON.timestamp()) * NS
MINUTE = 60 * NS


def at(age_min: float = 0.0, **fields: float) -> Reading:
    return Reading(STAMP - int(age_min * MINUTE), fields)


def past(count: int = 31, zone: str = BERLIN, today: date = TODAY, **fields: float) -> dict[str, Day]:
    """Closed days up to yesterday, all alike."""
    days = {}
    for back in range(1, count + 1):
        day = today - timedelta(days=back)
        days[day.isoformat()] = Day(day_end(zone, day) + SETTLE_S, **fields)
    return days


WHOLE = Operands(
    stamp_ns=STAMP,
    zone=BERLIN,
    capacity_kwp=20.0,
    day_yield_kwh=31.5,
    inverters=(
        at(5, active_power_kw=4.0, dc_power_kw=4.2),
        at(1, active_power_kw=6.0, dc_power_kw=6.3),
    ),
    meters=(at(2, active_power_kw=3.0),),
    batteries=(at(3, power_kw=1.5),),
    others=(at(4, irradiance_w_m2=800.0),),
    alarms=2,
    woke="2026-06-20",
    days=past(yield_kwh=80.0, theory_kwh=100.0, capacity_kwp=20.0),
    strings=(StringSums("2026-06-20", STAMP, {1: 100.0, 2: 90.0, 3: 100.0}),),
)


def test_a_plant_with_everything_has_every_field():
    """Each value by its definition, retyped by hand."""
    assert derive(WHOLE) == pytest.approx(
        {
            "power_kw": 10.0,
            "pv_power_kw": 10.5,
            "grid_power_kw": 3.0,
            "battery_power_kw": 1.5,
            "load_power_kw": 6.0,
            "power_kwp_ratio": 0.5,
            "data_age_s": 60.0,
            "alarms_active": 2.0,
            "today_yield_kwh": 31.5,
            "pr_7d_pct": 80.0,
            "yield_7d_delta_pct": 0.0,
            "worst_string_ratio": 0.9,
        }
    )


INVERTERS = {"power_kw", "pv_power_kw", "load_power_kw", "power_kwp_ratio"}


@pytest.mark.parametrize(
    ("change", "absent"),
    [
        ({"inverters": (WHOLE.inverters[0], None)}, INVERTERS),
        ({"inverters": ()}, INVERTERS),
        ({"inverters": (WHOLE.inverters[0], at(1, dc_power_kw=6.3))}, {"power_kw", "power_kwp_ratio"}),
        ({"inverters": (WHOLE.inverters[0], at(15.1, active_power_kw=6.0))}, INVERTERS),
        ({"meters": ()}, {"grid_power_kw", "load_power_kw"}),
        ({"meters": (None,)}, {"grid_power_kw", "load_power_kw"}),
        ({"meters": (at(16, active_power_kw=3.0),)}, {"grid_power_kw", "load_power_kw"}),
        ({"batteries": ()}, {"battery_power_kw"}),
        ({"batteries": (None,)}, {"battery_power_kw", "load_power_kw"}),
        ({"batteries": (at(1, battery_soc_pct=50.0),)}, {"battery_power_kw", "load_power_kw"}),
        ({"capacity_kwp": None}, {"power_kwp_ratio"}),
        ({"capacity_kwp": 0.0}, {"power_kwp_ratio"}),
        ({"alarms": None}, {"alarms_active"}),
        ({"day_yield_kwh": None}, {"today_yield_kwh"}),
        ({"woke": "2026-06-19"}, {"today_yield_kwh"}),
        ({"woke": ""}, {"today_yield_kwh"}),
        ({"days": {}}, {"pr_7d_pct", "yield_7d_delta_pct"}),
        ({"days": past(29, yield_kwh=80.0, theory_kwh=100.0)}, {"yield_7d_delta_pct"}),
        ({"days": past(yield_kwh=80.0)}, {"pr_7d_pct"}),
        ({"days": past(yield_kwh=80.0, theory_kwh=0.0)}, {"pr_7d_pct"}),
        ({"days": past(theory_kwh=100.0)}, {"pr_7d_pct", "yield_7d_delta_pct"}),
        ({"days": past(yield_kwh=0.0, theory_kwh=100.0)}, {"yield_7d_delta_pct"}),
        ({"strings": ()}, {"worst_string_ratio"}),
        ({"strings": (StringSums("2026-06-19", STAMP, {1: 5.0, 2: 5.0}),)}, {"worst_string_ratio"}),
        (
            {"zone": ""},
            {"today_yield_kwh", "pr_7d_pct", "yield_7d_delta_pct", "worst_string_ratio"},
        ),
    ],
)
def test_an_absent_operand_makes_an_absent_field(change, absent):
    """Exactly the fields that need the operand are missing; no zero stands in for it."""
    assert set(derive(WHOLE)) - set(derive(replace(WHOLE, **change))) == absent


def test_a_plant_without_a_battery_has_its_load_all_the_same():
    """Where none is listed the battery counts as nothing; a listed one that is silent does not."""
    assert derive(replace(WHOLE, batteries=()))["load_power_kw"] == pytest.approx(10.5 - 3.0)


def test_an_inverter_without_dc_power_counts_with_its_output():
    """Each inverter gives its DC power where it sends one, else its output."""
    mixed = (at(active_power_kw=4.0, dc_power_kw=4.2), at(active_power_kw=6.0))
    assert derive(replace(WHOLE, inverters=mixed))["pv_power_kw"] == pytest.approx(10.2)
    assert pv_power({"active_power_kw": 1.0}) == 1.0
    assert pv_power({"active_power_kw": 1.0, "dc_power_kw": 0.0}) == 0.0
    assert pv_power({}) is None


@pytest.mark.parametrize(("age_min", "known"), [(15.0, True), (15.001, False), (-5.0, True)])
def test_a_reading_lives_for_a_quarter_of_an_hour(age_min, known):
    """Up to 15 minutes before the plant's stamp a reading counts, and so does one that is newer."""
    values = derive(replace(WHOLE, inverters=(at(age_min, active_power_kw=4.0),)))
    assert ("power_kw" in values) is known


def test_the_age_of_data_is_that_of_the_newest_device():
    """Any device counts, however old it is; nothing is younger than the row."""
    old = replace(WHOLE, inverters=(at(120, x=1.0),), meters=(None,), batteries=(), others=(at(90, x=1.0),))
    assert derive(old)["data_age_s"] == 5400.0
    assert derive(replace(old, others=(at(-5, x=1.0),)))["data_age_s"] == 0.0
    assert "data_age_s" not in derive(replace(old, inverters=(None,), others=()))


POWER = st.floats(-1e6, 1e6)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(POWER, min_size=1, max_size=5),
    st.lists(POWER, min_size=1, max_size=3),
    st.lists(POWER, max_size=3),
)
def test_signs_balance(pv, grid, battery):
    """What comes from the roof is used, stored or exported: load + battery + grid = pv, + export and + charging."""
    values = derive(
        Operands(
            STAMP,
            inverters=[at(dc_power_kw=p) for p in pv],
            meters=[at(active_power_kw=p) for p in grid],
            batteries=[at(power_kw=p) for p in battery],
        )
    )
    used = values["load_power_kw"] + values.get("battery_power_kw", 0.0) + values["grid_power_kw"]
    assert math.isclose(used, values["pv_power_kw"], rel_tol=1e-9, abs_tol=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_one_silent_device_silences_its_sum_and_no_other(data):
    """Whichever device of whichever kind is missing or stale, its kind's power is absent and the others stay."""
    kinds = {"inverters": "dc_power_kw", "meters": "active_power_kw", "batteries": "power_kw"}
    counts = {kind: data.draw(st.integers(1, 4), kind) for kind in kinds}
    devices = {kind: [at(1, **{name: 1.0})] * counts[kind] for kind, name in kinds.items()}
    kind = data.draw(st.sampled_from(sorted(kinds)))
    place = data.draw(st.integers(0, counts[kind] - 1))
    devices[kind][place] = data.draw(st.sampled_from([None, at(20, **{kinds[kind]: 1.0}), at(1, other=1.0)]))
    values = derive(Operands(STAMP, **devices))
    shown = {
        "inverters": "pv_power_kw",
        "meters": "grid_power_kw",
        "batteries": "battery_power_kw",
    }
    assert {name for name in shown.values() if name in values} == set(shown.values()) - {shown[kind]}
    assert "load_power_kw" not in values


# --- days ---------------------------------------------------------------------------------------------------------


def test_the_performance_ratio_leaves_days_without_theory_out():
    """Both sums run over the same days, so a day without theoretical yield raises nothing."""
    days = past(yield_kwh=80.0, theory_kwh=100.0)
    days["2026-06-19"] = replace(days["2026-06-19"], theory_kwh=0.0)
    days["2026-06-18"] = replace(days["2026-06-18"], theory_kwh=None)
    days["2026-06-17"] = replace(days["2026-06-17"], yield_kwh=None)
    days["2026-06-16"] = replace(days["2026-06-16"], yield_kwh=40.0, theory_kwh=100.0)
    assert derive(replace(WHOLE, days=days))["pr_7d_pct"] == pytest.approx((40 + 3 * 80) / 400 * 100)


def test_a_week_is_compared_with_the_plants_own_month():
    """Twice the yield in the last 7 of 30 days is 2 over (7×2 + 23)/30 of the usual; the eighth day is none of the week's."""
    days = past(yield_kwh=40.0, capacity_kwp=20.0)
    for back in range(1, 8):
        key = (TODAY - timedelta(days=back)).isoformat()
        days[key] = replace(days[key], yield_kwh=80.0)
    expected = (4.0 / ((7 * 4.0 + 23 * 2.0) / 30) - 1) * 100
    assert derive(replace(WHOLE, days=days))["yield_7d_delta_pct"] == pytest.approx(expected)


def test_specific_yield_is_the_vendors_then_the_days_then_the_plants():
    """kWh per kWp as sent; else by the capacity of the day, so that a larger plant does not look better; else by the plant's."""
    days = past(yield_kwh=40.0)
    for back in range(1, 8):
        key = (TODAY - timedelta(days=back)).isoformat()
        days[key] = replace(days[key], yield_kwh=80.0, capacity_kwp=40.0)
    assert derive(replace(WHOLE, days=days))["yield_7d_delta_pct"] == pytest.approx(0.0)
    days = {key: replace(day, specific_yield_h=3.0) for key, day in days.items()}
    assert derive(replace(WHOLE, days=days))["yield_7d_delta_pct"] == pytest.approx(0.0)
    assert "yield_7d_delta_pct" not in derive(replace(WHOLE, days=past(yield_kwh=40.0), capacity_kwp=None))


def test_a_day_counts_once_it_was_read_after_it_had_settled():
    """While yesterday's row is still of yesterday evening, the 7 days end the day before; a day later they are unknown."""
    days = past(KEPT_DAYS - 1, yield_kwh=80.0, theory_kwh=100.0, capacity_kwp=20.0)
    evening = day_end(BERLIN, date(2026, 6, 19)) - 7200
    days["2026-06-19"] = Day(evening, yield_kwh=1.0, theory_kwh=100.0, capacity_kwp=20.0)
    values = derive(replace(WHOLE, days=days))
    assert values["pr_7d_pct"] == pytest.approx(80.0)
    assert values["yield_7d_delta_pct"] == pytest.approx(0.0)
    days["2026-06-18"] = replace(days["2026-06-18"], fetched_at=0.0)
    assert {"pr_7d_pct", "yield_7d_delta_pct"}.isdisjoint(derive(replace(WHOLE, days=days)))


# --- today --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "moment", "today"),
    [
        ("Europe/Berlin", "2026-10-25T21:59:00+00:00", "2026-10-25"),  # still summer time at 00:00, 25 h long
        ("Europe/Berlin", "2026-10-25T22:59:59+00:00", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T23:00:00+00:00", "2026-10-26"),
        ("Europe/Berlin", "2026-03-29T21:59:59+00:00", "2026-03-29"),  # 23 h long
        ("Europe/Berlin", "2026-03-29T22:00:00+00:00", "2026-03-30"),
        ("Asia/Kolkata", "2026-06-19T18:29:59+00:00", "2026-06-19"),
        ("Asia/Kolkata", "2026-06-19T18:30:00+00:00", "2026-06-20"),
        ("Etc/GMT-13", "2026-12-31T11:00:00+00:00", "2027-01-01"),
        ("Pacific/Honolulu", "2027-01-01T09:59:59+00:00", "2026-12-31"),
    ],
)
def test_today_is_the_plants_own_date(zone, moment, today):
    """Yield today belongs to the date on the plant's wall, over changes of the clock and the year."""
    stamp = int(datetime.fromisoformat(moment).timestamp()) * NS
    known = Operands(stamp, zone=zone, day_yield_kwh=7.0, woke=today)
    assert derive(known)["today_yield_kwh"] == 7.0
    assert "today_yield_kwh" not in derive(replace(known, woke="2026-06-01"))


# --- strings ------------------------------------------------------------------------------------------------------


def test_the_worst_string_is_the_least_over_all_inverters():
    """Each string against the median of its own inverter, the least over the plant; yesterday's sums say nothing."""
    strings = (
        StringSums("2026-06-20", STAMP, {1: 10.0, 2: 8.0, 3: 10.0}),
        StringSums("2026-06-20", STAMP, {1: 5.0, 2: 5.0, 3: 3.5, 4: 5.0}),
        StringSums("2026-06-19", STAMP, {1: 5.0, 2: 0.0, 3: 5.0}),
    )
    assert derive(replace(WHOLE, strings=strings))["worst_string_ratio"] == pytest.approx(0.7)


def test_rows_in_the_light_are_summed():
    """Rows with a median above 1 A count, dim ones and repeated ones do not; a new day begins anew."""
    sums = add_row(None, "d1", 1, {1: 2.0, 2: 3.0, 3: 4.0})
    assert sums == StringSums("d1", 1, {1: 2.0, 2: 3.0, 3: 4.0})
    assert add_row(sums, "d1", 2, {1: 9.0, 2: 1.0, 3: 0.5}) is sums
    assert add_row(sums, "d1", 1, {1: 2.0, 2: 3.0, 3: 4.0}) is sums
    assert add_row(sums, "d1", 2, {}) is sums
    more = add_row(sums, "d1", 2, {1: 2.0, 2: 0.0, 3: 4.0})
    assert more == StringSums("d1", 2, {1: 4.0, 2: 3.0, 3: 8.0})
    assert add_row(more, "d2", 3, {1: 2.0, 2: 3.0, 3: 4.0}) == StringSums("d2", 3, {1: 2.0, 2: 3.0, 3: 4.0})
    assert add_row(more, "d0", 1, {1: 2.0, 2: 3.0, 3: 4.0}) is more
    assert add_row(None, "d1", 1, {1: 1.0, 2: 1.0}) is None


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.integers(1, 4), st.floats(0.0, 20.0), max_size=4),
        max_size=20,
    )
)
def test_sums_are_always_over_the_same_rows(rows):
    """However strings come and go, no string has been summed over another number of rows than its neighbours."""
    sums = None
    counts: dict[int, int] = {}
    for number, currents in enumerate(rows, start=1):
        before, sums = sums, add_row(sums, "d", number, currents)
        if sums is before or sums is None:
            continue
        if before is None or set(sums.amperes) != set(before.amperes):
            counts = dict.fromkeys(sums.amperes, 1)
            assert dict(sums.amperes) == currents
        else:
            counts = {n: count + 1 for n, count in counts.items()}
            assert all(math.isclose(sums.amperes[n], before.amperes[n] + currents[n]) for n in before.amperes)
        assert set(counts) == set(sums.amperes)
        assert len(set(counts.values())) == 1
