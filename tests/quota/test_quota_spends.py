"""Ages of spends survive jumps of the wall clock; answer times are measured on the newest."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.quota import Spend, latest_end, rebase, shift, spread

NOW = 1_790_000_000.0


@given(delta=st.floats(-1e9, 1e9))
def test_shift_keeps_every_age(delta):
    """After a jump, age by the new clock is age by the old; number and refusal stay."""
    before = [Spend(NOW - 100, NOW - 99, refused=True, id=7), Spend(NOW - 5)]
    after = shift(before, delta)
    assert [(NOW + delta) - s.sent for s in after] == [100, 5] or all(
        abs(((NOW + delta) - a.sent) - (NOW - b.sent)) < 1e-5 for a, b in zip(after, before, strict=True)
    )
    assert after[0].answered is not None
    assert abs((after[0].answered - after[0].sent) - 1) < 1e-5
    assert after[1].answered is None
    assert (after[0].refused, after[0].id) == (True, 7)


def test_rebase_leaves_the_past_alone():
    """Where nothing is dated in the future nothing changes."""
    spends = [Spend(NOW - 100, NOW - 99), Spend(NOW - 60)]
    assert rebase(spends, NOW) == spends
    assert rebase([], NOW) == []


def test_rebase_moves_the_future_together():
    """The newest of the future ended now, the others as long before it as they were; the past stays."""
    past, ahead = Spend(NOW - 10, NOW - 9, id=1), NOW + 5000
    spends = [past, Spend(ahead, ahead + 1, id=2), Spend(ahead + 300, ahead + 302, id=3)]
    assert rebase(spends, NOW) == [past, Spend(NOW - 302, NOW - 301, id=2), Spend(NOW - 2, NOW, id=3)]


def test_rebase_of_a_call_in_flight():
    """A call without an answer that is dated in the future was sent now at the latest."""
    assert rebase([Spend(NOW + 50)], NOW) == [Spend(NOW)]
    assert rebase([Spend(NOW - 1, NOW + 50)], NOW) == [Spend(NOW - 51, NOW)]


@settings(deadline=None)
@given(
    ages=st.lists(st.floats(0, 1e5), min_size=1, max_size=20),
    set_back=st.floats(0, 2e5),
    outage=st.floats(0, 1e4),
)
def test_rebase_never_ages_a_spend(ages, set_back, outage):
    """However far the clock was set back while down, no spend looks older than it is."""
    spends = [Spend(NOW - age, NOW - age + 1) for age in sorted(ages, reverse=True)]
    now = NOW + 1 + outage - set_back
    for before, after in zip(spends, rebase(spends, now), strict=True):
        assert after.answered is not None
        assert before.answered is not None
        assert now - after.answered <= (NOW + 1 + outage) - before.answered + 1e-6
        assert after.answered <= now + 1e-6


def test_spread_is_unknown_at_first():
    """Fewer than eight answers tell nothing; spends without an answer are left out."""
    spends = [Spend(NOW + i, NOW + i + 1) for i in range(7)]
    assert spread(spends) == math.inf
    assert spread([*spends, Spend(NOW + 8)]) == math.inf
    assert spread([*spends, Spend(NOW + 8), Spend(NOW + 9, NOW + 13)]) == 3


def test_spread_forgets():
    """Only the newest 64 spends are measured."""
    slow = Spend(NOW, NOW + 30)
    spends = [slow] + [Spend(NOW + 60 * i, NOW + 60 * i + 1) for i in range(1, 64)]
    assert spread(spends) == 29
    assert spread([*spends, Spend(NOW + 9000, NOW + 9001)]) == 0


def test_latest_end_sees_calls_that_overlap():
    """A slow call sent earlier may end later than the one asked for; an older one cannot."""
    spends = [Spend(NOW - 200, NOW - 199), Spend(NOW), Spend(NOW + 1, NOW + 2)]
    assert latest_end(spends, 2, 60) == NOW + 60
    assert latest_end(spends, 0, 60) == NOW - 199


def test_an_answer_dated_before_its_sending_ends_at_the_sending():
    """A clock that ran back in flight makes no call end before it was sent."""
    assert Spend(NOW, NOW - 30).ended(60) == NOW
