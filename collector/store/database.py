"""One SQLite connection, with its transactions and its errors in the collector's words."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from collector.errors import StateBusy, StateDamaged, StateError, StateFull
from collector.store.reserve import Reserve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")
Row = tuple[Any, ...]

BUSY_S = 5.0
"""How long SQLite itself waits for another process's transaction. [s]"""

GIVEN_BACK_PAGES = 2_000
"""Pages that one call gives back to the disk at most: it stays short."""

_FULL = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}
FULL = "the disk of state_dir is full: nothing new is fetched until there is room"
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED"}
_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


def translated(error: sqlite3.Error) -> Exception:
    """Return the collector's error for one of SQLite's; a defect of the program stays as it is."""
    name = getattr(error, "sqlite_errorname", "")
    primary = "_".join(name.split("_")[:2])
    if name in _FULL:
        return StateFull(FULL)
    if primary in _BUSY:
        return StateBusy(f"another process holds the state file: {error}")
    if primary in _DAMAGED:
        return StateDamaged(f"the state file is damaged: {error}")
    if isinstance(error, sqlite3.OperationalError) and primary not in {"SQLITE_ERROR", ""}:
        return StateError(f"the state file cannot be used ({name}): {error}")
    return error


class Database:
    """One connection; every statement outside a transaction is a transaction of its own.

    It belongs to the thread that opened it. A transaction must not span an ``await``: another task's
    writes would join it.
    """

    def __init__(self, connection: sqlite3.Connection, reserve: Reserve | None = None) -> None:
        """Wrap a connection, which is set to autocommit; without a reserve there is always room."""
        connection.isolation_level = None
        # A damaged text must not stop the reading of its row.
        connection.text_factory = _text
        self.connection = connection
        self._open = False
        self._reserve = reserve or Reserve(None, keep=False)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement.

        Raises:
            StateFull: The disk is full.
            StateBusy: Another process held the file too long.
            StateDamaged: The file is damaged.
            StateError: The file cannot be used for another reason.
        """
        self._check()
        try:
            return self.connection.execute(sql, values)
        except sqlite3.Error as error:
            raise self._known(error) from error

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one query and return all its rows; raises as `execute`."""
        self._check()
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._known(error) from error

    def many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of values, all or nothing; raises as `execute`."""
        with self.joined():
            self._check()
            try:
                self.connection.executemany(sql, values)
            except sqlite3.Error as error:
                raise self._known(error) from error

    def give_back(self, pages: int) -> None:
        """Give up to so many free pages back to the disk, outside any transaction; raises as `execute`."""
        try:
            # One step gives one page back; only executescript takes every step.
            self.connection.executescript(f"PRAGMA incremental_vacuum({pages})")
        except sqlite3.Error as error:
            raise self._known(error) from error

    def require_room(self) -> None:
        """Let something new begin only while the reserve is there, so that what is here can always be emptied.

        Raises:
            StateFull: The disk is full.
        """
        if self._reserve.ample or self._reserve.fill():
            return
        if not self._open:
            # What the spool has freed is still in the file: give it back, and look once more.
            self.give_back(GIVEN_BACK_PAGES)
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            if self._reserve.fill():
                return
        raise StateFull(FULL)

    def freeing(self, work: Callable[[], T]) -> T:
        """Run a transaction that makes room; where the disk is full, once more with the reserve's."""
        try:
            return work()
        except StateFull:
            if self._open or not self._reserve.release():
                raise
            return work()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything written inside, or nothing.

        Raises:
            RuntimeError: A transaction is open already.
            StateError: As `execute`.
        """
        if self._open:
            raise RuntimeError("a transaction of the state file is open already")
        self.execute("BEGIN IMMEDIATE")
        self._open = True
        try:
            yield
            self.execute("COMMIT")
        finally:
            self._open = False
            # SQLite itself has rolled back where the disk was full.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be part of the open transaction, itself whole or not at all; or be a transaction of its own."""
        if not self._open:
            with self.transaction():
                yield
            return
        self.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO part")
                self.connection.execute("RELEASE part")
            raise
        self.execute("RELEASE part")

    def _known(self, error: sqlite3.Error) -> Exception:
        known = translated(error)
        if isinstance(known, StateFull):
            self._reserve.doubtful = True
        return known

    def _check(self) -> None:
        if self._open and not self.connection.in_transaction:
            raise StateError("this transaction of the state file was rolled back; nothing of it was kept")


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
