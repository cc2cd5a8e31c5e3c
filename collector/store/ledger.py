"""The ledger: every call spent, and what refusals have taught."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from collector.errors import SpentElsewhere
from collector.quota import Lesson, Spend, rebase, rebase_lesson

if TYPE_CHECKING:
    from collector.store.database import Database

KEPT = 64
"""Newest spends of each interface that pruning leaves."""

_LESSON = "stretch, blocked_until, reason, busy_count, burst_lost, refused_at"


class Ledger:
    """Calls spent, durably, before they are sent; shared by every process that uses the account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spend(self, account: str, interface: str, sent: float) -> int:
        """Spend one call and return its number; on return it is on the disk.

        Args:
            account: Account name.
            interface: Interface name.
            sent: When the request goes out. [s since epoch, UTC]

        Raises:
            StateFull: The disk is full: the answer could not be kept, and so the call must not be sent.
            StateError: It could not be made durable: the call must not be sent.
        """
        self._database.require_room()
        cursor = self._database.execute(
            "INSERT INTO spend (account, interface, sent) VALUES (?, ?, ?)", (account, interface, sent)
        )
        return cursor.lastrowid or 0

    def spend_if(self, account: str, interface: str, sent: float, last_id: int) -> int:
        """Spend one call, provided that `last_id` is still the newest spend of the interface.

        Raises:
            SpentElsewhere: Another process has spent since; nothing was spent.
            StateError: As `spend`.
        """
        with self._database.joined():
            if self.last_id(account, interface) != last_id:
                raise SpentElsewhere(f"{account}: another process has just called {interface}")
            return self.spend(account, interface, sent)

    def answered(self, spend_id: int, answered: float, *, refused: bool) -> None:
        """Note when the answer to a spent call arrived, and whether it was a refusal. [s since epoch, UTC]"""
        self._database.execute(
            "UPDATE spend SET answered = ?, refused = ? WHERE id = ?", (answered, int(refused), spend_id)
        )

    def void(self, spend_id: int) -> None:
        """Take a spend back: the request certainly never left this machine."""
        self._database.execute("DELETE FROM spend WHERE id = ?", (spend_id,))

    def recent(self, account: str, interface: str, since: float) -> list[Spend]:
        """Return the spends sent or answered at or after `since`, in the order of spending. [s since epoch, UTC]"""
        rows = self._database.rows(
            "SELECT sent, answered, refused, id FROM spend WHERE account = ? AND interface = ?"
            " AND max(sent, coalesce(answered, sent)) >= ? ORDER BY id",
            (account, interface, since),
        )
        return [Spend(sent, answered, bool(refused), spend_id) for sent, answered, refused, spend_id in rows]

    def newest(self, account: str, interface: str, count: int) -> list[Spend]:
        """Return the newest `count` spends whatever their age, in the order of spending."""
        rows = self._database.rows(
            "SELECT sent, answered, refused, id FROM spend WHERE account = ? AND interface = ?"
            " ORDER BY id DESC LIMIT ?",
            (account, interface, count),
        )
        return [
            Spend(sent, answered, bool(refused), spend_id)
            for sent, answered, refused, spend_id in reversed(rows)
        ]

    def last_id(self, account: str, interface: str) -> int:
        """Return the number of the newest spend, 0 where there is none."""
        rows = self._database.rows(
            "SELECT coalesce(max(id), 0) FROM spend WHERE account = ? AND interface = ?", (account, interface)
        )
        return int(rows[0][0])

    def used(self, account: str, interface: str, since: float) -> tuple[int, int]:
        """Return how many calls were sent at or after `since`, and how many of them were refused."""
        rows = self._database.rows(
            "SELECT count(*), coalesce(sum(refused), 0) FROM spend"
            " WHERE account = ? AND interface = ? AND sent >= ?",
            (account, interface, since),
        )
        return int(rows[0][0]), int(rows[0][1])

    def lesson(self, account: str, interface: str) -> Lesson:
        """Return what refusals have taught about the interface; a fresh lesson where there were none."""
        return self._lessons("account = ? AND interface = ?", account, interface).get(interface, Lesson())

    def lessons(self, account: str) -> dict[str, Lesson]:
        """Return every lesson of the account, by interface."""
        return self._lessons("account = ?", account)

    def set_lesson(self, account: str, interface: str, lesson: Lesson) -> None:
        """Remember a lesson."""
        self._database.execute(
            f"INSERT OR REPLACE INTO lesson (account, interface, {_LESSON}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  constants only
            (
                account,
                interface,
                float(lesson.stretch),
                float(lesson.blocked_until),
                str(lesson.reason),
                lesson.busy_count,
                int(lesson.burst_lost),
                float(lesson.refused_at),
            ),
        )

    def shift(self, delta_s: float) -> None:
        """Move every moment with a jump of the wall clock, so that ages stay what they were. [s]"""
        with self._database.joined():
            self._database.execute("UPDATE spend SET sent = sent + ?1, answered = answered + ?1", (delta_s,))
            self._database.execute(
                "UPDATE lesson SET blocked_until = iif(blocked_until > 0, blocked_until + ?1, 0.0),"
                " refused_at = iif(refused_at > 0, refused_at + ?1, 0.0)",
                (delta_s,),
            )

    def rebase(self, now: float) -> None:
        """Let nothing be dated after `now`: the clock was set back while down. [s since epoch, UTC]"""
        with self._database.joined():
            ahead = self._database.rows(
                "SELECT DISTINCT account, interface FROM spend WHERE sent > ?1 OR answered > ?1", (now,)
            )
            for account, interface in ahead:
                moved = rebase(self.recent(account, interface, -math.inf), now)
                self._database.many(
                    "UPDATE spend SET sent = ?, answered = ? WHERE id = ?",
                    [(spend.sent, spend.answered, spend.id) for spend in moved],
                )
            learned = self._database.rows(
                "SELECT account, interface FROM lesson WHERE refused_at > ?", (now,)
            )
            for account, interface in learned:
                self.set_lesson(account, interface, rebase_lesson(self.lesson(account, interface), now))

    def prune(self, before: float) -> int:
        """Forget spends sent and answered before a moment, but for the newest 64 of each interface.

        Args:
            before: Nothing from this moment on is touched. [s since epoch, UTC]

        Returns:
            How many were forgotten.
        """
        return self._database.execute(
            "DELETE FROM spend WHERE id IN (SELECT id FROM ("
            "SELECT id, max(sent, coalesce(answered, sent)) AS last,"
            " row_number() OVER (PARTITION BY account, interface ORDER BY id DESC) AS age FROM spend)"
            " WHERE last < ? AND age > ?)",
            (before, KEPT),
        ).rowcount

    def _lessons(self, where: str, *values: str) -> dict[str, Lesson]:
        rows = self._database.rows(f"SELECT interface, {_LESSON} FROM lesson WHERE {where}", values)  # noqa: S608  constants only
        return {
            interface: Lesson(stretch, blocked_until, reason, busy_count, bool(burst_lost), refused_at)
            for interface, stretch, blocked_until, reason, busy_count, burst_lost, refused_at in rows
        }
