"""SIGTERM at the worst moment: a call hangs and the database is dead; it ends in time and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.drill.clocks import ShiftedClock
from collector.drill.evidence import Evidence
from collector.drill.leaks import judge_secrets
from collector.drill.life import happens, sets
from collector.drill.peace import LONGEST_WAIT_S, goes_on, live_in_peace, silence
from collector.drill.report import Report
from collector.drill.stage import DEAD, START, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from collector.drill.life import Life

OFF_S = 600
LAST_OFF_S = 5_400
SPARE_S = 2.0


async def stop(folder: Path, *, seed: int = 1, drain_s: float = 2.0) -> Report:
    """End lives with SIGTERM while cloud, database or both are out of order.

    Args:
        folder: Receives everything.
        seed: Decides the fleet.
        drain_s: As in the configuration. [s]

    Raises:
        ConfigurationError: libfaketime is not installed.
    """
    report = Report(f"SIGTERM while calls hang and the database is dead (drain_s {drain_s:g})")
    clock = ShiftedClock(START)
    async with Stage.open(folder, clock, seed=seed, timeouts={"drain_s": drain_s}) as stage:
        report.note(f"database: {stage.database_words}")
        evidence = Evidence(stage)
        alive = dict(stage.sink)
        if stage.gate is not None:
            stage.sink = {**alive, "url": DEAD}
        stage.configure()
        life = await _begun(stage)
        while await goes_on(stage):
            pass
        await _ends(report, life, drain_s, "the database refuses connections")
        evidence.gather()
        if stage.gate is not None:
            report.check(bool(evidence.expected), f"{len(evidence.expected)} points wait in the spool")
        clock.skip(OFF_S)
        stage.cloud.down = "hang"
        await _ends(report, await _begun(stage), drain_s, "the database refuses connections and calls hang")
        stage.cloud.down = None
        await silence(stage)
        evidence.gather()
        clock.skip(OFF_S)
        stage.sink = alive
        stage.configure()
        if stage.gate is not None:
            stage.door.begin()
            stage.gate.begin(1)
            life = await stage.live()
            await sets(stage.gate.held, LONGEST_WAIT_S)
            await _ends(report, life, drain_s, "the database takes a write and does not answer")
            await silence(stage)
            evidence.gather()
            clock.skip(OFF_S)
        for _ in range(2):
            clock.skip(LAST_OFF_S)
            await live_in_peace(stage, report)
            evidence.gather()
        await evidence.judge(report)
        await judge_secrets(stage, report)
    return report


async def _begun(stage: Stage) -> Life:
    """Start a life and return it when it has called."""
    stage.door.begin()
    life = await stage.live()
    await happens(lambda: stage.door.calls > 0, LONGEST_WAIT_S)
    return life


async def _ends(report: Report, life: Life, drain_s: float, while_what: str) -> None:
    code, took_s = await life.terminate(drain_s + LONGEST_WAIT_S)
    report.check(
        code == 0 and took_s <= drain_s + SPARE_S,
        f"while {while_what}: exit code {code} after {took_s:.1f} s (at most {drain_s + SPARE_S:g} s)",
    )
    report.check("Traceback" not in life.text(), f"while {while_what}: no traceback")
