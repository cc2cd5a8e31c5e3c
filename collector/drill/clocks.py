"""Clocks that a drill shares with the programs it starts: libfaketime there, the same arithmetic here."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from collector.clock import VirtualClock
from collector.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1")


class SharedClock(Protocol):
    """A clock of the simulated cloud that child processes can be given too."""

    def now(self) -> float:
        """Return the moment. [s since epoch, UTC]"""
        ...

    def monotonic(self) -> float:
        """Return a reading that only grows. [s]"""
        ...

    def environment(self) -> Mapping[str, str]:
        """Return the variables that give a process started now the same clock."""
        ...


def library() -> Path:
    """Return the place of libfaketime.

    Raises:
        ConfigurationError: It is not installed.
    """
    for pattern in _PLACES:
        for path in sorted(Path("/").glob(pattern[1:])):
            return path
    raise ConfigurationError("drill", "libfaketime is not installed", "Install Debian's package faketime.")


class ShiftedClock:
    """Runs as fast as the machine's, but elsewhere: `skip` lets hours pass while nothing runs.

    Both sides add the same whole seconds to the same clock, so that they agree exactly, however busy the machine is.
    """

    def __init__(self, start: float) -> None:
        """Begin at `start`. [s since epoch, UTC]"""
        self._offset = round(start - time.time())
        self._library = library()

    def now(self) -> float:
        """Return the moment. [s since epoch, UTC]"""
        return time.time() + self._offset

    def monotonic(self) -> float:
        """Return a reading that only grows. [s]"""
        return self.now()

    def skip(self, seconds: int) -> None:
        """Let time pass at once; no process that was given this clock may live. [s]"""
        self._offset += seconds

    def environment(self) -> Mapping[str, str]:
        """Return the variables that give a process started now the same clock."""
        return {"LD_PRELOAD": str(self._library), "FAKETIME": f"{self._offset:+d}", "TZ": "UTC"}


PATIENCE_S = 20.0
"""How long a busy machine may stall before an accelerated call is given up, by the machine's clock. A call that is given up and
counted by the cloud all the same would look like a broken limit. [s]"""


def patient(speed: int) -> dict[str, float]:
    """Return time-outs for an accelerated life: a second of this machine is minutes there. [s]"""
    return {"vendor_s": PATIENCE_S * speed, "sink_s": PATIENCE_S * speed, "drain_s": 4.0 * speed}


class FastClock:
    """Runs `speed` times as fast as the machine's.

    A process that is given it lags by the few milliseconds of its own start, times `speed`: the lag is constant
    while it lives, but differs from one process to the next.
    """

    def __init__(self, start: float, speed: int) -> None:
        """Begin at `start`. [s since epoch, UTC]"""
        self._start = start
        self._began = time.time()
        self.speed = speed
        self._library = library()

    def now(self) -> float:
        """Return the moment. [s since epoch, UTC]"""
        return self._start + (time.time() - self._began) * self.speed

    def monotonic(self) -> float:
        """Return a reading that only grows. [s]"""
        return self.now()

    def environment(self) -> Mapping[str, str]:
        """Return the variables that give a process started now the same clock."""
        moment = datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return {"LD_PRELOAD": str(self._library), "FAKETIME": f"@{moment} x{self.speed}", "TZ": "UTC"}


class StageClock(VirtualClock):
    """Virtual time for drills that start no process."""

    def environment(self) -> Mapping[str, str]:
        """Return nothing: no process can be given a clock that stands still."""
        return {}


class PlainClock:
    """The machine's own clock, for drills in which nothing depends on hours."""

    def now(self) -> float:
        """Return the moment. [s since epoch, UTC]"""
        return time.time()

    def monotonic(self) -> float:
        """Return a reading that only grows. [s]"""
        return time.monotonic()

    def environment(self) -> Mapping[str, str]:
        """Return the variables that give a process started now the same clock: none."""
        return {}
