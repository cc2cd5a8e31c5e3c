from __future__ import annotations

from collector.kpi import Day, StringSums
from collector.store import StateFile


def test_operands_survive_a_restart(state_dir):
    """Days, sums and the date of waking come back as they were, over more members than one question names."""
    many = {f"d{n}": StringSums("2026-11-20", n, {1: float(n), 2: 2.0}) for n in range(1_200)}
    with StateFile.open(state_dir) as state:
        state.operands.put_days({"A": {"2026-11-20": Day(5.0, yield_kwh=3.0)}}, 32)
        state.operands.put_strings(many)
        state.operands.put_woke({"A": "2026-11-20"})
    with StateFile.open(state_dir) as state:
        assert state.operands.days(["A", "B"]) == {"A": {"2026-11-20": Day(5.0, yield_kwh=3.0)}}
        assert state.operands.strings(list(many)) == many
        assert state.operands.woke(["A", "B"]) == {"A": "2026-11-20"}
        state.operands.forget("A")
        assert (state.operands.days(["A"]), state.operands.woke(["A"])) == ({}, {})


def test_of_a_day_the_last_fetched_counts_and_the_newest_are_kept(state):
    """An answer that comes late replaces nothing newer; days beyond the number asked for are let go, oldest first."""
    state.operands.put_days(
        {"A": {f"2026-11-{n:02d}": Day(10.0, yield_kwh=float(n)) for n in range(1, 6)}}, 3
    )
    assert sorted(state.operands.days(["A"])["A"]) == ["2026-11-03", "2026-11-04", "2026-11-05"]
    state.operands.put_days(
        {"A": {"2026-11-05": Day(9.0, yield_kwh=0.0), "2026-11-04": Day(11.0, yield_kwh=8.0)}}, 3
    )
    days = state.operands.days(["A"])["A"]
    assert (days["2026-11-05"].yield_kwh, days["2026-11-04"].yield_kwh) == (5.0, 8.0)


def test_a_plant_does_not_wake_backwards(state):
    """A late answer of yesterday does not take today's waking back."""
    state.operands.put_woke({"A": "2026-11-20"})
    state.operands.put_woke({"A": "2026-11-19", "B": "2026-11-19"})
    assert state.operands.woke(["A", "B"]) == {"A": "2026-11-20", "B": "2026-11-19"}


def test_a_damaged_operand_is_unknown_until_it_is_written_anew(state):
    """One unreadable document hides neither its neighbours nor what comes after it."""
    sums = {"x": StringSums("d", 1, {1: 1.0}), "y": StringSums("d", 1, {1: 2.0})}
    state.operands.put_strings(sums)
    state._database.execute("UPDATE operand SET doc = '{\"day' WHERE key = 'x'")
    assert state.operands.strings(["x", "y"]) == {"y": sums["y"]}
    state.operands.put_strings(sums)
    assert state.operands.strings(["x", "y"]) == sums
