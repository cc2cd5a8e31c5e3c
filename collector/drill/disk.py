"""A disk that fills up under a life and gets room again: told once, nothing lost, no help needed."""

from __future__ import annotations

import contextlib
import os
import subprocess
from typing import TYPE_CHECKING

from collector.drill.clocks import FastClock, patient
from collector.drill.evidence import Evidence
from collector.drill.leaks import judge_secrets
from collector.drill.life import happens
from collector.drill.peace import LONGEST_WAIT_S, silence
from collector.drill.report import Report
from collector.drill.stage import START, Stage
from collector.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEED = 300
SIZE_MIB = 40
ILL_S = 3.0
_STEP = 64 * 1024


async def disk(folder: Path, *, seed: int = 1) -> Report:
    """Fill the disk of the state directory while `run` lives, then make room again.

    Args:
        folder: Receives everything.
        seed: Decides the fleet.

    Raises:
        ConfigurationError: libfaketime is not installed, or no small disk can be mounted here.
    """
    report = Report(f"a full disk, for {ILL_S * SPEED / 60:.0f} min")
    clock = FastClock(START, SPEED)
    async with Stage.open(folder, clock, seed=seed, timeouts=patient(SPEED)) as stage:
        with small(stage.state_dir):
            report.note(f"database: {stage.database_words}")
            evidence = Evidence(stage)
            life = await stage.live()
            await happens(lambda: stage.door.calls > 12, LONGEST_WAIT_S)
            _fill(stage.state_dir / "ballast")
            told = await life.says("disk", within_s=LONGEST_WAIT_S)
            await happens(lambda: False, ILL_S)
            calls = stage.door.calls
            lines = [one for one in life.text().splitlines() if "[warning" in one or "[error" in one]
            report.check(told and len(lines) == 1, f"told once: {' / '.join(lines) or 'nothing'}")
            report.check(life.lives, "it stays up")
            (stage.state_dir / "ballast").unlink()
            began = clock.now()
            works = await happens(lambda: stage.door.calls > calls + 6, LONGEST_WAIT_S)
            report.check(works, f"it goes on within {(clock.now() - began) / 60:.0f} min when there is room")
            report.check("Traceback" not in life.text(), "no traceback")
            code, _ = await life.terminate(LONGEST_WAIT_S)
            report.check(code == 0, f"exit code {code} at SIGTERM")
            await silence(stage)
            evidence.gather()
            _fill(stage.state_dir / "ballast")
            life = await stage.live()
            await life.says("state failed", within_s=LONGEST_WAIT_S)
            await happens(lambda: False, 1.0)
            lines = [one for one in life.text().splitlines() if "[warning" in one or "[error" in one]
            report.check(
                life.lives and len(lines) == 1, f"started on a full disk it stays up: {' / '.join(lines)}"
            )
            code, _ = await life.terminate(LONGEST_WAIT_S)
            report.check(
                code == 0 and "Traceback" not in life.text(), f"there, too: exit code {code} at SIGTERM"
            )
            await silence(stage)
            (stage.state_dir / "ballast").unlink()
            await evidence.judge(report, asked_again=False)
            await judge_secrets(stage, report)
    return report


@contextlib.contextmanager
def small(place: Path) -> Iterator[None]:
    """Mount a small disk until the block ends.

    Raises:
        ConfigurationError: Nothing can be mounted here.
    """
    place.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m,mode=700", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own words
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigurationError("drill", "no small disk can be mounted here", "Run it as root.") from error
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S603, S607  our own words


def _fill(ballast: Path) -> None:
    """Write until there is no room."""
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        with contextlib.suppress(OSError):
            while True:
                os.write(descriptor, bytes(_STEP))
        with contextlib.suppress(OSError):
            while os.write(descriptor, bytes(512)):
                pass
    finally:
        os.close(descriptor)
