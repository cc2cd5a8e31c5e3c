"""The path from an answer's bytes to packed lines, beside one JSON parse and beside the usual client's way.

The answer is what ten string inverters send for three days: 864 rows each, with every key that the manual lists for 5-minute
history. 14 strings and 4 MPPTs are live from dawn to dusk and null at night; the others are zero, as clouds send them. All times
are taken in turns within one run and compared by their medians, so the ratios hold where the milliseconds do not.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import math
import random
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from collector.catalogue import fusionsolar
from collector.lineprotocol import parse_all
from collector.model import Identity
from collector.normaliser import Context, Report, normalise
from collector.packing import LINES_PER_BATCH, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from collector.catalogue.terms import Field
    from collector.lineprotocol import Point

INTERFACE = "getDevHistoryKpi"
INVERTER = 1
STRINGS, MPPTS = 14, 4
FIRST_MS = 1_501_862_400_000
STEPS_A_DAY, DAWN, DUSK = 288, 64, 224
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


def make_answer(devices: int, rows: int, seed: int = 1) -> tuple[bytes, Context]:
    """Return an answer and what it is an answer to; the same seed gives the same bytes."""
    chance = random.Random(seed)  # noqa: S311  pretended weather
    interface = fusionsolar.INTERFACES[INTERFACE]
    envelope = fusionsolar.CATALOGUE.envelope(INTERFACE)
    codes = [str(1_000_000_137_278_685 + device) for device in range(devices)]
    data = []
    for code in codes:
        total = chance.uniform(1e4, 2e5)
        for step in range(rows):
            sun = _sun(step) * chance.uniform(0.7, 1.0)
            total += sun * 5
            data.append(
                {
                    envelope.items: dict(_items(sun, total, chance)),
                    interface.row_key: int(code),
                    envelope.stamp: FIRST_MS + step * 300_000,
                }
            )
    answer = {envelope.data: data, envelope.params: {envelope.now: FIRST_MS + rows * 300_000}}
    identities = {
        code: Identity(fusionsolar.VENDOR, "NE=33554785", code, "inverter", INVERTER) for code in codes
    }
    return json.dumps(answer, separators=(",", ":")).encode(), Context(
        interface, identities, type_id=INVERTER
    )


def _sun(step: int) -> float:
    """Share of full sun at a 5-minute step; 0 at night."""
    of_day = step % STEPS_A_DAY
    return math.sin(math.pi * (of_day - DAWN + 1) / (DUSK - DAWN + 1)) if DAWN <= of_day < DUSK else 0.0


def _items(sun: float, total: float, chance: random.Random) -> Iterator[tuple[str, float | None]]:
    for row in fusionsolar.documented_for(INTERFACE, INVERTER):
        if not row.tag:
            yield row.key, _own_value(row, sun, total, chance)
            continue
        live = STRINGS if row.tag == "string" else MPPTS
        for number in range(1, row.numbers[INVERTER] + 1):
            key = _numbered(row, number)
            if number > live:
                yield key, 0
            elif not sun:
                yield key, None
            elif row.stored == "A":
                yield key, round(9 * sun * chance.uniform(0.9, 1.05) + 0.2, 2)
            elif row.stored == "V":
                yield key, round(560 + 60 * chance.random(), 1)
            else:
                yield key, round(total / MPPTS, 2)


def _own_value(row: Field, sun: float, total: float, chance: random.Random) -> float | None:
    if row.unit == "ms":
        return None
    if not sun:
        return {"kWh": round(total, 2), "": 40960}.get(row.stored, 0)
    typical = {
        "kWh": round(total, 2),
        "": 512,
        "kW": round(30 * sun, 3),
        "V": round(chance.uniform(280, 500), 1),
    }
    return typical.get(row.stored, round(chance.uniform(0, 50) * sun, 2))


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


class Usual:
    """The usual way: parse all, one client object a point, one gzip as the client does it. Written apart from the normaliser.

    Args:
        context: What the answer is an answer to.
    """

    def __init__(self, context: Context) -> None:
        from influxdb_client.client.write.point import Point as ClientPoint

        rows = fusionsolar.documented_for(INTERFACE, INVERTER)
        self._point: Any = ClientPoint
        self._context = context
        self._envelope = fusionsolar.CATALOGUE.envelope(INTERFACE)
        self._own = [row for row in rows if not row.tag]
        self._volts, self._amps, self._mppt = (row for row in rows if row.tag)
        self._shown: dict[str, set[int]] = {}

    def __call__(self, body: bytes) -> tuple[str, bytes]:
        """Return the lines and what is sent of them."""
        self._shown = {}
        points = []
        for row in json.loads(body)[self._envelope.data]:
            identity = self._context.identities[str(row[self._context.interface.row_key])]
            moment = datetime.fromtimestamp(row[self._envelope.stamp] / 1000, UTC)
            items = row[self._envelope.items]
            points.append(self._device(identity, moment, items))
            points += self._strings(identity, moment, items)
            points += self._mppts(identity, moment, items)
        text = "\n".join(point.to_line_protocol() for point in points)
        return text, gzip.compress(text.encode())

    def _new(self, measurement: str, identity: Identity, moment: datetime) -> Any:
        point = self._point(measurement).tag("vendor", identity.vendor).tag("plant_id", identity.plant_id)
        point = point.tag("device_id", identity.device_id).tag("device_type", identity.device_type)
        return point.time(moment)

    def _device(self, identity: Identity, moment: datetime, items: dict[str, Any]) -> Any:
        point = self._new("pv_inverter", identity, moment)
        for row in self._own:
            if items[row.key] is not None:
                point.field(row.name, float(items[row.key] * row.factor))
        return point

    def _strings(self, identity: Identity, moment: datetime, items: dict[str, Any]) -> Iterator[Any]:
        known = self._shown.setdefault(identity.device_id, set())
        currents = {}
        for number in range(1, self._amps.numbers[INVERTER] + 1):
            current = items[_numbered(self._amps, number)]
            if current is not None and (current > 0.1 or number in known):
                known.add(number)
                currents[number] = current
        middle = statistics.median(currents.values()) if currents else 0.0
        for number, current in currents.items():
            point = self._new("pv_string", identity, moment).tag("string", f"{number:02d}")
            point.field("voltage_v", float(items[_numbered(self._volts, number)]))
            point.field("current_a", float(current))
            if middle > 1.0:
                point.field("dev_pct", math.floor(current / middle * 10_000 - 9_999.5) / 100)
            yield point

    def _mppts(self, identity: Identity, moment: datetime, items: dict[str, Any]) -> Iterator[Any]:
        for number in range(1, self._mppt.numbers[INVERTER] + 1):
            energy = items[_numbered(self._mppt, number)]
            if energy:
                point = self._new("pv_mppt", identity, moment).tag("mppt", f"{number:02d}")
                yield point.field("energy_kwh", float(energy))


def _numbered(row: Field, number: int) -> str:
    return row.key.replace("{n}", str(number))


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
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


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
    table = Table("Way", "Median", "Ratio", "Goal", title=title)
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
    table.add_row("longest stall of the event loop", f"{figures.stall_ms:.1f} ms", "", "<= 50 ms")
    table.add_row("same points", "yes" if figures.same_points else "NO", "", "yes")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
