from __future__ import annotations

import subprocess
import sys
from collections import Counter
from random import Random

import pytest

from collector.drill.evidence import Evidence
from collector.drill.kill import SHARES, Moment, kill, moments
from collector.drill.memory import Memory
from collector.drill.report import Report
from collector.drill.stage import Stage


@pytest.mark.usefixtures("faketime", "real_influx")
async def test_killed_runs_lose_nothing_and_break_no_limit(tmp_path, kept):
    """After kills at seeded moments all that landed is in the database, and what was lost on the way was asked again."""
    kept(await kill(tmp_path / "stage", seed=7, lives=7))


def test_fifty_lives_meet_every_moment_often_enough():
    """At least ten of fifty kills lie between sending and answer, and at least ten between landing and settling."""
    for seed in range(20):
        dealt = Counter(moments(50, Random(seed)))
        assert sum(dealt.values()) == 50
        assert dealt[Moment.CALL] >= 10
        assert dealt[Moment.LANDED] + dealt[Moment.STORED] >= 10
        assert set(dealt) == set(SHARES)


async def test_a_lost_line_and_an_overrun_limit_are_seen(tmp_path):
    """The judge finds a point that the database never got, a spool that is not empty, and a call too many."""
    report = Report("judge")
    async with Stage.open(tmp_path / "stage", real=False) as stage:
        evidence = Evidence(stage)
        stage.state_dir.mkdir()
        evidence._expect([b"m,device_id=1 f=1 1000"])
        evidence._memory = Memory([], [b"m,device_id=1 f=1 1000"], [])
        for _ in range(7):
            stage.cloud.handle("POST", "/thirdData/login", {}, b'{"userName":"x","systemCode":"y"}')
        await evidence.judge(report)
    assert [words.split(" (")[0] for words in report.broken] == [
        "the spool is empty at the end",
        "every one of 1 points that ever lay in the spool or passed the gate is in the database with its last fetched values",
        "no call of 7 broke a documented limit",
        "the cloud refused none with 407",
    ]


def test_the_command_says_what_it_shows():
    """`drill` lists its sub-commands."""
    said = subprocess.run(
        [sys.executable, "-m", "collector", "drill", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert all(name in said for name in ("kill", "day", "fast", "faults", "stop", "twice", "secrets"))
