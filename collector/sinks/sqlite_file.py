"""The file of the embedded store: opened for writing or reading, its faults as sink errors."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from collector.errors import SinkMisconfigured, SinkUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from collector.errors import SinkError

_LARGEST_LOG = 64 * 1024 * 1024
_FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, tags TEXT NOT NULL, UNIQUE (measurement, tags)) STRICT;
CREATE TABLE IF NOT EXISTS field (
    measurement TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    PRIMARY KEY (measurement, name)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS point (
    series INTEGER NOT NULL REFERENCES series, time INTEGER NOT NULL, fields TEXT NOT NULL,
    PRIMARY KEY (series, time)) STRICT, WITHOUT ROWID;
"""
_WAITING = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk fails",
    sqlite3.SQLITE_BUSY: "another process holds it",
    sqlite3.SQLITE_LOCKED: "another process holds it",
    sqlite3.SQLITE_NOMEM: "memory is short",
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_CLOSED_TO_US = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}


def open_to_write(path: Path) -> sqlite3.Connection:
    """Return a connection that any one thread at a time may use; the file is made where it is missing.

    Raises:
        SinkMisconfigured: the file cannot be made, or a newer version made it.
        sqlite3.Error: SQLite cannot use it; see `fault`.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise SinkMisconfigured(
            f"{path} cannot be made ({error.strerror}); make its directory writable or set sink.path"
        ) from None
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write and sees the file as it is at its first query.

    Raises:
        SinkError: SQLite cannot use the file.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA query_only = 1")
        connection.execute("BEGIN")
    except sqlite3.Error as error:
        connection.close()
        raise fault(path, error) from None
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set the file up; a batch is settled in the spool once COMMIT returns, so it must be on the disk then."""
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_LOG}")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > _FORMAT:
        raise SinkMisconfigured(f"{path} was made by a newer version; use that, or another sink.path")
    if found < _FORMAT:
        connection.executescript(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {_FORMAT}")


def fault(path: Path, error: sqlite3.Error) -> SinkError | sqlite3.Error:
    """Return the sink error of a fault of the file; a defect of the program stays what it is."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    if code in _WAITING:
        return SinkUnavailable(f"{path}: {_WAITING[code]} ({error})")
    if code in _DAMAGED:
        return SinkMisconfigured(
            f"{path} is damaged ({error}); stop the collector, move the file away and start again: a new one "
            "is made. `sqlite3 FILE .recover` brings back what can be read"
        )
    if code in _CLOSED_TO_US:
        return SinkMisconfigured(f"{path} cannot be written ({error}); check its owner and rights")
    return error
