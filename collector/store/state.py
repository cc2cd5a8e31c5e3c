"""The state file: everything that must survive a restart, in one SQLite database."""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import TYPE_CHECKING, Self

from collector.errors import CollectorError, ConfigurationError, StateDamaged, StateFull
from collector.store import schema
from collector.store.counters import Counters
from collector.store.coverage_table import CoverageTable
from collector.store.database import BUSY_S, GIVEN_BACK_PAGES, Database, translated
from collector.store.facts import Facts
from collector.store.inventory import Inventory
from collector.store.ledger import Ledger
from collector.store.locks import Locks
from collector.store.newest import Newest
from collector.store.open_alarms import OpenAlarms
from collector.store.operands import Operands
from collector.store.quarantine import Quarantine
from collector.store.raw_answers import RawAnswers
from collector.store.reserve import Reserve
from collector.store.run_table import RunTable
from collector.store.salvage import Salvage, salvage
from collector.store.sessions import Sessions
from collector.store.spool import Spool

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

NAME = "collector.db"
SPENDS_KEPT_S = 8 * 86_400.0
"""How long spends stay in the ledger; the longest window is a day. [s]"""
_LARGEST_LOG = 64 * 2**20


class StateFile:
    """The one state file of a collector.

    Every method of its parts may be called inside or outside `transaction`; outside it is a transaction of
    its own, on the disk when it returns. It belongs to the thread that opened it, and a transaction must not
    span an ``await``.

    Attributes:
        ledger: Calls spent, and lessons.
        sessions: Tokens.
        inventory: Plants and devices.
        coverage: What is held of the newest periods.
        runs: What is held of all others.
        spool: What is not yet in the database.
        quarantine: What the database refused.
        newest: Newest values.
        operands: What derived values are made of.
        alarms: Open alarms.
        facts: Durable facts.
        answers: Unreadable answers.
        counters: Durable counts.
        salvage: What was saved where this opening put a damaged file aside; otherwise None.
    """

    def __init__(self, database: Database, locks: Locks | None = None, saved: Salvage | None = None) -> None:
        self._database = database
        self._locks = locks
        self.salvage = saved
        self.counters = Counters(database)
        self.ledger = Ledger(database)
        self.sessions = Sessions(database)
        self.inventory = Inventory(database)
        self.coverage = CoverageTable(database)
        self.runs = RunTable(database)
        self.quarantine = Quarantine(database, self.counters)
        self.spool = Spool(database, self.quarantine, self.counters)
        self.newest = Newest(database)
        self.operands = Operands(database)
        self.alarms = OpenAlarms(database)
        self.facts = Facts(database)
        self.answers = RawAnswers(database)
        self._data_version = self._ask_data_version()

    @classmethod
    def open(cls, state_dir: Path, *, hold: bool = False) -> StateFile:
        """Open the state file, making it and its directory where they are missing.

        A damaged file is put aside as ``collector.db.damaged-N`` and every readable row goes into a new one.
        Only with `hold` the whole file is checked; other openings find gross damage.

        Args:
            state_dir: Its directory.
            hold: Whether this is the one `run`: a second one is refused until this process ends.

        Raises:
            StateHeldError: Another `run` has the file, or others have a damaged one open.
            ConfigurationError: The directory cannot be used, or a newer program wrote the file.
            StateError: The disk is full, or the file cannot be used for another reason that may heal.
        """
        try:
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            locks = Locks(state_dir, hold=hold)
        except OSError as error:
            raise _unusable(state_dir, error) from error
        try:
            database, saved = _opened(state_dir / NAME, locks, hold=hold)
            locks.share(hold=hold)
        except OSError as error:
            locks.release()
            raise _unusable(state_dir, error) from error
        except BaseException:
            locks.release()
            raise
        return cls(database, locks, saved)

    @classmethod
    def in_memory(cls) -> StateFile:
        """Open a state file that lives and dies with this object, for benches and tests."""
        connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=256)
        schema.upgrade(connection)
        return cls(Database(connection))

    @property
    def salvaged(self) -> bool:
        """True from the opening that put a damaged file aside until `heed_salvage`, over restarts too.

        The ledger may have lost spends: every interface must wait before it calls.
        """
        return bool(self._database.rows("SELECT 1 FROM meta WHERE name = 'salvaged'"))

    def heed_salvage(self) -> None:
        """Note that the waiting of every interface is written into the ledger's lessons."""
        self._database.execute("DELETE FROM meta WHERE name = 'salvaged'")

    def transaction(self) -> AbstractContextManager[None]:
        """Keep everything written inside, or nothing; on leaving it is on the disk.

        Raises:
            RuntimeError: A transaction is open already.
            StateFull: The disk is full; nothing was kept, and it works again when room returns.
            StateError: The file cannot be used for another reason.
        """
        return self._database.transaction()

    def changed_elsewhere(self) -> bool:
        """Say whether another process has written since this was asked last, or since the opening."""
        version = self._ask_data_version()
        changed = version != self._data_version
        self._data_version = version
        return changed

    def shift(self, delta_s: float) -> None:
        """Move every moment that means an age or a wait with a jump of the wall clock. [s]"""
        with self._database.joined():
            self.ledger.shift(delta_s)
            self.sessions.shift(delta_s)
            self.spool.shift(delta_s)

    def rebase(self, now: float) -> None:
        """At a start: nothing was spent in the future, and nothing waits for a far one. [s since epoch, UTC]"""
        with self._database.joined():
            self.ledger.rebase(now)
            self.spool.rebase(now)

    def tidy(self, now: float) -> None:
        """Forget old spends and give a bounded part of the free room back to the disk. [s since epoch, UTC]"""
        self.ledger.prune(now - SPENDS_KEPT_S)
        self._database.give_back(GIVEN_BACK_PAGES)

    def close(self) -> None:
        """Close the file and give the locks back; a second time does nothing."""
        self._database.connection.close()
        if self._locks is not None:
            self._locks.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask_data_version(self) -> int:
        return int(self._database.rows("PRAGMA data_version")[0][0])


def _opened(path: Path, locks: Locks, *, hold: bool) -> tuple[Database, Salvage | None]:
    if path.with_name(f"{NAME}.ready").exists():
        locks.alone()
        _swap(path)
    try:
        return _connect(path, whole=hold), None
    except StateDamaged:
        saved = _save(path, locks)
        return _connect(path, whole=hold), saved


def _connect(path: Path, *, whole: bool) -> Database:
    new = not path.exists()
    # SQLite gives its log the mode of the file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if not new and path.stat().st_size == 0:
        raise StateDamaged("the state file is empty")
    path.chmod(0o600)
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, cached_statements=256)
    try:
        _prepare(connection, whole=whole)
    except sqlite3.Error as error:
        connection.close()
        known = translated(error)
        if known is error or "READONLY" in error.sqlite_errorname:
            # The directory and the file can be written: it is the content that SQLite cannot make sense of.
            raise StateDamaged(f"the state file is damaged: {error}") from error
        if new:
            # Nothing was in it yet: the next opening is again a first one.
            path.unlink()
        raise known from error
    except BaseException:
        connection.close()
        raise
    if new:
        _sync(path.parent)
    return Database(connection, Reserve(path.parent, keep=whole))


def _prepare(connection: sqlite3.Connection, *, whole: bool) -> None:
    if not connection.execute("PRAGMA page_count").fetchone()[0]:
        # Only into an empty file: SQLite would write the header anew each time.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_LOG}")
    schema.upgrade(connection)
    with sqlite3.connect(":memory:", isolation_level=None) as expected:
        schema.upgrade(expected)
        if schema.description(connection) != schema.description(expected):
            raise StateDamaged("the tables of the state file are not those of its version")
    expected.close()
    if whole:
        # quick_check would pass an index that no longer agrees with its table.
        found = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if found != [("ok",)]:
            raise StateDamaged(f"the state file is damaged: {found[0][0]}")
        connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('opened', '')")


def _save(path: Path, locks: Locks) -> Salvage:
    locks.alone()
    saved = Salvage(_aside(path))
    unfinished = path.with_name(f"{NAME}.salvage")
    try:
        salvage(path, unfinished, saved)
    except sqlite3.Error as error:
        raise translated(error) from error
    unfinished.rename(path.with_name(f"{NAME}.ready"))
    _swap(path)
    return saved


def _swap(path: Path) -> None:
    # The name "ready" means: a whole copy. Whoever dies on the way, the next opening goes on from here.
    aside = _aside(path)
    for tail in ("-wal", "-shm", ""):
        old = path.with_name(f"{NAME}{tail}")
        if old.exists():
            old.rename(aside.with_name(f"{aside.name}{tail}"))
    path.with_name(f"{NAME}.ready").rename(path)
    _sync(path.parent)


def _aside(path: Path) -> Path:
    number = 1
    while path.with_name(f"{NAME}.damaged-{number}").exists():
        number += 1
    return path.with_name(f"{NAME}.damaged-{number}")


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unusable(state_dir: Path, error: OSError) -> CollectorError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StateFull(f"the disk of {state_dir} is full")
    return ConfigurationError(
        "state_dir",
        f"{state_dir} cannot be used: {error.strerror or error}",
        "Name a directory that the collector may write, or give it the right to write this one",
    )
