"""The tables of the state file, and the way from an older file to this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.errors import ConfigurationError, StateDamaged

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

# STRICT, so that integrity_check finds a value whose type a damaged page has changed.
FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;

CREATE TABLE spend (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    interface TEXT NOT NULL,
    sent REAL NOT NULL,
    answered REAL,
    refused INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX spend_of ON spend (account, interface, id);

CREATE TABLE lesson (
    account TEXT NOT NULL,
    interface TEXT NOT NULL,
    stretch REAL NOT NULL,
    blocked_until REAL NOT NULL,
    reason TEXT NOT NULL,
    busy_count INTEGER NOT NULL,
    burst_lost INTEGER NOT NULL,
    refused_at REAL NOT NULL,
    PRIMARY KEY (account, interface)
) STRICT;

CREATE TABLE session (
    account TEXT PRIMARY KEY NOT NULL,
    token TEXT NOT NULL,
    since REAL NOT NULL,
    used REAL NOT NULL
) STRICT;
CREATE TABLE session_fixed (account TEXT PRIMARY KEY NOT NULL) STRICT;

CREATE TABLE inventory (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    place INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (account, kind, place)
) STRICT;
CREATE TABLE inventory_version (account TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL) STRICT;
CREATE TABLE inventory_news (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    at REAL NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE coverage (
    account TEXT NOT NULL,
    interface TEXT NOT NULL,
    member TEXT NOT NULL,
    period TEXT NOT NULL,
    closed INTEGER NOT NULL,
    asked_at REAL NOT NULL,
    reads INTEGER NOT NULL,
    held_rows INTEGER NOT NULL,
    PRIMARY KEY (account, interface, member, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE spool (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    interface TEXT NOT NULL,
    lane TEXT NOT NULL CHECK (lane IN ('live', 'history')),
    place INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    fetched_at REAL NOT NULL,
    lines INTEGER NOT NULL CHECK (lines >= 0),
    first_ns INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    size INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    not_before REAL NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX spool_order ON spool (lane, place, sub);
CREATE TABLE spool_body (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    interface TEXT NOT NULL,
    line BLOB NOT NULL,
    identity BLOB NOT NULL,
    reason TEXT NOT NULL,
    sink TEXT NOT NULL,
    fetched_at REAL NOT NULL,
    rejected_at REAL NOT NULL,
    covered INTEGER NOT NULL
) STRICT;

CREATE TABLE newest (
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    time_ns INTEGER NOT NULL,
    fetched_at REAL NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (key, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE string_shown (
    device_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (device_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE alarm (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    raised_ms INTEGER NOT NULL,
    plant_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (account, key, raised_ms)
) STRICT;

CREATE TABLE fact (
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    value TEXT NOT NULL,
    since REAL NOT NULL,
    checked REAL NOT NULL,
    PRIMARY KEY (account, kind, subject)
) STRICT;

CREATE TABLE answer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    interface TEXT NOT NULL,
    at REAL NOT NULL,
    reason TEXT NOT NULL,
    size INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE counter (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT;
"""

SECOND = """
CREATE TABLE run (
    account TEXT NOT NULL,
    level TEXT NOT NULL,
    member TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= first),
    state TEXT NOT NULL,
    PRIMARY KEY (account, level, member, first)
) STRICT, WITHOUT ROWID;
"""

THIRD = """
CREATE TABLE operand (
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (key, kind)
) STRICT, WITHOUT ROWID;
"""

STEPS: tuple[str, ...] = (FIRST, SECOND, THIRD)
"""One script a version; a new version appends its own and never edits an older one."""

TABLES: tuple[str, ...] = (
    "meta",
    "spend",
    "lesson",
    "session",
    "session_fixed",
    "spool",
    "spool_body",
    "fact",
    "quarantine",
    "counter",
    "inventory",
    "inventory_version",
    "inventory_news",
    "coverage",
    "run",
    "newest",
    "string_shown",
    "operand",
    "alarm",
    "answer",
)
"""Every table, in the order in which a damaged file is salvaged: what costs most to lose first."""


def upgrade(connection: sqlite3.Connection, steps: Sequence[str] = STEPS) -> None:
    """Bring the file to the program's version, whole or not at all.

    Args:
        connection: An open connection in autocommit mode.
        steps: The scripts of all versions.

    Raises:
        ConfigurationError: A newer program wrote the file.
        StateDamaged: The file contradicts itself.
    """
    version = _version(connection)
    _agree(connection, version)
    if version == len(steps):
        return
    if version > len(steps):
        raise ConfigurationError(
            "state_dir",
            f"its state file has version {version}, this program knows up to {len(steps)}",
            "Run the newer program again, or point state_dir at an empty directory",
        )
    connection.execute("BEGIN EXCLUSIVE")
    try:
        # Asked again under the lock: another process may have been first.
        for step in steps[_version(connection) :]:
            for statement in step.split(";\n"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute(
            "INSERT OR REPLACE INTO meta (name, value) VALUES ('version', ?)", (str(len(steps)),)
        )
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def description(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return name and definition of every table and index, to compare two files."""
    return connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name").fetchall()


def _agree(connection: sqlite3.Connection, version: int) -> None:
    # The version stands in two places, so that a damaged header is not taken for a newer program's file.
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0 and version == 0:
        return
    noted = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchall()
    if noted != [(str(version),)]:
        raise StateDamaged(f"the state file says version {version} in its header and {noted} inside")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
