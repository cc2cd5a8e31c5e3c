"""The spool: what was fetched and is not yet in the database."""

from __future__ import annotations

import gzip
import math
import zlib
from typing import TYPE_CHECKING

from collector.model import Lane
from collector.store.batches import COLUMNS, FATES, Balance, SpoolBatch, SpoolStats, StoredBatch, stored

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from collector.store.counters import Counters
    from collector.store.database import Database, Row
    from collector.store.quarantine import Quarantine, Rejected

GIVEN_UP_AT_ONCE = 64
"""Batches that one call of `make_room` gives up at most, so that its answer stays small."""

__all__ = ["Balance", "Spool", "SpoolBatch", "SpoolStats", "StoredBatch"]


class Spool:
    """Two lanes, each first in, first out. History waits while anything live waits.

    A batch that is no longer here (given up while it was being sent) is no error: `settle`, `postpone`
    and `split` then change nothing and return False.
    """

    def __init__(self, database: Database, quarantine: Quarantine, counters: Counters) -> None:
        self._database = database
        self._quarantine = quarantine
        self._counters = counters

    def append(self, batch: SpoolBatch) -> int:
        """Put a batch at the end of its lane and return its number.

        Raises:
            StateFull: The disk is full; what is here can still be settled.
        """
        self._database.require_room()
        with self._database.joined():
            rows = self._database.rows(
                "SELECT coalesce(max(place), 0) + 1 FROM spool WHERE lane = ?", (batch.lane.value,)
            )
            self._count(batch.account, "landed", batch.lines)
            return self._insert(batch, int(rows[0][0]), 0)

    def oldest(self, now: float = math.inf) -> StoredBatch | None:
        """Return the batch whose turn it is, None where nothing waits or its turn is not before `now`.

        A batch whose body is damaged is counted and passed over.

        Args:
            now: The moment. [s since epoch, UTC]
        """
        while head := self._head():
            if head[9] > now:
                return None
            body = self._body(head)
            if body is not None:
                return stored(head, body)
            self._lose(head, "damaged")
        return None

    def due_at(self) -> float | None:
        """Return the moment from which `oldest` gives a batch, 0 for at once, None where nothing waits."""
        head = self._head()
        return None if head is None else float(head[9])

    def head(self) -> StoredBatch | None:
        """Return the batch whose turn is next, due or not, without its body; None where nothing waits."""
        head = self._head()
        return None if head is None else stored(head, b"")

    def waiting(self) -> Iterator[tuple[list[bytes], float]]:
        """Yield the lines of every waiting batch that can be read, and when each batch was fetched. [s since epoch, UTC]"""
        for row in self._database.rows(f"SELECT {COLUMNS} FROM spool ORDER BY id"):  # noqa: S608  constants only
            try:
                lines = gzip.decompress(self._body(row) or b"").split(b"\n")
            except (OSError, EOFError, zlib.error):
                # No gzip: nothing can be said about its lines.
                continue
            yield lines, row[3]

    def settle(self, batch_id: int) -> bool:
        """The sink has confirmed the whole batch: forget it. False where it is no longer here.

        It works on a full disk too, with the room of the reserve.
        """
        return self._database.freeing(lambda: self._settle(batch_id))

    def postpone(self, batch_id: int, not_before: float, reason: str) -> bool:
        """Keep the batch at its place and its lane waiting. False where it is no longer here.

        Args:
            batch_id: Its number.
            not_before: When to try again. [s since epoch, UTC]
            reason: Why, for a person.
        """
        sql = "UPDATE spool SET tries = tries + 1, not_before = ?, reason = ? WHERE id = ?"
        cursor = self._database.freeing(lambda: self._database.execute(sql, (not_before, reason, batch_id)))
        return cursor.rowcount > 0

    def split(
        self,
        batch_id: int,
        parts: Sequence[SpoolBatch],
        quarantined: Sequence[Rejected] = (),
        *,
        settled: int = 0,
        expired: int = 0,
        damaged: int = 0,
    ) -> bool:
        """Put parts in the place of a batch, in one transaction. False where it is no longer here.

        Args:
            batch_id: Its number; the parts get numbers of their own.
            parts: What is still to be sent, in order; may be empty.
            quarantined: Lines cut out for good.
            settled: Lines that the sink has confirmed.
            expired: Lines older than the database keeps.
            damaged: Lines that cannot be read any more.

        Raises:
            ValueError: Lines would be lost or invented.
        """
        fates = {"quarantined": len(quarantined), "settled": settled, "expired": expired, "damaged": damaged}
        return self._database.freeing(lambda: self._split(batch_id, parts, quarantined, fates))

    def make_room(self, max_bytes: int, *, refetchable: Collection[str] | None = None) -> list[StoredBatch]:
        """Give up batches until the spool keeps within its bound; returns them, to be marked as gaps.

        At most 64 at once: call again until the list is empty. The oldest live batches go first, then
        the oldest history; what history cannot fetch again goes last.

        Args:
            max_bytes: The bound. [B]
            refetchable: Interfaces whose live rows history can fetch again; None: all.
        """
        return self._database.freeing(lambda: self._make_room(max_bytes, refetchable))

    def _make_room(self, max_bytes: int, refetchable: Collection[str] | None) -> list[StoredBatch]:
        given_up: list[StoredBatch] = []
        with self._database.joined():
            over = self.stats().bytes - max_bytes
            if over <= 0:
                return given_up
            rows = self._database.rows(f"SELECT {COLUMNS} FROM spool ORDER BY lane DESC, place, sub")  # noqa: S608  constants only
            if refetchable is not None:
                rows.sort(key=lambda row: row[2] == Lane.LIVE and row[1] not in refetchable)
            for row in rows[:GIVEN_UP_AT_ONCE]:
                given_up.append(stored(row, self._body(row) or b""))
                self._lose(row, "given_up")
                over -= row[11]
                if over <= 0:
                    break
        return given_up

    def stats(self, account: str | None = None) -> SpoolStats:
        """Return what waits, of one account or of all."""
        rows = self._database.rows(
            "SELECT count(*), coalesce(sum(lines), 0), coalesce(sum(size), 0), min(fetched_at) FROM spool"
            " WHERE ?1 IS NULL OR account = ?1",
            (account,),
        )
        return SpoolStats(*rows[0])

    def balance(self, account: str | None = None) -> Balance:
        """Return the fate of every line that ever landed, of one account or of all."""
        rows = self._database.rows(
            "SELECT name, sum(n) FROM counter WHERE name LIKE 'lines\\_%' ESCAPE '\\'"
            " AND (?1 IS NULL OR account = ?1) GROUP BY name",
            (account,),
        )
        counts: dict[str, int] = dict(rows)
        fates = {fate: int(counts.get(f"lines_{fate}", 0)) for fate in FATES}
        return Balance(**fates, pending=self.stats(account).lines)

    def shift(self, delta_s: float) -> None:
        """Move the moments of the next tries with a jump of the wall clock. [s]"""
        self._database.execute(
            "UPDATE spool SET not_before = not_before + ? WHERE not_before > 0", (delta_s,)
        )

    def rebase(self, now: float) -> None:
        """Let what waits for a moment after `now` wait no longer: at a start everything is tried at once."""
        self._database.execute("UPDATE spool SET not_before = 0.0 WHERE not_before > ?", (now,))

    def _settle(self, batch_id: int) -> bool:
        with self._database.joined():
            row = self._row(batch_id)
            if row is None:
                return False
            self._cover(row)
            self._lose(row, "settled")
        return True

    def _split(
        self,
        batch_id: int,
        parts: Sequence[SpoolBatch],
        quarantined: Sequence[Rejected],
        fates: Mapping[str, int],
    ) -> bool:
        with self._database.joined():
            row = self._row(batch_id)
            if row is None:
                return False
            account, lane = row[0], row[2]
            lines = sum(part.lines for part in parts) + sum(fates.values())
            if lines != row[4]:
                raise ValueError(f"a batch of {row[4]} lines cannot become {lines} lines")
            if fates["settled"]:
                self._cover(row)
            place, sub = self._database.rows("SELECT place, sub FROM spool WHERE id = ?", (batch_id,))[0]
            self._delete(batch_id)
            self._database.execute(
                "UPDATE spool SET sub = sub + ? WHERE lane = ? AND place = ? AND sub > ?",
                (len(parts), lane, place, sub),
            )
            for offset, part in enumerate(parts):
                self._insert(part, place, sub + offset, lane=lane)
            for rejected in quarantined:
                self._quarantine.add(rejected)
            for fate, count in fates.items():
                self._count(account, fate, count)
        return True

    def _head(self) -> Row | None:
        for lane in (Lane.LIVE, Lane.HISTORY):
            rows = self._database.rows(
                f"SELECT {COLUMNS} FROM spool WHERE lane = ? ORDER BY place, sub LIMIT 1",  # noqa: S608  constants only
                (lane.value,),
            )
            if rows:
                return rows[0]
        return None

    def _row(self, batch_id: int) -> Row | None:
        rows = self._database.rows(f"SELECT {COLUMNS} FROM spool WHERE id = ?", (batch_id,))  # noqa: S608  constants only
        return rows[0] if rows else None

    def _body(self, row: Row) -> bytes | None:
        rows = self._database.rows("SELECT body FROM spool_body WHERE id = ?", (row[7],))
        if not rows or zlib.crc32(rows[0][0]) != row[12]:
            return None
        body: bytes = rows[0][0]
        return body

    def _insert(self, batch: SpoolBatch, place: int, sub: int, *, lane: str = "") -> int:
        cursor = self._database.execute(
            "INSERT INTO spool (account, interface, lane, place, sub, fetched_at, lines, first_ns, last_ns,"
            " size, crc, tries, not_before, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0.0, '')",
            (
                batch.account,
                batch.interface,
                lane or batch.lane.value,
                place,
                sub,
                batch.fetched_at,
                batch.lines,
                batch.first_ns,
                batch.last_ns,
                len(batch.body),
                zlib.crc32(batch.body),
            ),
        )
        batch_id = cursor.lastrowid or 0
        self._database.execute("INSERT INTO spool_body (id, body) VALUES (?, ?)", (batch_id, batch.body))
        return batch_id

    def _delete(self, batch_id: int) -> None:
        self._database.execute("DELETE FROM spool WHERE id = ?", (batch_id,))
        self._database.execute("DELETE FROM spool_body WHERE id = ?", (batch_id,))

    def _lose(self, row: Row, fate: str) -> None:
        with self._database.joined():
            self._delete(row[7])
            self._count(row[0], fate, row[4])

    def _count(self, account: str, fate: str, lines: int) -> None:
        self._counters.add(account, f"lines_{fate}", lines)

    def _cover(self, row: Row) -> None:
        # Here, and not at landing: in the order of writing, what is settled now comes after what was rejected.
        if not self._quarantine.watches():
            return
        try:
            lines = gzip.decompress(self._body(row) or b"").split(b"\n")
        except (OSError, EOFError, zlib.error):
            # No gzip: nothing can be said about its lines, and the batch must not stay for that.
            return
        self._quarantine.cover(lines, row[3])
