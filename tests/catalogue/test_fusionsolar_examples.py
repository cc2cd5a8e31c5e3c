"""Every key of the manual's response examples is known."""

from __future__ import annotations

import re

import pytest

from collector.catalogue.fusionsolar import documented_for

PHASES = "ab_u bc_u ca_u a_u b_u c_u a_i b_i c_i"
COMMON = (
    f"{PHASES} efficiency temperature power_factor elec_freq active_power reactive_power day_cap mppt_power total_cap "
    "open_time close_time mppt_total_cap inverter_state"
)
STRINGS = " ".join(f"pv{n}_u pv{n}_i" for n in range(1, 29))
MPPTS = " ".join(f"mppt_{n}_cap" for n in range(1, 11))
CALENDAR = (
    "use_power radiation_intensity reduction_total_co2 reduction_total_coal theory_power ongrid_power power_profit "
    "installed_capacity perpower_ratio inverter_power reduction_total_tree performance_ratio"
)
INVERTER = (
    "activePower collectorSN controlVersion eDay eMonth eTotal errorCode fac iac1 iac2 iac3 inventerSN inverterManufacturer "
    "ipvs nationalStandard pac powerFactor reactivePower status temperature vac1 vac2 vac3 vpvs"
)

# Section of the example: interface, type, keys of its rows.
EXAMPLES = {
    "9.1.4.1": (
        "getStationRealKpi",
        None,
        "real_health_state day_power total_power day_income month_power total_income",
    ),
    "9.1.4.2": (
        "getKpiStationHour",
        None,
        "radiation_intensity theory_power inverter_power ongrid_power power_profit",
    ),
    "9.1.4.3": ("getKpiStationDay", None, CALENDAR),
    "9.1.4.4": ("getKpiStationMonth", None, CALENDAR),
    "9.1.4.5": ("getKpiStationYear", None, CALENDAR),
    "9.1.6.1": ("getDevRealKpi", 1, f"{COMMON} {STRINGS} {MPPTS} run_state"),
    "9.1.6.2": ("getDevHistoryKpi", 1, f"{COMMON} {STRINGS} {MPPTS}"),
    "9.4.1": ("getDevFiveMinutes", 1, f"{COMMON} {STRINGS} {MPPTS}"),
    "9.1.6.4": ("getDevKpiMonth", 1, "installed_capacity perpower_ratio product_power"),
    "9.3.1": ("getInventerRealKpi", 1, INVERTER),
}


def known(interface, type_id):
    keys = set()
    for row in documented_for(interface, type_id):
        keys |= {row.key.replace("{n}", str(n)) for n in range(1, row.numbers.get(type_id, 1) + 1)}
    return keys


@pytest.mark.parametrize("section", EXAMPLES)
def test_example_keys(section):
    """The example's keys are exactly those that the catalogue has from the tables of 9.2 and 9.3.1."""
    interface, type_id, keys = EXAMPLES[section]
    assert known(interface, type_id) == set(keys.split())


def test_theory_is_capacity_times_irradiation():
    """Both day rows of 9.1.4.3 show it, and that the performance ratio is a percentage."""
    for capacity, irradiation, theory in ((25200, 0.6968, 17559.36), (467.04, 1.4123, 659.6)):
        assert capacity * irradiation == pytest.approx(theory, rel=1e-4)
    (ratio,) = [row for row in documented_for("getKpiStationDay") if row.key == "performance_ratio"]
    assert ratio.stored == "%"


def test_keys_look_like_keys():
    """A key is one word: nothing of the manual's line breaks is left in it."""
    for interface in ("getDevRealKpi", "getDevHistoryKpi", "getKpiStationDay"):
        assert all(re.fullmatch(r"\w+", key) for key in known(interface, None))
