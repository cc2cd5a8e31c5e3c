"""The documented formulas, held by the worked examples of every section of the manual, retyped."""

from __future__ import annotations

import math

import pytest

from collector.catalogue.fusionsolar.interfaces import INTERFACES
from collector.catalogue.fusionsolar.types import KPI_TYPES
from collector.quota import Allowance, Fleet, Limit, Pace, allowance, budget_calls, cadence

INVERTER, METER, DONGLE = 38, 47, 62
DAY = 86_400


def fleet(size: int) -> Fleet:
    """The manual's examples count plants, inverters and meters of one number."""
    return Fleet(plants=size, devices={INVERTER: size, METER: size})


@pytest.mark.parametrize(
    ("section", "name", "window_s", "of_20", "of_120"),
    [
        ("9.1.1", "login", 600, 5, 5),
        ("9.1.2", "logout", 600, 5, 5),
        ("9.1.3", "stations", DAY, 34, 44),
        ("9.1.4.1", "getStationRealKpi", 300, 1, 2),
        ("9.1.4.2", "getKpiStationHour", DAY, 25, 26),
        ("9.1.4.3", "getKpiStationDay", DAY, 25, 26),
        ("9.1.4.4", "getKpiStationMonth", DAY, 25, 26),
        ("9.1.4.5", "getKpiStationYear", DAY, 25, 26),
        ("9.1.5", "getDevList", DAY, 25, 26),
        ("9.1.6.1", "getDevRealKpi", 300, 2, 4),
        ("9.1.6.2", "getDevHistoryKpi", DAY, 28, 48),
        ("9.1.6.3", "getDevKpiDay", DAY, 26, 28),
        ("9.1.6.4", "getDevKpiMonth", DAY, 26, 28),
        ("9.1.6.5", "getDevKpiYear", DAY, 26, 28),
        ("9.1.7", "getAlarmList", 1800, 2, 4),
        ("9.3.1", "getInventerRealKpi", 3600, 1, 1),
        ("9.4.1", "getDevFiveMinutes", DAY, 28, 48),
        ("9.4.2", "getStationList", DAY, 24, 24),
    ],
)
def test_worked_examples(section: str, name: str, window_s: int, of_20: int, of_120: int) -> None:
    """Each interface gets the number of calls that its section works out for 20 and for 120."""
    interface = INTERFACES[name]
    assert interface.section == section
    for size, calls in ((20, of_20), (120, of_120)):
        assert budget_calls(interface.budget, fleet(size), KPI_TYPES) == calls
        got = allowance(interface, fleet(size), KPI_TYPES)
        assert got == Allowance(calls, float(window_s), float(interface.min_gap_s), Pace.EVEN)


def test_every_interface_has_a_worked_example() -> None:
    """No interface is called whose formula the table above does not hold."""
    rows = test_worked_examples.pytestmark[0].args[1]
    assert {row[1] for row in rows} == set(INTERFACES)


@pytest.mark.parametrize(
    "name",
    [
        "getDevRealKpi",
        "getDevHistoryKpi",
        "getDevKpiDay",
        "getDevKpiMonth",
        "getDevKpiYear",
        "getDevFiveMinutes",
    ],
)
def test_types_without_kpi_data_earn_nothing(name: str) -> None:
    """Dongles and loggers add no calls to a device interface; meters do, even where they are not served."""
    with_dongles = Fleet(20, {INVERTER: 20, METER: 20, DONGLE: 500, 63: 500})
    budget = INTERFACES[name].budget
    assert budget_calls(budget, with_dongles, KPI_TYPES) == budget_calls(budget, fleet(20), KPI_TYPES)


def test_alarms_count_every_type() -> None:
    """The alarm formula sums over every device type."""
    budget = INTERFACES["getAlarmList"].budget
    assert budget_calls(budget, Fleet(20, {INVERTER: 20, METER: 20, DONGLE: 101}), KPI_TYPES) == 4
    assert budget_calls(budget, Fleet(501, {INVERTER: 20}), KPI_TYPES) == 6


@pytest.mark.parametrize(("plants", "calls"), [(0, 24), (1, 34), (100, 34), (101, 44), (200, 44), (201, 54)])
def test_rounding_up_happens_at_the_hundred(plants: int, calls: int) -> None:
    """A hundred is one page; a hundred and one are two."""
    assert budget_calls(INTERFACES["stations"].budget, Fleet(plants), KPI_TYPES) == calls


def test_legacy_has_one_call_a_minute() -> None:
    """Legacy accounts get one call a minute on each interface, but for those with limits of their own."""
    for name, interface in INTERFACES.items():
        legacy = allowance(interface, fleet(120), KPI_TYPES, policy="legacy")
        if name in {"login", "logout", "getInventerRealKpi"}:
            assert legacy == allowance(interface, fleet(120), KPI_TYPES)
        else:
            assert (legacy.calls, legacy.window_s, legacy.min_gap_s) == (1, 60.0, float(interface.min_gap_s))


def test_an_empty_legacy_fleet_may_still_call() -> None:
    """Under the legacy policy the number of plants plays no part."""
    assert allowance(INTERFACES["getStationRealKpi"], Fleet(), KPI_TYPES, policy="legacy").calls == 1


@pytest.mark.parametrize("policy", ["dynamic", "legacy"])
def test_an_override_replaces_single_parts_and_always_wins(policy: str) -> None:
    """Each part of a user's limit wins over formula, policy and asked pace; the others stay."""
    interface = INTERFACES["getStationRealKpi"]
    plain = allowance(interface, fleet(120), KPI_TYPES, policy=policy)

    def limited(limit: Limit) -> Allowance:
        return allowance(interface, fleet(120), KPI_TYPES, policy=policy, limit=limit)

    assert limited(Limit(calls=7)) == Allowance(7, plain.window_s, plain.min_gap_s, plain.pace)
    assert limited(Limit(window_s=90)) == Allowance(plain.calls, 90, plain.min_gap_s, plain.pace)
    assert limited(Limit(min_gap_s=0)) == Allowance(plain.calls, plain.window_s, 0, plain.pace)
    assert limited(Limit(pace=Pace.BURST)) == Allowance(
        plain.calls, plain.window_s, plain.min_gap_s, Pace.BURST
    )
    even = allowance(
        interface, fleet(120), KPI_TYPES, policy=policy, limit=Limit(pace=Pace.EVEN), pace=Pace.BURST
    )
    assert even == plain
    assert limited(Limit(calls=0)).calls == 0


@pytest.mark.parametrize(
    ("calls", "window_s", "min_gap_s", "batches", "every_s"),
    [
        (1, 300, 60, 1, 300),  # one plant: a live sweep each window
        (6, 300, 60, 6, 360),  # 600 plants at one call a minute cannot be swept in 5 minutes
        (4, 300, 0, 4, 300),
        (4, 300, 0, 2, 150),
        (1, 60, 0, 3, 180),
        (25, 86_400, 60, 1, 3456),
        (3, 300, 0, 0, 0),
        (0, 300, 0, 1, math.inf),
    ],
)
def test_cadence(calls: int, window_s: float, min_gap_s: float, batches: int, every_s: float) -> None:
    """A sweep takes its calls times the larger of w/n and the least gap."""
    assert cadence(Allowance(calls, window_s, min_gap_s), batches) == pytest.approx(every_s)


def test_cadence_knows_answer_times_and_stretch() -> None:
    """Answers of 2 s lengthen window and gap by 2 s each; a stretch multiplies the documented part."""
    assert cadence(Allowance(4, 300), 4, answer_s=2) == pytest.approx(302)
    assert cadence(Allowance(6, 300, 60), 6, answer_s=2) == pytest.approx(372)
    assert cadence(Allowance(4, 300), 4, stretch=1.5) == pytest.approx(450)
