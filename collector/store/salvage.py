"""What can still be read of a damaged state file."""

from __future__ import annotations

import math
import os
import sqlite3
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.store.mend import mend
from collector.store.schema import STEPS, TABLES, description, upgrade

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

    from collector.store.database import Row

BARREN = 2_000
"""Numbers without a row after which the one-by-one search behind a damaged page ends."""

_FATES = "('lines_settled', 'lines_quarantined', 'lines_expired', 'lines_given_up', 'lines_damaged')"


@dataclass(slots=True)
class Salvage:
    """What was saved of a damaged file.

    Attributes:
        put_aside: Where the damaged file lies now; it may be deleted.
        rows: Table to rows saved.
        lost_lines: Lines that were pending and could not be saved, as far as the counts know.
    """

    put_aside: Path
    rows: dict[str, int] = field(default_factory=dict)
    lost_lines: int = 0


def salvage(damaged: Path, target: Path, result: Salvage) -> None:
    """Copy every readable row of a damaged file into a new one, durably.

    Args:
        damaged: The damaged file; it is only read.
        target: The new file; it is replaced where it exists.
        result: What was saved is noted here.

    Raises:
        sqlite3.Error: The new file could not be written.
        OSError: As before.
    """
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(target, isolation_level=None)) as new:
        new.execute("PRAGMA auto_vacuum = INCREMENTAL")
        # Nothing here needs a journal: an unfinished copy is thrown away, a finished one is synced below.
        new.execute("PRAGMA journal_mode = OFF")
        new.execute("PRAGMA synchronous = OFF")
        # As old as the damaged file: the next opening brings it forward like any other.
        version = _version(damaged)
        upgrade(new, STEPS[:version])
        described = description(new)
        present = {name for name, _ in described}
        mended = target.with_name(f"{target.name}-mended")
        with _readable(damaged, mended, target, described) as old:
            for table in filter(present.__contains__, TABLES):
                result.rows[table] = _copy(old, new, table)
        for tail in ("", "-wal", "-shm"):
            mended.with_name(f"{mended.name}{tail}").unlink(missing_ok=True)
        new.execute("BEGIN")
        new.executemany(
            "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
            [("version", str(version)), ("salvaged", result.put_aside.name)],
        )
        _drop_damaged_batches(new)
        result.lost_lines = _balance(new)
        new.execute("COMMIT")
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _readable(
    damaged: Path, mended: Path, template: Path, expected: list[tuple[str, str]]
) -> Iterator[sqlite3.Connection]:
    with closing(_read_only(damaged)) as connection:
        if _describes(connection, expected):
            yield connection
            return
    mend(damaged, mended, template)
    with closing(_read_only(mended)) as connection:
        yield connection


def _read_only(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = _text
    return connection


def _version(damaged: Path) -> int:
    newest = len(STEPS)
    with closing(_read_only(damaged)) as connection:
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        except sqlite3.Error:
            return newest
    return version if 0 < version < newest else newest


def _describes(connection: sqlite3.Connection, expected: list[tuple[str, str]]) -> bool:
    try:
        return description(connection) == expected
    except sqlite3.Error:
        return False


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> int:
    columns = new.execute(f"PRAGMA table_info({table})").fetchall()
    names = ", ".join(column[1] for column in columns)
    marks = ", ".join("?" for _ in columns)
    key = [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  names of our own schema
    saved = 0
    new.execute("BEGIN")
    for row in _rows(old, table, names, key):
        try:
            saved += new.execute(insert, row).rowcount
        except sqlite3.Error:
            # A value that the damage has changed: this row only.
            continue
    new.execute("COMMIT")
    return saved


def _rows(old: sqlite3.Connection, table: str, names: str, key: Sequence[str]) -> Iterator[Row]:
    # Each returns the last row it reached, None where nothing stopped it.
    reached = yield from _until_damage(old, f"SELECT {names} FROM {table} ORDER BY {', '.join(key)}")  # noqa: S608  names of our own schema
    if reached is None:
        return
    order = ", ".join(f"{name} DESC" for name in key)
    returned = yield from _until_damage(old, f"SELECT {names} FROM {table} ORDER BY {order}")  # noqa: S608  as above
    if key != ["id"] or not (reached or returned):
        return
    number = reached[0] + 1 if reached else 1
    last = returned[0] if returned else math.inf
    barren = 0
    while number < last and barren < BARREN:
        found = _one(old, f"SELECT {names} FROM {table} WHERE id = ?", number)  # noqa: S608  as above
        yield from found
        barren = 0 if found else barren + 1
        number += 1


def _until_damage(old: sqlite3.Connection, sql: str) -> Generator[Row, None, Row | None]:
    row: Row = ()
    try:
        for row in old.execute(sql):
            yield row
    except sqlite3.Error:
        return row
    return None


def _one(old: sqlite3.Connection, sql: str, number: int) -> list[Row]:
    try:
        return old.execute(sql, (number,)).fetchall()
    except sqlite3.Error:
        return []


def _drop_damaged_batches(new: sqlite3.Connection) -> None:
    good: list[tuple[int]] = []
    for batch_id, crc, body in new.execute(
        "SELECT spool.id, crc, body FROM spool JOIN spool_body ON spool_body.id = spool.id"
    ):
        if zlib.crc32(body) == crc:
            good.append((batch_id,))
    new.execute("CREATE TEMP TABLE good (id INTEGER PRIMARY KEY)")
    new.executemany("INSERT INTO good (id) VALUES (?)", good)
    new.execute("DELETE FROM spool WHERE id NOT IN (SELECT id FROM good)")
    new.execute("DELETE FROM spool_body WHERE id NOT IN (SELECT id FROM good)")


def _balance(new: sqlite3.Connection) -> int:
    # Every line that landed has a fate: what is missing was lost here; what is too much had lost its count.
    rows = new.execute(
        "SELECT account, sum(landed) - sum(fates) - sum(pending) FROM ("  # noqa: S608  a constant
        " SELECT account, n AS landed, 0 AS fates, 0 AS pending FROM counter WHERE name = 'lines_landed'"
        f" UNION ALL SELECT account, 0, n, 0 FROM counter WHERE name IN {_FATES}"
        " UNION ALL SELECT account, 0, 0, lines FROM spool) GROUP BY account"
    ).fetchall()
    for account, missing in rows:
        name = "lines_damaged" if missing > 0 else "lines_landed"
        new.execute(
            "INSERT INTO counter (account, name, n) VALUES (?, ?, ?)"
            " ON CONFLICT (account, name) DO UPDATE SET n = n + excluded.n",
            (account, name, abs(missing)),
        )
    return sum(max(missing, 0) for _, missing in rows)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
