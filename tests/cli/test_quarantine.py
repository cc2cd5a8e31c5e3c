from __future__ import annotations

import json
import time

import pytest

from collector.model import Lane
from collector.packing import pack, unpack
from collector.report.replaying import replay
from collector.store import Rejected, SpoolBatch, StateFile

LINE = b"pv_inverter,device_id=11 active_power_kw=1.0 1700000000000000000"
LATER = b"pv_inverter,device_id=11 active_power_kw=2.0 1700000000000000000"


def rejected(line=LINE, fetched_at=100.0, **more):
    return Rejected(line, "field type conflict", "sqlite", fetched_at, 200.0, "home", "getDevRealKpi", **more)


def batch(line, fetched_at, lane=Lane.LIVE):
    return SpoolBatch("home", "getDevRealKpi", lane, fetched_at, 1, 1, 1, pack([line]))


def waiting(state):
    return [line for lines, _ in state.spool.waiting() for line in lines]


@pytest.fixture
def state():
    with StateFile.in_memory() as opened:
        yield opened


def test_a_line_goes_back_into_the_spool(state):
    """A replayed line waits in the live lane with its first moment of fetching, and is in quarantine no more."""
    number = state.quarantine.add(rejected())
    done = replay(state, state.quarantine.list())
    assert (done.replayed, done.covered) == ((number,), ())
    head = state.spool.oldest()
    assert (unpack(head.body), head.lane, head.fetched_at) == ([LINE], Lane.LIVE, 100.0)
    assert state.quarantine.count() == 0
    assert state.spool.balance().missing == 0


@pytest.mark.parametrize("lane", list(Lane))
def test_what_waits_in_the_spool_and_is_newer_covers(state, lane):
    """A later answer that is not written yet would be undone by the older line: it stays."""
    number = state.quarantine.add(rejected())
    state.spool.append(batch(LATER, 101.0, lane))
    assert replay(state, state.quarantine.list()).covered == (number,)
    assert waiting(state) == [LATER]
    assert state.quarantine.count() == 1


def test_what_waits_and_is_older_does_not_cover(state):
    """An older answer that still waits is written first, so the line may follow."""
    state.quarantine.add(rejected())
    state.spool.append(batch(LATER, 99.0))
    replay(state, state.quarantine.list())
    assert waiting(state) == [LATER, LINE]


def test_another_identity_does_not_cover(state):
    """Only measurement, tags and time together name a reading."""
    state.quarantine.add(rejected())
    state.spool.append(batch(LATER.replace(b"=11", b"=12"), 101.0))
    assert len(replay(state, state.quarantine.list()).replayed) == 1


def test_what_was_written_since_covers(state):
    """A later answer that the database has confirmed covers the line for ever."""
    state.quarantine.add(rejected())
    state.spool.append(batch(LATER, 101.0))
    state.spool.settle(state.spool.oldest().id)
    assert replay(state, state.quarantine.list()).replayed == ()


def test_a_line_without_a_time_can_be_replayed(state):
    """A malformed line may be tried again once the database is mended."""
    state.quarantine.add(rejected(b"nonsense"))
    assert len(replay(state, state.quarantine.list()).replayed) == 1


def test_list_and_show(run, config, filled):
    """The list and one line tell number, reason and the line itself."""
    (line,) = json.loads(run("quarantine", "list", "--config", config, "--json").out)["lines"]
    assert (line["reason"], line["covered"], line["line"]) == ("field type conflict", False, LINE.decode())
    assert json.loads(run("quarantine", "show", line["id"], "--config", config, "--json").out) == line
    assert "field type conflict" in run("quarantine", "list", "--config", config).out
    assert "getDevRealKpi" in run("quarantine", "show", line["id"], "--config", config).out


def test_replay_by_number_and_all(run, config, filled):
    """A line is replayed by its number, or with all others; then the quarantine is empty."""
    assert run("quarantine", "replay", 1, "--config", config).code == 0
    assert "No line was refused" in run("quarantine", "list", "--config", config).out
    outcome = run("quarantine", "replay", "--all", "--config", config, "--json")
    assert json.loads(outcome.out) == {"replayed": [], "covered": []}


def test_a_covered_line_is_the_answer_no(run, config, filled):
    """Replay of a line that a later answer has covered changes nothing and exits 1."""
    with StateFile.open(filled) as state:
        number = state.quarantine.add(rejected(covered=True))
    assert run("quarantine", "replay", number, "--config", config).code == 1
    assert json.loads(run("quarantine", "show", number, "--config", config, "--json").out)["covered"]


@pytest.mark.parametrize(
    "arguments", [["replay"], ["replay", "1", "--all"], ["show", "77"], ["replay", "77"]]
)
def test_wrong_use(run, config, filled, arguments):
    """A missing choice or an unknown number is wrong use, told in one line."""
    outcome = run("quarantine", *arguments, "--config", config)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1


def test_many_lines_are_shown_shortly(run, config, filled):
    """The table shows the newest 50 and says how many there are."""
    with StateFile.open(filled) as state:
        for _ in range(60):
            state.quarantine.add(rejected(fetched_at=time.time()))
    outcome = run("quarantine", "list", "--config", config)
    assert "The newest 50 of 61 lines" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80
