"""What drills need of the machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from collector.drill import clocks, database
from collector.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.drill.report import Report


def _missing(reason: str) -> None:
    """Skip on a bench, fail in CI: a suite that skips its drills proves nothing."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; CI installs it")
    pytest.skip(reason)


@pytest.fixture
def faketime() -> None:
    """A library that gives child processes another clock."""
    try:
        clocks.library()
    except ConfigurationError as missing:
        _missing(str(missing))


@pytest.fixture
def real_influx() -> None:
    """The program of a real InfluxDB 1.x, which each drill starts for itself."""
    if not database.installed():
        _missing("influxd is not on PATH (Debian: apt install influxdb)")


@pytest.fixture
def kept() -> Callable[[Report], None]:
    """Holds a drill to all its promises, and to having made some."""

    def hold(report: Report) -> None:
        told = "\n".join(report.lines())
        assert not report.broken, told
        assert len(report.findings) > 1, told

    return hold
