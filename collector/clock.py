"""Time as an argument: the wall clock of `run`, and what tests and the virtual driver put in its place."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What the impure half asks about time."""

    def now(self) -> float:
        """Return the moment. [s since epoch, UTC]"""
        ...

    def monotonic(self) -> float:
        """Return a reading that only grows, unmoved by changes of the wall clock. [s]"""
        ...


class WallClock:
    """The machine's own clocks."""

    def now(self) -> float:
        """Return the wall clock. [s since epoch, UTC]"""
        return time.time()

    def monotonic(self) -> float:
        """Return the monotonic clock. [s]"""
        return time.monotonic()


class VirtualClock:
    """A clock that stands still until it is set: virtual driver and tests."""

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        """Return the virtual moment. [s since epoch, UTC]"""
        return self._now

    def monotonic(self) -> float:
        """Return the virtual moment; it never goes back. [s]"""
        return self._now

    def advance_to(self, moment: float) -> None:
        """Move forward to `moment`; an earlier moment leaves the clock where it is. [s since epoch, UTC]"""
        self._now = max(self._now, moment)
