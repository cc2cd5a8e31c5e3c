"""The path from an answer's bytes to packed lines, beside one JSON parse and beside the usual client's way.

The answer is what ten string inverters send for three days: 864 rows each, with every key that the manual lists for 5-minute
history. 14 strings and 4 MPPTs are live from dawn to dusk and null at night; the others are zero, as clouds send them. All times
are processor times, taken in turns within one run and compared by their medians, so the ratios hold where the milliseconds do not.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from collector.bench.encode_answer import make_answer
from collector.bench.encode_usual import Usual
from collector.lineprotocol import parse_all
from collector.normaliser import Report, normalise
from collector.packing import LINES_PER_BATCH, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.lineprotocol import Point
    from collector.normaliser import Context

GOAL_PARSE, GOAL_USUAL, GOAL_STALL_MS = 3.5, 20.0, 50.0


class ToolAbsent(Exception):
    """A library that is only measured against is not installed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run measured.

    Attributes:
        rows: Rows of the answer.
        lines: Lines made of them.
        answer_mb: Size of the answer. [MB]
        parse_ms: One `orjson.loads` of the answer. [ms]
        ours_ms: Answer to packed lines. [ms]
        usual_ms: `json.loads`, a client `Point` each, gzip: the same points. [ms]
        times_parse: ours ÷ parse; the goal is at most 3.5.
        times_faster: usual ÷ ours; the goal is at least 20.
        stall_ms: Longest stretch in which the event loop did nothing else; the goal is at most 50. [ms]
        same_points: True where both ways made the same points.
    """

    rows: int
    lines: int
    answer_mb: float
    parse_ms: float
    ours_ms: float
    usual_ms: float
    times_parse: float
    times_faster: float
    stall_ms: float
    same_points: bool

    @property
    def good(self) -> bool:
        """True where every goal is met."""
        return (
            self.same_points
            and self.times_parse <= GOAL_PARSE
            and self.times_faster >= GOAL_USUAL
            and self.stall_ms <= GOAL_STALL_MS
        )


def ours(body: bytes, context: Context) -> list[bytes]:
    """The collector's way: packed batches as the spool keeps them."""
    batches, pending = [], []
    for lines in normalise(body, context, Report()):
        pending += lines
        if len(pending) >= LINES_PER_BATCH:
            batches.append(pack(pending))
            pending = []
    if pending:
        batches.append(pack(pending))
    return batches


def same_points(batches: list[bytes], text: str) -> bool:
    """Return whether two ways made the same points, in whatever order and spelling."""
    mine = [point for batch in batches for point in parse_all(b"\n".join(unpack(batch)))]
    theirs = list(parse_all(text.encode()))
    return len(mine) == len(theirs) and sorted(map(_whole, mine)) == sorted(map(_whole, theirs))


def _whole(point: Point) -> tuple[Any, ...]:
    return point.measurement, point.tags, point.time_ns, sorted(point.fields.items())


async def stall_ms(body: bytes, context: Context) -> float:
    """Return the longest stretch between two ticks of a 1 ms ticker while an answer is read and packed in slices. [ms]"""
    worst, last, running = 0.0, time.perf_counter(), True

    async def tick() -> None:
        nonlocal worst, last
        while running:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            worst, last = max(worst, now - last), now

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0.005)
    worst = 0.0
    pending: list[bytes] = []
    for lines in normalise(body, context, Report()):
        pending += lines
        await asyncio.sleep(0)
        if len(pending) >= LINES_PER_BATCH:
            pack(pending)
            pending = []
            await asyncio.sleep(0)
    running = False
    await ticker
    return worst * 1000


def run(*, devices: int = 10, rows: int = 864, repeats: int = 7, usual_repeats: int = 3) -> Figures:
    """Measure everything in turns and check that both ways make the same points.

    Raises:
        ToolAbsent: orjson or influxdb-client is not installed.
    """
    try:
        import influxdb_client  # noqa: F401  imported before the clock runs
        import orjson
    except ImportError as error:
        raise ToolAbsent(f"the comparison needs {error.name}: pip install {error.name}") from error
    body, context = make_answer(devices, rows)

    usual = Usual(context)
    batches = ours(body, context)
    text, _ = usual(body)
    parsed, mine, theirs, stalls = [], [], [], []
    for turn in range(repeats):
        parsed.append(_timed(lambda: orjson.loads(body)))
        mine.append(_timed(lambda: ours(body, context)))
        stalls.append(asyncio.run(stall_ms(body, context)))
        if turn < usual_repeats:
            theirs.append(_timed(lambda: usual(body)))
    parse_ms, ours_ms, usual_ms = (statistics.median(times) for times in (parsed, mine, theirs))
    return Figures(
        rows=devices * rows,
        lines=text.count("\n") + 1,
        answer_mb=len(body) / 1e6,
        parse_ms=parse_ms,
        ours_ms=ours_ms,
        usual_ms=usual_ms,
        times_parse=ours_ms / parse_ms,
        times_faster=usual_ms / ours_ms,
        stall_ms=statistics.median(stalls),
        same_points=same_points(batches, text),
    )


def _timed(work: Callable[[], object]) -> float:
    """Processor time of some work: other programs on the machine do not count. [ms]"""
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1000


def main(console_json: bool = False) -> int:
    """Measure and print one table, or JSON. Return 0 where every goal is met, 1 where one is not, 2 without the tools."""
    try:
        figures = run()
    except ToolAbsent as absent:
        sys.stderr.write(f"bench encode: {absent}\n")
        return 2
    if console_json:
        sys.stdout.write(json.dumps(asdict(figures) | {"good": figures.good}) + "\n")
    else:
        _print_table(figures)
    return 0 if figures.good else 1


def _print_table(figures: Figures) -> None:
    from rich.console import Console
    from rich.table import Table

    title = f"{figures.rows} rows, {figures.answer_mb:.1f} MB in, {figures.lines} lines out"
    table = Table("Way", "Processor time", "Ratio", "Goal", title=title)
    table.add_row("one orjson.loads", f"{figures.parse_ms:.0f} ms", "1", "")
    table.add_row(
        "collector: decode, normalise, pack",
        f"{figures.ours_ms:.0f} ms",
        f"{figures.times_parse:.2f}",
        "<= 3.5",
    )
    table.add_row(
        "json.loads, Point, gzip",
        f"{figures.usual_ms:.0f} ms",
        f"collector {figures.times_faster:.0f} x faster",
        ">= 20 x",
    )
    table.add_row(
        "longest stall of the event loop (wall clock)", f"{figures.stall_ms:.1f} ms", "", "<= 50 ms"
    )
    table.add_row("same points", "yes" if figures.same_points else "NO", "", "yes")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
