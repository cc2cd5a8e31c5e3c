"""Kill -9 at chosen moments of real lives; afterwards nothing that was landed is lost, and no limit was overrun."""

from __future__ import annotations

import asyncio
from collections import Counter
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING

from collector.drill.clocks import ShiftedClock
from collector.drill.evidence import Evidence
from collector.drill.leaks import judge_secrets
from collector.drill.life import sets
from collector.drill.peace import LONGEST_WAIT_S, QUIET_S, goes_on, live_in_peace, silence
from collector.drill.report import Report
from collector.drill.stage import START, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from collector.drill.database import Influx

# Between two lives the machine is off for a while, so that something is due again at every start. [s]
OFF_S = (400, 4_200)
LAST_OFF_S = 5_400
# Some come back at once, as a supervisor restarts them: what was spent must not be spent again. [s]
MOMENT_OFF_S = (1, 55)
AT_ONCE = 0.3
# A moment that was missed, because nothing was due, is tried again in a further life; so many in all, as a factor.
AT_MOST = 1.5


class Moment(StrEnum):
    """When a life ends."""

    CALL = "between sending and answer"
    ANSWER = "within 8 ms after an answer"
    LANDED = "between landing and the database's having it"
    STORED = "between the database's having it and settling"
    START = "while starting"
    ANY = "at any time"


# Of 50 lives: at least 10 lie between sending and answer, at least 10 between landing and settling.
SHARES = {
    Moment.CALL: 13,
    Moment.ANSWER: 9,
    Moment.LANDED: 7,
    Moment.STORED: 7,
    Moment.START: 5,
    Moment.ANY: 9,
}


def moments(count: int, chance: Random) -> list[Moment]:
    """Return the moments of so many lives in a random order, every kind in its share."""
    whole = sum(SHARES.values())
    dealt = [kind for kind, share in SHARES.items() for _ in range(max(1, round(share * count / whole)))]
    chance.shuffle(dealt)
    dealt += chance.choices(list(SHARES), weights=list(SHARES.values()), k=max(0, count - len(dealt)))
    return dealt[:count]


async def kill(folder: Path, *, seed: int = 1, lives: int = 50, shared: Influx | None = None) -> Report:
    """Kill so many lives of `run`, let two more end in peace, and look at what is left.

    Args:
        folder: Receives everything.
        seed: Decides moments, pauses and the fleet.
        lives: Lives to kill.
        shared: A database that runs already.

    Raises:
        ConfigurationError: libfaketime is not installed.
    """
    report = Report(f"kill -9 of a real run at {lives} moments (seed {seed})")
    chance = Random(seed)  # noqa: S311  chooses moments
    clock = ShiftedClock(START)
    async with Stage.open(folder, clock, seed=seed, shared=shared) as stage:
        report.note(f"database: {stage.database_words}")
        evidence = Evidence(stage)
        hit: Counter[Moment] = Counter()
        at_once = 0
        planned = moments(lives, chance)
        while planned:
            kind = planned.pop(0)
            if stage.gate is None and kind in (Moment.LANDED, Moment.STORED):
                kind = Moment.ANSWER  # no gate stands before the embedded store
            met = await _live_and_die(stage, kind, chance)
            hit[met] += 1
            if met is not kind and sum(hit.values()) < AT_MOST * lives:
                planned.append(kind)
            await silence(stage)
            evidence.gather()
            if chance.random() < AT_ONCE:
                clock.skip(chance.randint(*MOMENT_OFF_S))
                await _comes_back(stage)
                evidence.gather()
                at_once += 1
            clock.skip(chance.randint(*OFF_S))
        for _ in range(2):
            clock.skip(LAST_OFF_S)
            await live_in_peace(stage, report)
            evidence.gather()
        for kind, count in sorted(hit.items()):
            report.note(f"{count} killed {kind}")
        report.note(f"{at_once} of them came back within a minute, and were killed again")
        await evidence.judge(report)
        await judge_secrets(stage, report)
    return report


async def _live_and_die(stage: Stage, kind: Moment, chance: Random) -> Moment:
    """Start a life and kill it; return the kind of moment that was really met."""
    number = chance.choices(range(1, 7), weights=(5, 5, 5, 1, 1, 1))[0]
    stage.door.begin(number if kind is not Moment.ANY else 1, hold=kind is Moment.CALL)
    if stage.gate is not None:
        write = chance.randint(1, 3) if kind in (Moment.LANDED, Moment.STORED) else 0
        stage.gate.begin(write, after=kind is Moment.STORED)
    life = await stage.live()
    met = True
    if kind is Moment.CALL:
        met = await _meets(stage, stage.door.called)
        await asyncio.sleep(chance.uniform(0.0, 0.02))
    elif kind is Moment.ANSWER:
        met = await _meets(stage, stage.door.answered)
        await asyncio.sleep(chance.uniform(0.0, 0.008))
    elif kind is Moment.START:
        await asyncio.sleep(chance.uniform(0.05, 0.9))
    elif kind is Moment.ANY:
        await _meets(stage, stage.door.called)
        await asyncio.sleep(chance.uniform(0.0, 0.6))
    elif stage.gate is not None:
        met = await _meets(stage, stage.gate.held)
    await life.kill()
    return kind if met else Moment.ANY


async def _comes_back(stage: Stage) -> None:
    """Start a life right after a kill, give it time to call what it believes to be free, and kill it."""
    stage.door.begin()
    if stage.gate is not None:
        stage.gate.begin()
    life = await stage.live()
    await life.says("collector started", within_s=LONGEST_WAIT_S)
    await asyncio.sleep(QUIET_S)
    await life.kill()
    await silence(stage)


async def _meets(stage: Stage, event: asyncio.Event) -> bool:
    """Wait for an event; False where the life has done all that was due without it."""
    while not await sets(event, QUIET_S):
        if not await goes_on(stage):
            return False
    return True
