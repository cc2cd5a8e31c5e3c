from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import SpentElsewhere
from collector.quota import Lesson, Spend, rebase
from collector.store import StateFile
from collector.store.ledger import KEPT

MOMENTS = st.floats(0, 1e4, allow_nan=False)
STEPS = st.one_of(
    st.tuples(st.just("spend"), st.sampled_from("ab"), MOMENTS),
    st.tuples(st.just("answered"), st.integers(0, 30), MOMENTS),
    st.tuples(st.just("refused"), st.integers(0, 30), MOMENTS),
    st.tuples(st.just("shift"), st.just(0), st.floats(-100, 100)),
    st.tuples(st.just("rebase"), st.just(0), MOMENTS),
)


def _model(steps):
    spends: list[tuple[str, Spend]] = []
    for kind, what, value in steps:
        if kind == "spend":
            spends.append((what, Spend(value, id=len(spends) + 1)))
        elif kind in ("answered", "refused") and spends:
            which = what % len(spends)
            name, old = spends[which]
            spends[which] = (name, Spend(old.sent, value, kind == "refused", old.id))
        elif kind == "shift":
            spends = [
                (
                    n,
                    Spend(
                        s.sent + value, None if s.answered is None else s.answered + value, s.refused, s.id
                    ),
                )
                for n, s in spends
            ]
        elif kind == "rebase":
            moved = {s.id: s for name in "ab" for s in rebase([s for n, s in spends if n == name], value)}
            spends = [(n, moved[s.id]) for n, s in spends]
    return spends


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_the_ledger_is_a_list_that_survives(steps):
    """Whatever was spent, answered, shifted and rebased, the ledger says what a plain list would say."""
    with StateFile.in_memory() as state:
        ids: list[int] = []
        for kind, what, value in steps:
            if kind == "spend":
                ids.append(state.ledger.spend("home", what, value))
            elif kind in ("answered", "refused") and ids:
                state.ledger.answered(ids[what % len(ids)], value, refused=kind == "refused")
            elif kind == "shift":
                state.ledger.shift(value)
            elif kind == "rebase":
                state.ledger.rebase(value)
        model = _model(steps)
        for name in "ab":
            mine = [s for n, s in model if n == name]
            assert state.ledger.recent("home", name, -1e9) == mine
            assert state.ledger.recent("home", name, 50.0) == [
                s for s in mine if max(s.sent, s.sent if s.answered is None else s.answered) >= 50.0
            ]
            assert state.ledger.last_id("home", name) == max((s.id for s in mine), default=0)
            assert state.ledger.used("home", name, 50.0) == (
                sum(s.sent >= 50.0 for s in mine),
                sum(s.refused and s.sent >= 50.0 for s in mine),
            )
            assert state.ledger.recent("other", name, -1e9) == []


def test_a_spend_is_there_after_a_restart(state_dir):
    """A spend without an answer is found again, and so still counts."""
    with StateFile.open(state_dir) as state:
        number = state.ledger.spend("home", "i", 5.0)
    with StateFile.open(state_dir) as state:
        assert state.ledger.recent("home", "i", 0.0) == [Spend(5.0, None, False, number)]


def test_what_another_has_spent_is_not_spent_twice(state_dir, state):
    """A spend that rests on an outdated ledger is refused and spends nothing."""
    with StateFile.open(state_dir) as other:
        seen = state.ledger.last_id("home", "i")
        theirs = other.ledger.spend_if("home", "i", 1.0, seen)
        with pytest.raises(SpentElsewhere):
            state.ledger.spend_if("home", "i", 1.0, seen)
        assert len(state.ledger.recent("home", "i", 0.0)) == 1
        assert state.ledger.spend_if("home", "i", 2.0, theirs) > theirs
        state.ledger.spend_if("home", "j", 2.0, 0)


def test_processes_share_one_allowance(state_dir):
    """Two processes that race for the same numbers spend each of them exactly once."""
    StateFile.open(state_dir).close()
    code = f"""
from pathlib import Path
from collector.errors import SpentElsewhere
from collector.store import StateFile
won = 0
with StateFile.open(Path({str(state_dir)!r})) as state:
    while (last := state.ledger.last_id("home", "i")) < 200:
        try:
            state.ledger.spend_if("home", "i", float(last), last)
        except SpentElsewhere:
            continue
        won += 1
print(won)
"""
    racers = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in "ab"]
    won = [int(racer.communicate()[0]) for racer in racers]
    assert sum(won) == 200
    with StateFile.open(state_dir) as state:
        assert [s.sent for s in state.ledger.recent("home", "i", 0.0)] == [float(n) for n in range(200)]


def test_a_kill_leaves_all_or_nothing(state_dir):
    """A process killed inside its transaction has spent and landed nothing; what it committed stays."""
    code = f"""
import os
from pathlib import Path
from collector.model import Lane
from collector.store import SpoolBatch, StateFile
state = StateFile.open(Path({str(state_dir)!r}), hold=True)
batch = SpoolBatch("home", "i", Lane.LIVE, 1.0, 7, 0, 0, os.urandom(4_000_000))
with state.transaction():
    spend = state.ledger.spend("home", "i", 1.0)
with state.transaction():
    state.ledger.answered(spend, 2.0, refused=False)
    state.spool.append(batch)
    state.facts.put("home", "kind", "subject", "value", 1.0)
    os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    with StateFile.open(state_dir, hold=True) as state:
        assert not state.salvaged
        assert [s.answered for s in state.ledger.recent("home", "i", 0.0)] == [None]
        assert state.spool.stats().batches == 0
        assert state.spool.balance().landed == 0
        assert state.facts.all() == []


def test_pruning_keeps_what_counts(state):
    """Only spends sent and answered before the moment go, and the newest 64 of each interface stay."""
    for sent in range(100):
        state.ledger.answered(state.ledger.spend("home", "i", float(sent)), sent + 0.5, refused=False)
    state.ledger.answered(state.ledger.spend("home", "late", 1.0), 1000.0, refused=False)
    for sent in range(70):
        state.ledger.spend("home", "j", float(sent))
    last = state.ledger.last_id("home", "i")
    assert state.ledger.prune(20.0) == 20 + 6
    assert [s.sent for s in state.ledger.recent("home", "i", 0.0)] == [float(s) for s in range(20, 100)]
    assert len(state.ledger.recent("home", "j", 0.0)) == KEPT
    assert len(state.ledger.recent("home", "late", 0.0)) == 1
    state.ledger.prune(1e9)
    assert len(state.ledger.recent("home", "i", 0.0)) == KEPT
    assert state.ledger.last_id("home", "i") == last


def test_lessons_are_remembered_by_interface(state_dir):
    """A lesson comes back after a restart as it was; an interface without one has a fresh lesson."""
    lesson = Lesson(2.0, 500.0, "busy", 3, burst_lost=True, refused_at=400.0)
    with StateFile.open(state_dir) as state:
        state.ledger.set_lesson("home", "i", Lesson())
        state.ledger.set_lesson("home", "i", lesson)
        state.ledger.set_lesson("other", "j", lesson)
    with StateFile.open(state_dir) as state:
        assert state.ledger.lesson("home", "i") == lesson
        assert state.ledger.lesson("home", "j") == Lesson()
        assert state.ledger.lessons("home") == {"i": lesson}


def test_spending_is_quick(state):
    """Hundreds of durable spends take no more than statements and syncs: no scan grows with the ledger."""
    for sent in range(500):
        state.ledger.spend("home", "i", float(sent))
    plan = state._database.rows(
        "EXPLAIN QUERY PLAN SELECT coalesce(max(id), 0) FROM spend WHERE account = 'home' AND interface = 'i'"
    )
    assert "COVERING INDEX spend_of" in plan[0][3]
