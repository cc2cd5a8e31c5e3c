"""The bench of allowances: its definitions, and a short form of it."""

from __future__ import annotations

import json

import pytest

from collector.bench import quota
from collector.bench.quota_figures import gap_s, use_of
from collector.bench.quota_world import DAILY, LIVE, Week, World
from collector.cli import boundary
from collector.simulator.limits import Counts, Window


def test_a_call_takes_its_share_of_the_window_and_its_answer_time():
    """Ten calls of 300 s and 2 s each fill 3 020 s; by the bare formula they fill 3 000 s of it."""
    calls = [(302.0 * n, 2.0) for n in range(10)]
    use = use_of(calls, gap_s=300.0, begin=0.0, end=3020.0)
    assert (use.calls, use.allowed, use.used_pct) == (10, 10.0, 100.0)
    assert use.bare_pct == pytest.approx(100 * 3000 / 3020, abs=0.001)


def test_a_missing_call_is_a_missing_share():
    """A call that was lost or never made is not excused."""
    calls = [(302.0 * n, 2.0) for n in range(10) if n != 4]
    assert use_of(calls, gap_s=300.0, begin=0.0, end=3020.0).used_pct == 90.0


def test_time_before_and_after_is_no_one_s():
    """Only what a call takes between begin and end counts, from a call before it, too."""
    use = use_of([(-100.0, 2.0), (950.0, 2.0)], gap_s=300.0, begin=0.0, end=1000.0)
    assert use.used_pct == pytest.approx((202 + 50) / 10)
    assert use.calls == 1


@pytest.mark.parametrize(
    ("interface", "plants", "expected"),
    [
        ("getStationRealKpi", 1, 300.0),
        ("getStationRealKpi", 120, 150.0),
        ("getStationRealKpi", 10_000, 60.0),
        ("getDevRealKpi", 10_000, 1.5),
        ("getAlarmList", 1, 600.0),
        ("getKpiStationDay", 1, 3456.0),
    ],
)
def test_what_a_call_takes_is_the_documented_share(interface: str, plants: int, expected: float):
    """w/n by the manual's formula, or the minute where that is longer."""
    assert gap_s(interface, Counts(plants, {38: plants, 47: plants, 62: plants})) == expected


@pytest.mark.parametrize("reading", list(Window))
def test_a_day_of_one_plant_without_a_refusal_and_hardly_a_gap(reading: Window):
    """Under every reading of the limits a day with four restarts costs no refusal, and what is lost is what restarts lost."""
    figures = quota.live(Week(1, reading, days=1.0, restarts=4, seed=3))
    assert (figures.refusals, figures.failures, figures.violations) == ({}, {}, [])
    assert sum(figures.lost.values()) == 2
    assert min(figures.use[name].used_pct for name in LIVE) > 98.0
    assert min(figures.use[name].used_pct for name in DAILY) > 95.0
    assert all(use.bare_pct < use.used_pct <= 100.0 for use in figures.use.values())


@pytest.mark.parametrize("reading", list(Window))
def test_a_fleet_of_several_batches_costs_the_first_burst_at_most(reading: Window):
    """120 plants, several calls a window: one refusal of the first plant list at most, then live allowances are used."""
    figures = quota.live(Week(120, reading, days=0.25, restarts=4, seed=3))
    assert figures.refusals == ({"stations": 1} if reading is Window.REFILL else {})
    assert (figures.failures, figures.violations) == ({}, [])
    assert sum(figures.lost.values()) == 2
    assert min(figures.use[name].used_pct for name in LIVE) > 95.0


async def test_the_judge_sees_a_collector_that_counts_wrong():
    """The bench can fail: a collector that believes in ten times the allowance is refused, and the judge says so."""
    world = World(Week(1, Window.ROLLING, days=0.1, restarts=0), lambda _: None)
    account = world._settings.accounts["bench"]
    limits = account.model_validate(
        account.model_dump() | {"limits": {"getDevRealKpi": {"calls": 20, "window_s": 300}}}
    )
    world._settings = world._settings.model_copy(update={"accounts": {"bench": limits}})
    record = await world.live()
    assert record.sent["getDevRealKpi"].refused > 1
    assert record.violations


def test_the_command_prints_json_and_answers_by_its_exit_code(capsys):
    """`bench quota --json` says what was run, and 1 where a goal was missed."""
    code = boundary(
        [
            "bench",
            "quota",
            "--plants",
            "1",
            "--readings",
            "fixed",
            "--days",
            "0.2",
            "--restarts",
            "0",
            "--json",
        ]
    )
    told = json.loads(capsys.readouterr().out)
    assert code == (0 if told["good"] else 1)
    (run,) = told["runs"]
    assert (run["plants"], run["reading"], run["refusals"]) == (1, "fixed", {})


def test_a_reading_that_does_not_exist_is_wrong_use(capsys):
    """The setting and the mend are named."""
    assert boundary(["bench", "quota", "--readings", "tidal"]) == 2
    assert "--readings" in capsys.readouterr().err
