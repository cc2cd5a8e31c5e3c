"""Stored points as line protocol, CSV or JSON, one at a time: no answer is ever held as a whole."""

from __future__ import annotations

import csv
import io
import json
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from collector import lineprotocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection

    from collector.lineprotocol import Point
    from collector.sinks import Sink

NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which points are wanted.

    Attributes:
        begin_ns: First moment. [ns since epoch, UTC]
        end_ns: First moment no longer wanted. [ns since epoch, UTC]
        measurements: Only these; all where empty.
        devices: Only these device ids; all points where empty.
    """

    begin_ns: int
    end_ns: int
    measurements: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()


def stored(
    sink: Sink, begin_ns: int, end_ns: int, measurements: Collection[str] | None = None
) -> AsyncGenerator[bytes, None]:
    """Return the points of a sink as a generator that can be closed before its end; every sink's is one."""
    return cast("AsyncGenerator[bytes, None]", sink.points(begin_ns, end_ns, measurements))


async def lines(sink: Sink, wanted: Wanted) -> AsyncGenerator[bytes, None]:
    """Yield the stored points that are wanted as lines of line protocol, series by series, oldest first.

    Raises:
        SinkError: The database cannot be read.
    """
    async with aclosing(stored(sink, wanted.begin_ns, wanted.end_ns, wanted.measurements or None)) as points:
        async for line in points:
            if not wanted.devices or dict(lineprotocol.parse(line).tags).get("device_id") in wanted.devices:
                yield line


class Columns:
    """The columns of a CSV of these points; their names must be known before the first row is written."""

    def __init__(self) -> None:
        self._tags: dict[str, None] = {}
        self._fields: dict[str, None] = {}

    def learn(self, point: Point) -> None:
        """Take the names that a point carries."""
        for key, _ in point.tags:
            self._tags.setdefault(key)
        for key in point.fields:
            self._fields.setdefault(key)

    def header(self) -> str:
        """Return the first row: a tag and a field of one name stand apart as ``name`` and ``field:name``."""
        fields = [f"field:{key}" if key in self._tags else key for key in self._fields]
        return _row(["time", "measurement", *self._tags, *fields])

    def row(self, point: Point) -> str:
        """Return a point as a row; what it does not carry stays empty."""
        tags = dict(point.tags)
        return _row(
            [
                iso_ns(point.time_ns),
                point.measurement,
                *(tags.get(key, "") for key in self._tags),
                *(_cell(point.fields.get(key, "")) for key in self._fields),
            ]
        )


def document(point: Point) -> str:
    """Return a point as one JSON object on one line."""
    return (
        json.dumps(
            {
                "time": iso_ns(point.time_ns),
                "measurement": point.measurement,
                "tags": dict(point.tags),
                "fields": point.fields,
            },
            ensure_ascii=False,
        )
        + "\n"
    )


def iso_ns(time_ns: int) -> str:
    """Return a moment with as many decimals as it needs. [ns since epoch, UTC]"""
    seconds, rest = divmod(time_ns, NS)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}{f'.{rest:09}'.rstrip('0') if rest else ''}Z"


def _cell(value: float | str) -> str:
    return repr(value) if isinstance(value, float) else value


def _row(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
