"""Reads everything back out of a stage's database."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from collector.clock import WallClock
from collector.drill.stage import DATABASE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from collector.drill.stage import Stage
    from collector.sinks import Sink

FIRST_NS = 0
LAST_NS = 2**62


def sink_of(stage: Stage) -> Sink:
    """Return the stage's database as a sink, without the gate."""
    from collector.sinks.influxdb1 import InfluxDB1
    from collector.sinks.sqlite import SqliteStore

    if stage.influx is None:
        return SqliteStore(stage.state_dir / "store.db")
    return InfluxDB1(WallClock(), url=stage.influx.url, database=DATABASE)


async def stored_points(stage: Stage) -> AsyncIterator[bytes]:
    """Yield every stored point as a line."""
    sink = sink_of(stage)
    try:
        async with aclosing(sink.points(FIRST_NS, LAST_NS)) as points:  # type: ignore[type-var]
            async for line in points:
                yield line
    finally:
        await sink.close()
