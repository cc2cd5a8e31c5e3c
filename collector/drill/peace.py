"""Lives in which nothing goes wrong: all that is due is done, then they are asked to end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from collector.drill.life import happens

if TYPE_CHECKING:
    from collector.drill.report import Report
    from collector.drill.stage import Stage

LONGEST_WAIT_S = 25.0
QUIET_S = 0.7
PEACE_S = 2.0
"""A life that is left alone for so long has done what was due, also on a machine that is busy. [s]"""


async def live_in_peace(stage: Stage, report: Report) -> None:
    """Let a life do all that is due, end it, and hold it to a clean end."""
    stage.door.begin()
    if stage.gate is not None:
        stage.gate.begin()
    life = await stage.live()
    await happens(lambda: stage.door.calls > 0, LONGEST_WAIT_S)
    while life.lives and await goes_on(stage, PEACE_S):
        pass
    code, _ = await life.terminate(LONGEST_WAIT_S)
    report.check(code == 0, f"a life after the kills ends with exit code {code} at SIGTERM")
    report.check(
        "damaged" not in life.text() and "Traceback" not in life.text(), "it found a state file in order"
    )


async def goes_on(stage: Stage, quiet_s: float = QUIET_S) -> bool:
    """Say whether a life that has not yet called calls at last, or one that has still calls or writes."""
    if not stage.door.calls:
        return await happens(lambda: stage.door.calls > 0, LONGEST_WAIT_S)
    seen = stage.door.calls, len(stage.stored)
    await asyncio.sleep(quiet_s)
    return (stage.door.calls, len(stage.stored)) != seen


async def silence(stage: Stage) -> None:
    """Let go of everything held back and return when nothing is under way."""
    await stage.door.quiet()
    if stage.gate is not None:
        await stage.gate.quiet()
