"""Facts: what was learned once and must not be asked again at every start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collector.store.database import Database


@dataclass(frozen=True, slots=True)
class Fact:
    """One durable fact.

    Attributes:
        account: Account name.
        kind: What it is about, e.g. ``denied``.
        subject: Whom: an interface, a plant, a device.
        value: The fact in words or a number as text.
        since: Since when it holds. [s since epoch, UTC]
        checked: When it was last seen to hold. [s since epoch, UTC]
    """

    account: str
    kind: str
    subject: str
    value: str
    since: float
    checked: float


class Facts:
    """Durable facts, each with the moment since when it holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, account: str, kind: str, subject: str, value: str, since: float) -> bool:
        """Remember a fact; while its value stays the same it keeps its first `since`.

        Returns:
            True where the fact is new or its value has changed: the moment to tell it once.
        """
        with self._database.joined():
            held = self.get(account, kind, subject)
            changed = held is None or held.value != value
            self._database.execute(
                "INSERT OR REPLACE INTO fact (account, kind, subject, value, since, checked)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (account, kind, subject, value, since if held is None or changed else held.since, since),
            )
        return changed

    def get(self, account: str, kind: str, subject: str) -> Fact | None:
        """Return one fact, None where it is not known."""
        rows = self._database.rows(
            "SELECT account, kind, subject, value, since, checked FROM fact"
            " WHERE account = ? AND kind = ? AND subject = ?",
            (account, kind, subject),
        )
        return Fact(*rows[0]) if rows else None

    def all(self, account: str | None = None, kind: str | None = None) -> list[Fact]:
        """Return the facts of an account and kind, or of all."""
        rows = self._database.rows(
            "SELECT account, kind, subject, value, since, checked FROM fact"
            " WHERE (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR kind = ?2)"
            " ORDER BY account, kind, subject",
            (account, kind),
        )
        return [Fact(*row) for row in rows]

    def drop(self, account: str, kind: str, subject: str) -> bool:
        """Forget a fact; True where it was known."""
        cursor = self._database.execute(
            "DELETE FROM fact WHERE account = ? AND kind = ? AND subject = ?", (account, kind, subject)
        )
        return cursor.rowcount > 0
