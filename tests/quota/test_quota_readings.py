"""No reading of the vendor's limits refuses a driver that sends at the next free moment, and little is left unused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from quota_cloud import START, TIMEOUT_S, Cloud, Driver

from collector.quota import Allowance, Lesson, Pace, Spend, next_free

SETTINGS = settings(max_examples=100, deadline=None)

calls_ = st.integers(1, 12)
windows = st.sampled_from([60.0, 300.0, 600.0, 1800.0, 86_400.0])
rates = st.sampled_from([0.9999, 1.0, 1.00009])
gaps = st.sampled_from([0.0, 60.0])
ends = st.sampled_from([0.0, 1.0])
shares = st.one_of(ends, st.floats(0, 1))
allowances = st.builds(Allowance, calls_, windows, gaps)
latencies = st.one_of(st.sampled_from([0.05, 1.0, 5.0]), st.floats(0.05, 5.0))

a_call = st.tuples(st.just("call"), latencies, shares, shares)
trouble = st.one_of(
    st.tuples(st.just("lost"), st.floats(0.05, TIMEOUT_S - 0.1), shares, shares),
    st.tuples(st.just("refused"), latencies, shares, shares),
    st.tuples(st.just("jump"), st.floats(-1e6, 1e6)),
    st.tuples(st.just("down"), st.floats(0, 4000), st.floats(0, 1e6)),
    st.tuples(st.just("resize"), calls_),
    st.tuples(st.just("idle"), st.floats(0, 1e5)),
)
lives = st.lists(st.one_of(a_call, a_call, a_call, trouble), min_size=5, max_size=70)


def live(driver: Driver, life: list[tuple]) -> None:
    for step, *values in life:
        match step:
            case "call":
                driver.call(*values)
            case "lost":
                driver.call(*values, lost=True)
            case "refused":
                driver.call(*values, refused=True)
            case "jump":
                driver.jump(*values)
            case "down":
                driver.down(*values)
            case "resize":
                driver.resize(*values)
            case "idle":
                driver.true += values[0]


@SETTINGS
@given(allowed=allowances, rate=rates, life=lives, phase=st.floats(0, 1))
def test_even_satisfies_every_reading(allowed, rate, life, phase):
    """Evenly paced, no call is refused: rolling, fixed windows of any phase, refill, one a minute."""
    cloud = Cloud(allowed.window_s, allowed.min_gap_s)
    live(Driver(allowed, cloud, rate=rate), life)
    assert cloud.rolling() == []
    assert cloud.rolling_as_counted() == []
    assert cloud.fixed(phase) == []
    assert cloud.refill() == []
    assert cloud.one_a_minute() == []


@SETTINGS
@given(allowed=allowances, rate=rates, life=lives, phase=st.floats(0, 1))
def test_burst_satisfies_the_windows(allowed, rate, life, phase):
    """In bursts, no call is refused by a window, rolling or fixed, nor by one a minute."""
    cloud = Cloud(allowed.window_s, allowed.min_gap_s)
    live(Driver(replace(allowed, pace=Pace.BURST), cloud, rate=rate), life)
    assert cloud.rolling() == []
    assert cloud.rolling_as_counted() == []
    assert cloud.fixed(phase) == []
    assert not allowed.min_gap_s or cloud.one_a_minute() == []


@SETTINGS
@given(
    calls=st.integers(1, 48),
    life=st.lists(a_call, min_size=20, max_size=80),
)
def test_daily_interfaces_need_no_assumption_about_the_way_out(calls, life):
    """Where answers are short against the gap, refill holds for any way out up to the whole answer time."""
    cloud = Cloud(86_400.0, 0.0)
    live(Driver(Allowance(calls, 86_400.0), cloud, bounded=False), life)
    assert cloud.refill() == []


@SETTINGS
@given(calls=calls_, window_s=windows, life=st.lists(a_call, min_size=2, max_size=8))
def test_the_first_calls_need_no_assumption_about_the_way_out(calls, window_s, life):
    """While fewer than 8 answers are measured, refill holds for any way out up to the whole answer time."""
    cloud = Cloud(window_s, 0.0)
    live(Driver(Allowance(calls, window_s), cloud, bounded=False), life)
    assert cloud.refill() == []


@SETTINGS
@given(
    calls=calls_,
    window_s=windows,
    low=st.floats(0.05, 5),
    width=st.floats(0, 3),
    draws=st.lists(st.floats(0, 1), min_size=30, max_size=60),
)
def test_a_way_out_of_a_steady_share_is_safe(calls, window_s, low, width, draws):
    """Answer times that once showed their range, with the way out a steady share of them, are never refused."""
    cloud = Cloud(window_s, 0.0)
    driver = Driver(Allowance(calls, window_s), cloud, bounded=False)
    for at in [0.0, 1.0, *draws[1:]]:
        driver.call(low + width * at, draws[0], 1.0)
    assert cloud.refill() == []


@SETTINGS
@given(calls=calls_, window_s=windows, min_gap_s=gaps, answer_s=st.floats(0.05, 5))
@example(calls=12, window_s=60.0, min_gap_s=0.0, answer_s=5.0)
def test_even_uses_what_the_rules_leave(calls, window_s, min_gap_s, answer_s):
    """At a constant answer time at least 99 % of the possible calls are made."""
    driver = Driver(Allowance(calls, window_s, min_gap_s), Cloud(window_s, min_gap_s))
    for _ in range(20):
        driver.call(answer_s, 0.5, 0.5)
    begun = driver.cloud.told[-1].sent
    for _ in range(120):
        driver.call(answer_s, 0.5, 0.5)
    possible_s = max((window_s + answer_s) / calls, min_gap_s + answer_s if min_gap_s else 0.0)
    assert (driver.cloud.told[-1].sent - begun) / 120 <= possible_s / 0.99


def test_even_is_even():
    """At a constant answer time all spacings are alike: no stall at the end of a window."""
    driver = Driver(Allowance(4, 300), Cloud(300.0, 0.0))
    for _ in range(40):
        driver.call(5.0, 0.5, 0.5)
    sent = [call.sent for call in driver.cloud.told[12:]]
    assert [b - a for a, b in pairwise(sent)] == pytest.approx([305 / 4] * 27, abs=0.02)


def test_after_a_lost_call_the_way_out_may_be_anything():
    """A call lost in flight may have arrived as late as its timeout: refill holds all the same."""
    cloud = Cloud(300.0, 0.0)
    driver = Driver(Allowance(10, 300), cloud)
    for _ in range(12):
        driver.call(1.0, 0.5, 0.5)
    driver.call(TIMEOUT_S, 1.0, 1.0, lost=True)
    driver.call(1.0, 0.0, 0.0)
    assert cloud.refill() == []


@SETTINGS
@given(calls=calls_, window_s=windows, answer_s=st.floats(0.05, 5))
def test_burst_sends_a_window_at_once(calls, window_s, answer_s):
    """A burst waits for answers only, until the window is used up; then for the oldest call to free."""
    driver = Driver(Allowance(calls, window_s, 0.0, Pace.BURST), Cloud(window_s, 0.0))
    for _ in range(calls + 1):
        driver.call(answer_s, 0.5, 0.5)
    *burst, after = driver.cloud.told
    assert burst[-1].sent - START == pytest.approx(answer_s * (calls - 1), abs=1e-4)
    assert after.sent - burst[0].ended == pytest.approx(window_s, rel=2e-4)


def test_an_allowance_of_nothing_is_never_free():
    """No calls: the next free moment is infinitely far."""
    assert next_free(Allowance(0, 300), [], Lesson(), START, TIMEOUT_S) == float("inf")


def test_the_first_call_goes_at_once():
    """Without spends and lessons the interface is free now, at either pace."""
    for pace in Pace:
        assert next_free(Allowance(1, 300, 60, pace), [], Lesson(), START, TIMEOUT_S) == START


def test_a_lesson_is_a_floor():
    """Nothing is sent before `blocked_until`, even by an interface that was never called."""
    lesson = Lesson(blocked_until=START + 1800)
    assert next_free(Allowance(5, 600), [], lesson, START, TIMEOUT_S) == START + 1800
    assert (
        next_free(Allowance(5, 600), [Spend(START - 1e6, START - 1e6)], lesson, START, TIMEOUT_S)
        == START + 1800
    )


@pytest.mark.parametrize(
    ("allowance", "spacing_s"),
    [
        (Allowance(4, 300), 75 * 2 + 1),  # from sending, with the answer time while it is unmeasured
        (Allowance(1, 300), 300 * 2 + 1),  # from the answer
        (Allowance(12, 300, 60), 60 * 2 + 1),  # from the answer
    ],
)
def test_a_stretch_multiplies_every_gap(allowance, spacing_s):
    """A stretch of 2 doubles w/n, the window of a single call, and the one-a-minute gap."""
    free = next_free(allowance, [Spend(START, START + 1)], Lesson(stretch=2), START, TIMEOUT_S)
    assert free - START == pytest.approx(spacing_s, rel=2e-4)


def test_a_burst_once_refused_is_paced():
    """A lesson that lost its burst is paced evenly whatever the allowance says."""
    spends = [Spend(START, START + 1)]
    burst = Allowance(4, 300, 0, Pace.BURST)
    assert next_free(burst, spends, Lesson(), START + 1, TIMEOUT_S) == START + 1
    assert next_free(burst, spends, Lesson(burst_lost=True), START + 1, TIMEOUT_S) >= START + 75


def test_a_lost_call_counts_as_answered_at_its_timeout():
    """After a crash in flight the window is counted from the moment the call would have been given up."""
    free = next_free(Allowance(1, 300), [Spend(START)], Lesson(), START, TIMEOUT_S)
    assert free - START == pytest.approx(360, rel=2e-4)


class Watched(list):
    """A list that counts how many of its items are looked at."""

    seen = 0

    def __getitem__(self, key):
        self.seen += len(range(*key.indices(len(self)))) if isinstance(key, slice) else 1
        return super().__getitem__(key)

    def __iter__(self):
        raise AssertionError("a full scan")


def test_a_question_looks_at_few_spends():
    """However long the ledger, some seventy spends are looked at, and where answers are short fewer than ten."""
    long = Watched(Spend(START + 10 * i, START + 10 * i + 0.5 + i % 2) for i in range(10_000))
    next_free(Allowance(300, 3000), long, Lesson(), START + 1e5, TIMEOUT_S)
    assert long.seen <= 64 + 20
    short = Watched(Spend(START + 400 * i, START + 400 * i + 0.5) for i in range(10_000))
    next_free(Allowance(200, 86_400), short, Lesson(), START + 4e6, TIMEOUT_S)
    assert short.seen < 10
