"""``export``: what is stored, as line protocol, CSV or JSON."""

from __future__ import annotations

import os
import sys
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from collector.cli.options import AsJson, Config  # noqa: TC001  typer reads annotations

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from collector.lineprotocol import Point
    from collector.report.exporting import Wanted
    from collector.settings import Settings
    from collector.sinks import Sink

Format = Annotated[
    Literal["line", "csv", "json"],
    typer.Option(
        "--format",
        help="line: line protocol, stamps in ns; csv: one header, then one row a point; json: one object a line.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="ISO", help="First moment, as 2026-11-20 or 2026-11-20T08:00+01:00 [default: all]."
    ),
]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="ISO", help="First moment no longer wanted. Without an offset, moments are UTC."
    ),
]
Measurements = Annotated[
    list[str] | None,
    typer.Option("--measurement", metavar="M", help="Only this measurement; may be repeated."),
]
Devices = Annotated[
    list[str] | None, typer.Option("--device", metavar="ID", help="Only this device id; may be repeated.")
]
Counted = Annotated[
    bool, typer.Option("--count", help="Count points of each device, and how full the last 24 h are.")
]

PIECE = 64 * 1024


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def export(
        *,
        config: Config = None,
        form: Format = "line",
        begin: From = None,
        end: To = None,
        measurement: Measurements = None,
        device: Devices = None,
        count: Counted = False,
        json: AsJson = False,
    ) -> None:
        """Print what the database holds, point by point."""
        import asyncio
        import time

        from collector.cli.options import settings_of
        from collector.errors import ConfigurationError
        from collector.report.exporting import NS, Wanted

        now = time.time()
        wanted = Wanted(
            _moment_ns("--from", begin) if begin else 0,
            _moment_ns("--to", end) if end else int((now + 86_400) * NS),
            frozenset(measurement or ()),
            frozenset(device or ()),
        )
        if wanted.begin_ns >= wanted.end_ns:
            raise ConfigurationError("--to", "is not after --from", "Give a later moment.")
        settings = settings_of(config)
        try:
            if count:
                asyncio.run(_count(settings, wanted, int(now * NS), as_json=json or form == "json"))
            else:
                asyncio.run(_export(settings, wanted, "json" if json else form))
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader (head, less) has seen enough; what is still buffered must not fail at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None


def _moment_ns(option: str, text: str) -> int:
    from datetime import UTC, datetime

    from collector.errors import ConfigurationError
    from collector.report.exporting import NS

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            option, f"{text!r} is no moment", "Write it like 2026-11-20 or 2026-11-20T08:00+01:00."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * NS + moment.microsecond * 1_000


async def _export(settings: Settings, wanted: Wanted, form: str) -> None:
    from collector import lineprotocol
    from collector.cli.progress import Progress
    from collector.report.exporting import Columns, document, lines

    async with _sink(settings) as sink:
        columns = Columns()
        if form == "csv":
            with Progress("looking for columns") as progress:
                async with aclosing(_points(sink, wanted)) as points:
                    async for point in points:
                        columns.learn(point)
                        progress.step()
        piece = bytearray(columns.header().encode() if form == "csv" else b"")
        with Progress("points") as progress:
            async with aclosing(lines(sink, wanted)) as stored:
                async for line in stored:
                    if form == "line":
                        piece += line + b"\n"
                    else:
                        point = lineprotocol.parse(line)
                        piece += (columns.row(point) if form == "csv" else document(point)).encode()
                    if len(piece) >= PIECE:
                        _write(piece)
                    progress.step()
            _write(piece)


async def _count(settings: Settings, wanted: Wanted, now_ns: int, *, as_json: bool) -> None:
    from collector.cli.progress import Progress
    from collector.report import output, tables
    from collector.report.counting import SLOTS, Counting

    counting = Counting(now_ns)
    async with _sink(settings) as sink:
        with Progress("points") as progress:
            async with aclosing(_points(sink, wanted)) as points:
                async for point in points:
                    counting.add(point)
                    progress.step()
    rows = counting.rows()
    if as_json:
        output.print_json({"counts": rows})
        return
    table = tables.table(
        "Measurement", "Device or plant", "Points", f"24 h, of {SLOTS}", "", right=(2, 3, 4), wide=1
    )
    for row in rows:
        share = row["share_24h"]
        table.add_row(
            row["measurement"],
            row["id"],
            str(row["points"]),
            "" if share is None else str(row["slots_24h"]),
            "" if share is None else f"{share:.1%}",
        )
    tables.console().print(table)


async def _points(sink: Sink, wanted: Wanted) -> AsyncGenerator[Point, None]:
    from collector import lineprotocol
    from collector.report.exporting import lines

    async with aclosing(lines(sink, wanted)) as stored:
        async for line in stored:
            yield lineprotocol.parse(line)


@asynccontextmanager
async def _sink(settings: Settings) -> AsyncIterator[Sink]:
    from collector.clock import WallClock
    from collector.sinks.choice import sink_for

    sink = sink_for(settings, WallClock())
    try:
        yield sink
    finally:
        await sink.close()


def _write(piece: bytearray) -> None:
    sys.stdout.buffer.write(piece)
    piece.clear()
