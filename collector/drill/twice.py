"""Two lives on one state directory: the second is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.drill.leaks import judge_secrets
from collector.drill.report import Report
from collector.drill.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

WITHIN_S = 20.0


async def twice(folder: Path) -> Report:
    """Start `run` twice on one configuration.

    Args:
        folder: Receives everything.
    """
    report = Report("two runs on one state directory")
    async with Stage.open(folder, real=False) as stage:
        first = await stage.live()
        report.check(await first.says("collector started", within_s=WITHIN_S), "the first one starts")
        second = await stage.live()
        code = await second.ends(WITHIN_S)
        said = second.text().strip().splitlines()
        report.check(code == 2, f"the second one ends with exit code 2 ({code})")
        report.check(
            len(said) == 1 and "state_dir" in said[0] and "already" in said[0],
            f"it says why in one line: {' / '.join(said)}",
        )
        report.check(first.lives, "the first one is not disturbed")
        code, took_s = await first.terminate(WITHIN_S)
        report.check(code == 0, f"it ends with exit code {code} at SIGTERM, after {took_s:.1f} s")
        third = await stage.live()
        report.check(
            await third.says("collector started", within_s=WITHIN_S), "then the directory is free again"
        )
        code, _ = await third.terminate(WITHIN_S)
        report.check(code == 0, f"and that one ends with exit code {code}, too")
        await judge_secrets(stage, report)
    return report
