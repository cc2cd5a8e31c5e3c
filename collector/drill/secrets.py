"""Secrets: whatever is asked, logged, exported or goes wrong, they stand nowhere but where they are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.drill.clocks import ShiftedClock
from collector.drill.leaks import judge_secrets
from collector.drill.life import happens
from collector.drill.peace import LONGEST_WAIT_S, goes_on
from collector.drill.report import Report
from collector.drill.stage import DEAD, START, Stage

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

OFF_S = 700
COMMANDS = (
    ("status", "--json"),
    ("status",),
    ("plan", "--json"),
    ("check", "--json"),
    ("export",),
    ("export", "--format", "json"),
    ("quarantine", "list"),
)
DATABASE_SECRET = "tök3n/+of=the&database"  # noqa: S105  guards nothing
REFUSED = 2


async def secrets(folder: Path, *, seed: int = 1) -> Report:
    """Live with every fault that speaks of credentials, ask every command, and look through all that is left.

    Args:
        folder: Receives everything.
        seed: Decides the fleet.

    Raises:
        ConfigurationError: libfaketime is not installed.
    """
    report = Report("secrets in all that is left behind")
    clock = ShiftedClock(START)
    async with Stage.open(folder, clock, seed=seed, real=False) as stage:
        loud: dict[str, Any] = {"log": {"level": "debug", "format": "json"}}
        stage.configure(**loud)
        await _live(stage, clock)
        stage.cloud.sessions.end()
        await _live(stage, clock)
        for arguments in COMMANDS:
            code, said = await stage.play(*arguments)
            report.check(
                code < REFUSED and bool(said) and "Traceback" not in said,
                f"{' '.join(arguments)}: exit code {code}, {len(said)} characters",
            )
        stage.further.add(DATABASE_SECRET)
        for url, sink in (
            (DEAD, {"kind": "influxdb2", "org": "o", "token": DATABASE_SECRET}),
            (stage.door.url, {"kind": "influxdb2", "org": "o", "token": DATABASE_SECRET}),
            (
                stage.door.url,
                {"kind": "influxdb1", "username": "writer", "password": DATABASE_SECRET},
            ),
        ):
            stage.configure(**loud, sink={**sink, "url": url})
            await _live(stage, clock)
        stage.sink = {"kind": "sqlite"}
        stage.password = "an0ther \\ \"wrong' one"  # noqa: S105  guards nothing
        stage.cloud.sessions.end()
        stage.configure(**loud)
        await _live(stage, clock)
        code, said = await stage.play("check")
        report.check(code == 1, f"check with a wrong password: exit code {code}")
        stage.config.unlink()  # it is the user's own place for the database's secrets
        report.check(len(stage.door.tokens) > 1, f"{len(stage.door.tokens)} tokens were given")
        await judge_secrets(stage, report)
    return report


async def _live(stage: Stage, clock: ShiftedClock) -> None:
    """Live through all that is due and end."""
    clock.skip(OFF_S)
    stage.door.begin()
    life = await stage.live()
    await happens(lambda: stage.door.calls > 0, LONGEST_WAIT_S)
    while life.lives and await goes_on(stage):
        pass
    await life.terminate(LONGEST_WAIT_S)
