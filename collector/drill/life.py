"""One life of a real `run`: a process of its own, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_POLL_S = 0.03
_OURS = "SOLAR_"


class Life:
    """A `run` process.

    Attributes:
        log: What it wrote.
    """

    def __init__(self, process: Process, log: Path) -> None:
        self._process = process
        self.log = log

    @classmethod
    async def start(
        cls, config: Path, log: Path, environment: Mapping[str, str], *, command: Sequence[str] = ("run",)
    ) -> Self:
        """Start a command on a configuration; it inherits the environment but for the collector's own settings.

        Args:
            config: Configuration file.
            log: File that receives what it writes.
            environment: Variables beside the inherited ones.
            command: The command with its arguments.
        """
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        with log.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "collector", *command, "--config", str(config)),
                stdout=file,
                stderr=file,
                env={**inherited, **environment, "NO_COLOR": "1"},
            )
        return cls(process, log)

    @property
    def lives(self) -> bool:
        """Whether the process has not ended."""
        return self._process.returncode is None

    def text(self) -> str:
        """Return what it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def lines(self, *words: str) -> list[str]:
        """Return the lines that hold all `words`."""
        return [line for line in self.text().splitlines() if all(word in line for word in words)]

    async def says(self, *words: str, within_s: float = 20.0) -> bool:
        """Wait until a line holds all `words`; False where none does in time or the process ends before. [s]"""
        return await happens(lambda: bool(self.lines(*words)) or not self.lives, within_s) and bool(
            self.lines(*words)
        )

    async def kill(self) -> None:
        """Kill it as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def terminate(self, within_s: float) -> tuple[int, float]:
        """Ask it to end; return exit code (-9: had to be killed) and how long that took. [s]"""
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        return await self.ends(within_s), time.monotonic() - began

    async def ends(self, within_s: float) -> int:
        """Wait for its end; return the exit code, -9 where it had to be killed. [s]"""
        try:
            async with asyncio.timeout(within_s):
                return await self._process.wait()
        except TimeoutError:
            await self.kill()
            return -signal.SIGKILL


async def happens(what: Callable[[], bool], within_s: float) -> bool:
    """Wait until something is so; False where it is not in time. [s]"""
    end = time.monotonic() + within_s
    while not what():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(_POLL_S)
    return True


async def sets(event: asyncio.Event, within_s: float) -> bool:
    """Wait for an event; False where it is not set in time. [s]"""
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
