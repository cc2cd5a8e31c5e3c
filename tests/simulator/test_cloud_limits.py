"""The cloud's limits: the manual's worked examples, and the three ways of enforcing one number."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.simulator.limits import RULES, Counts, Limits, Window

TWENTY = Counts(20, {1: 20, 17: 20})
HUNDRED_TWENTY = Counts(120, {1: 120, 17: 120})
DAY = 86_400.0

# The examples of the manual's sections, retyped: calls for 20 plants (20 inverters, 20 meters), and for 120.
EXAMPLES = {
    "login": (600, 5, 5),
    "logout": (600, 5, 5),
    "stations": (DAY, 34, 44),
    "getStationList": (DAY, 24, 24),
    "getStationRealKpi": (300, 1, 2),
    "getKpiStationHour": (DAY, 25, 26),
    "getKpiStationDay": (DAY, 25, 26),
    "getKpiStationMonth": (DAY, 25, 26),
    "getKpiStationYear": (DAY, 25, 26),
    "getDevList": (DAY, 25, 26),
    "getDevRealKpi": (300, 2, 4),
    "getDevHistoryKpi": (DAY, 28, 48),
    "getDevKpiDay": (DAY, 26, 28),
    "getDevKpiMonth": (DAY, 26, 28),
    "getDevKpiYear": (DAY, 26, 28),
    "getAlarmList": (1_800, 2, 4),
    "getInventerRealKpi": (3_600, 1, 1),
    "getDevFiveMinutes": (DAY, 28, 48),
}
ONE_A_MINUTE = {
    "getStationList", "getStationRealKpi", "getKpiStationHour", "getKpiStationDay", "getKpiStationMonth",
    "getKpiStationYear", "getDevList", "getDevHistoryKpi", "getDevKpiDay", "getDevKpiMonth", "getDevKpiYear",
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_formulas_give_the_manuals_examples(name):
    """Every limit equals both worked examples of its section."""
    window_s, twenty, more = EXAMPLES[name]
    rule = RULES[name]
    assert (rule.window_s, rule.calls(TWENTY), rule.calls(HUNDRED_TWENTY)) == (window_s, twenty, more)
    assert rule.one_a_minute is (name in ONE_A_MINUTE)


def test_every_interface_has_a_rule():
    """No interface is left without a limit."""
    assert set(RULES) == set(EXAMPLES)


def test_loggers_count_for_alarms_only():
    """Types without measurements widen the alarm list alone."""
    plain, logged = Counts(1, {1: 1}), Counts(1, {1: 1, 62: 201, 63: 1})
    wider = {name for name, rule in RULES.items() if rule.calls(logged) > rule.calls(plain)}
    assert wider == {"getAlarmList"}


@pytest.mark.parametrize("window", Window)
@given(steps=st.lists(st.floats(0.0, 400.0), min_size=5, max_size=120))
@settings(max_examples=40, deadline=None)
def test_no_reading_admits_more_than_its_own_number(window, steps):
    """Rolling admits n in any window, fixed n in any aligned and so 2n in any, refill keeps w/n between two calls."""
    limits, now, taken = Limits(window, seed=3), 1e9, []
    for step in steps:
        now += step
        if limits.admit("getDevRealKpi", HUNDRED_TWENTY, now):
            taken.append(now)
    for first in taken:
        inside = [t for t in taken if first <= t < first + 300]
        assert len(inside) <= (8 if window is Window.FIXED else 4)
    if window is Window.REFILL:
        assert all(b - a >= 75 for a, b in pairwise(taken))


@pytest.mark.parametrize("window", Window)
def test_a_call_that_keeps_its_distance_is_never_refused(window):
    """Sent w/n apart, calls pass under all three readings."""
    limits = Limits(window, seed=5)
    assert all(limits.admit("getDevRealKpi", TWENTY, 1e9 + 150 * n) for n in range(500))


def test_rolling_frees_a_place_exactly_after_the_window():
    """The sixth login within ten minutes is refused, and admitted ten minutes after the first."""
    limits = Limits(Window.ROLLING, seed=1)
    assert [limits.admit("login", TWENTY, 1e9 + n) for n in range(6)] == [True] * 5 + [False]
    assert not limits.admit("login", TWENTY, 1e9 + 599.9)
    assert limits.admit("login", TWENTY, 1e9 + 600)


def test_fixed_windows_allow_a_burst_across_their_border():
    """A fixed window may admit twice its number within a short while: its border lies anywhere."""
    limits = Limits(Window.FIXED, seed=9)
    taken = [t for t in range(0, 4_500, 5) if limits.admit("getInventerRealKpi", TWENTY, 1e9 + t)]
    assert len(taken) == 2
    assert taken[1] - taken[0] < 3_600


def test_one_a_minute_is_refused_without_cost():
    """A second call within the minute is refused, and does not put the minute off."""
    limits = Limits(Window.ROLLING, seed=1)
    calls = [limits.admit("getDevList", TWENTY, 1e9 + t) for t in (0, 59, 60, 119, 121)]
    assert calls == [True, False, True, False, True]


def test_the_minute_runs_from_the_answer():
    """Where an answer took long, its end begins the minute."""
    limits = Limits(Window.ROLLING, seed=1)
    assert limits.admit("getDevList", TWENTY, 1e9)
    limits.answered("getDevList", 1e9 + 30)
    assert not limits.admit("getDevList", TWENTY, 1e9 + 61)
    assert limits.admit("getDevList", TWENTY, 1e9 + 90)


def test_nothing_is_served_to_an_account_without_devices():
    """A formula that gives no call refuses every call."""
    assert not Limits(Window.REFILL, seed=1).admit("getDevRealKpi", Counts(1, {62: 1}), 1e9)
