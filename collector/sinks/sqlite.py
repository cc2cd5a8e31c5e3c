"""The embedded store: one SQLite file with InfluxDB's semantics, for whoever has no database yet.

    series  one row per measurement and tag set
    field   the type of each field of a measurement, fixed by its first value
    point   one row per series and time; its fields are one JSON object

So ``SELECT time, fields ->> 'yield_kwh' FROM point JOIN series ON id = series WHERE measurement = 'pv_plant_day'`` reads
a curve. Other processes may read while the collector writes.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from collector import lineprotocol
from collector.errors import LinesRejected
from collector.packing import unpack
from collector.sinks.sqlite_file import fault, open_to_read, open_to_write

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path

    from collector.lineprotocol import Point

_MERGE = """
INSERT INTO point (series, time, fields) VALUES (?, ?, ?)
ON CONFLICT (series, time) DO UPDATE SET fields = json_patch(fields, excluded.fields)
"""
_WORDS: dict[type, str] = {float: "number", str: "string"}
_ROWS_READ = 1_000
_TIMES = range(-(2**63), 2**63)


class SqliteStore:
    """Keeps points in one file; made at the first write, readable by its owner only.

    Args:
        path: The file; its directory is made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        # Held by worker threads: a cancelled write goes on in its thread until it has ended.
        self._lock = threading.Lock()
        self._series: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}
        self._types: dict[tuple[str, str], type] = {}
        self._seen_version = -1
        self.name = f"sqlite {path.name}"

    async def write(self, body: bytes, lines: int) -> None:  # noqa: ARG002  the Sink protocol's
        """Store all lines of `body`; refused ones are named and the rest is stored. See `Sink.write`."""
        await asyncio.to_thread(self._guarded_store, body)

    async def probe(self) -> str:
        """Open the file for writing; see `Sink.probe`."""
        return await asyncio.to_thread(self._probe)

    async def points(
        self, begin_ns: int, end_ns: int, measurements: Collection[str] | None = None
    ) -> AsyncIterator[bytes]:
        """Yield stored points as lines, as they were when reading began; see `Sink.points`."""
        if not self._path.exists():
            return
        connection = await asyncio.to_thread(open_to_read, self._path)
        with closing(connection):
            for measurement, tags, series in await asyncio.to_thread(self._list, connection, measurements):
                cursor = connection.execute(
                    "SELECT time, fields FROM point WHERE series = ? AND time >= ? AND time < ? ORDER BY time",
                    (series, max(begin_ns, _TIMES.start), min(end_ns, _TIMES.stop - 1)),
                )
                while rows := await asyncio.to_thread(self._fetch, cursor, measurement, tags):
                    for row in rows:
                        yield row

    async def close(self) -> None:
        """Close the file; a later `write` opens it again."""
        await asyncio.to_thread(self._close)

    def _guarded_store(self, body: bytes) -> None:
        """Store a batch in one transaction; caches never know more than the file."""
        try:
            lines = unpack(body)
        except zlib.error:
            raise LinesRejected("the batch cannot be unpacked") from None
        with self._lock:
            try:
                rejected = self._store(self._open(), lines)
            except BaseException as error:
                self._forget()
                if isinstance(error, sqlite3.Error):
                    raise fault(self._path, error) from None
                raise
        if rejected:
            raise LinesRejected(next(iter(rejected.values())), rejected, rest_written=True)

    def _store(self, connection: sqlite3.Connection, lines: list[bytes]) -> dict[int, str]:
        """Write the lines that can be written; return the others with the reason of each."""
        rejected: dict[int, str] = {}
        rows: list[tuple[int, int, str]] = []
        connection.execute("BEGIN IMMEDIATE")
        self._catch_up(connection)
        for number, line in enumerate(lines):
            try:
                point = lineprotocol.parse(line)
                self._check(connection, point)
            except ValueError as error:
                rejected[number] = str(error)
                continue
            fields = msgspec.json.encode(point.fields).decode()
            rows.append((self._series_id(connection, point), point.time_ns, fields))
        connection.executemany(_MERGE, rows)
        connection.execute("COMMIT")
        return rejected

    def _check(self, connection: sqlite3.Connection, point: Point) -> None:
        """Fix the types of new fields.

        Raises:
            ValueError: a field has another type already, or the time is out of range.
        """
        if point.time_ns not in _TIMES:
            raise ValueError(f"time outside range: {point.time_ns}")
        new = []
        for name, value in point.fields.items():
            known = self._types.get((point.measurement, name))
            if known is None:
                new.append((name, type(value)))
            elif known is not type(value):
                raise ValueError(
                    f"field type conflict: {name} of {point.measurement} is {_WORDS[type(value)]}, "
                    f"already exists as {_WORDS[known]}"
                )
        for name, kind in new:
            self._types[point.measurement, name] = kind
            connection.execute(
                "INSERT INTO field (measurement, name, type) VALUES (?, ?, ?)",
                (point.measurement, name, _WORDS[kind]),
            )

    def _series_id(self, connection: sqlite3.Connection, point: Point) -> int:
        """Return the number of the point's series, made where it is new."""
        key = (point.measurement, point.tags)
        known = self._series.get(key)
        if known is None:
            tags = msgspec.json.encode(dict(point.tags)).decode()
            connection.execute(
                "INSERT OR IGNORE INTO series (measurement, tags) VALUES (?, ?)", (point.measurement, tags)
            )
            row = connection.execute(
                "SELECT id FROM series WHERE measurement = ? AND tags = ?", (point.measurement, tags)
            ).fetchone()
            known = self._series[key] = int(row[0])
        return known

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        """Read types and series anew where another process has written."""
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._seen_version:
            return
        self._series.clear()
        kinds = {word: kind for kind, word in _WORDS.items()}
        rows = connection.execute("SELECT measurement, name, type FROM field")
        self._types = {(measurement, name): kinds[word] for measurement, name, word in rows}
        self._seen_version = version

    def _open(self) -> sqlite3.Connection:
        """Return the writing connection; raises as `open_to_write`."""
        if self._connection is None:
            self._connection = open_to_write(self._path)
        return self._connection

    def _probe(self) -> str:
        with self._lock:
            try:
                connection = self._open()
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                self._forget()
                raise fault(self._path, error) from None
        return f"the embedded store {self._path} takes writes"

    def _list(
        self, connection: sqlite3.Connection, measurements: Collection[str] | None
    ) -> list[tuple[str, list[tuple[str, str]], int]]:
        """Return measurement, tags and number of the series asked for, in order."""
        try:
            rows = connection.execute("SELECT measurement, tags, id FROM series ORDER BY measurement, tags")
            return [
                (measurement, list(msgspec.json.decode(tags, type=dict[str, str]).items()), series)
                for measurement, tags, series in rows
                if measurements is None or measurement in measurements
            ]
        except sqlite3.Error as error:
            raise fault(self._path, error) from None

    def _fetch(self, cursor: sqlite3.Cursor, measurement: str, tags: list[tuple[str, str]]) -> list[bytes]:
        """Return the next points of a series as lines."""
        decode = msgspec.json.Decoder(dict[str, float | str]).decode
        try:
            return [
                lineprotocol.line(measurement, tags, list(decode(fields).items()), time_ns)
                for time_ns, fields in cursor.fetchmany(_ROWS_READ)
            ]
        except sqlite3.Error as error:
            raise fault(self._path, error) from None

    def _forget(self) -> None:
        """Drop the connection and what was believed about the file; an open transaction is rolled back."""
        self._series.clear()
        self._types.clear()
        self._seen_version = -1
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _close(self) -> None:
        with self._lock:
            self._forget()
