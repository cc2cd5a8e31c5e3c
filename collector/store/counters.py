"""Durable counts of what happened to the readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collector.store.database import Database


class Counters:
    """Counts that survive a restart: unreadable, sentinels, lines landed …"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: str, name: str, n: int = 1) -> None:
        """Add to a count."""
        if n:
            self._database.execute(
                "INSERT INTO counter (account, name, n) VALUES (?, ?, ?)"
                " ON CONFLICT (account, name) DO UPDATE SET n = n + excluded.n",
                (account, name, n),
            )

    def of(self, account: str) -> dict[str, int]:
        """Return the counts of one account, by name."""
        return dict(self._database.rows("SELECT name, n FROM counter WHERE account = ?", (account,)))

    def all(self) -> dict[str, dict[str, int]]:
        """Return every count, by account and name."""
        counts: dict[str, dict[str, int]] = {}
        for account, name, n in self._database.rows("SELECT account, name, n FROM counter"):
            counts.setdefault(account, {})[name] = n
        return counts
