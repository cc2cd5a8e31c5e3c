"""Lines that the sink refused for good, with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.store.counters import Counters
    from collector.store.database import Database

MOST = 100_000
"""Lines kept; beyond them the oldest are dropped and counted."""

_COLUMNS = "line, reason, sink, fetched_at, rejected_at, account, interface, covered, id"


@dataclass(frozen=True, slots=True)
class Rejected:
    """One rejected line.

    Attributes:
        line: The line as it was sent, without newline.
        reason: The sink's reason.
        sink: The sink's name.
        fetched_at: When its answer came. [s since epoch, UTC]
        rejected_at: When the sink refused it. [s since epoch, UTC]
        account: Account name.
        interface: Interface name.
        covered: True where a later answer has been stored under the same identity: replay would undo it.
        id: Its number; 0 before it is kept.
    """

    line: bytes
    reason: str
    sink: str
    fetched_at: float
    rejected_at: float
    account: str = ""
    interface: str = ""
    covered: bool = False
    id: int = 0


RejectedLines = list[Rejected]


def identity(line: bytes) -> bytes:
    r"""Return measurement, tags and time of a line of line protocol; they name a reading.

    It reads the first unescaped space and the last word, and so works for lines that no sink understands.
    """
    begin = line.find(b" ")
    while begin > 0 and line[begin - 1 : begin] == b"\\":
        begin = line.find(b" ", begin + 1)
    if begin < 0:
        return line
    return line[:begin] + b" " + line.rsplit(b" ", 1)[1]


class Quarantine:
    """Rejected lines, at most 100 000; the oldest go first and are counted as `quarantine_dropped`."""

    def __init__(self, database: Database, counters: Counters) -> None:
        self._database = database
        self._counters = counters

    def add(self, rejected: Rejected) -> int:
        """Keep a rejected line and return its number."""
        with self._database.joined():
            cursor = self._database.execute(
                "INSERT INTO quarantine (account, interface, line, identity, reason, sink, fetched_at,"
                " rejected_at, covered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    rejected.account,
                    rejected.interface,
                    rejected.line,
                    identity(rejected.line),
                    rejected.reason,
                    rejected.sink,
                    rejected.fetched_at,
                    rejected.rejected_at,
                    int(rejected.covered),
                ),
            )
            self._bound()
        return cursor.lastrowid or 0

    def list(self, limit: int = -1) -> RejectedLines:
        """Return what is kept, oldest first; at most `limit`, all where it is negative."""
        return self._read("1 ORDER BY id LIMIT ?", limit)

    def get(self, rejected_id: int) -> Rejected:
        """Return one rejected line.

        Raises:
            KeyError: There is none of this number.
        """
        found = self._read("id = ?", rejected_id)
        if not found:
            raise KeyError(rejected_id)
        return found[0]

    def remove(self, rejected_id: int) -> bool:
        """Forget one line: it was replayed, or is given up; True where it was kept."""
        return self._database.execute("DELETE FROM quarantine WHERE id = ?", (rejected_id,)).rowcount > 0

    def count(self) -> int:
        """Return how many lines are kept."""
        return int(self._database.rows("SELECT count(*) FROM quarantine")[0][0])

    def replayable(self) -> RejectedLines:
        """Return the lines that no later answer has covered, oldest fetched first."""
        return self._read("NOT covered ORDER BY fetched_at, id")

    def watches(self) -> bool:
        """Say whether any line here could still be covered."""
        return bool(self._database.rows("SELECT 1 FROM quarantine WHERE NOT covered LIMIT 1"))

    def cover(self, lines: Iterable[bytes], fetched_at: float) -> int:
        """Mark what these stored lines cover: the same identity, fetched earlier. Returns how many.

        Args:
            lines: Lines that the sink has stored.
            fetched_at: When their answer came. [s since epoch, UTC]
        """
        with self._database.joined():
            rows = self._database.rows(
                "SELECT identity, id FROM quarantine WHERE NOT covered AND fetched_at < ?", (fetched_at,)
            )
            if not rows:
                return 0
            watched: dict[bytes, set[int]] = {}
            for name, rejected_id in rows:
                watched.setdefault(name, set()).add(rejected_id)
            covered = {number for line in lines for number in watched.get(identity(line), ())}
            self._database.many(
                "UPDATE quarantine SET covered = 1 WHERE id = ?", [(number,) for number in sorted(covered)]
            )
        return len(covered)

    def _read(self, where: str, *values: int) -> RejectedLines:
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM quarantine WHERE {where}", values)  # noqa: S608  constants only
        return [replace(Rejected(*row), covered=bool(row[7])) for row in rows]

    def _bound(self) -> None:
        over = self.count() - MOST
        if over > 0:
            oldest = self._database.rows("SELECT id, account FROM quarantine ORDER BY id LIMIT ?", (over,))
            for rejected_id, account in oldest:
                self.remove(rejected_id)
                self._counters.add(account, "quarantine_dropped")
