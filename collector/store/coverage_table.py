"""What is held of each member and period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.coverage import Held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.store.database import Database


class CoverageTable:
    """The durable side of coverage; what it means is decided elsewhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, account: str) -> list[Held]:
        """Return everything held by the account."""
        rows = self._database.rows(
            "SELECT interface, member, period, closed, asked_at, reads, held_rows FROM coverage WHERE account = ?",
            (account,),
        )
        return [
            Held(
                interface=interface,
                member=member,
                period=period,
                closed=bool(closed),
                asked_at=asked_at,
                reads=reads,
                rows=held_rows,
            )
            for interface, member, period, closed, asked_at, reads, held_rows in rows
        ]

    def put(self, account: str, held: Iterable[Held]) -> None:
        """Remember what is held; an older entry of the same interface, member and period is replaced."""
        self._database.many(
            "INSERT OR REPLACE INTO coverage"
            " (account, interface, member, period, closed, asked_at, reads, held_rows)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (account, h.interface, h.member, h.period, int(h.closed), h.asked_at, h.reads, h.rows)
                for h in held
            ],
        )

    def forget(self, account: str, interface: str, members: Iterable[str]) -> None:
        """Forget all periods of these members: they count as missing again."""
        self._database.many(
            "DELETE FROM coverage WHERE account = ? AND interface = ? AND member = ?",
            [(account, interface, member) for member in members],
        )

    def drop(self, account: str, interface: str, periods: Iterable[tuple[str, str]]) -> None:
        """Forget single periods, given as member and period."""
        self._database.many(
            "DELETE FROM coverage WHERE account = ? AND interface = ? AND member = ? AND period = ?",
            [(account, interface, member, period) for member, period in periods],
        )
