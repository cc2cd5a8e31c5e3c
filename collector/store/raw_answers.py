"""Answers that could not be read, kept for replay."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from collector.errors import StateError

if TYPE_CHECKING:
    from collector.store.database import Database

MOST = 100
"""Answers kept."""
MOST_BYTES = 64 * 2**20
"""Bytes kept, compressed. [B]"""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer as it came, without personal data.

    Attributes:
        id: Its number.
        account: Account name.
        interface: Interface name.
        at: When it came. [s since epoch, UTC]
        reason: Why it could not be read.
        size: Its length. [B]
        body: The answer; empty in a list.
    """

    id: int
    account: str
    interface: str
    at: float
    reason: str
    size: int
    body: bytes = field(default=b"", repr=False)


RawAnswerList = list[RawAnswer]


class RawAnswers:
    """At most 100 answers and 64 MiB; the oldest go first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, account: str, interface: str, at: float, reason: str, body: bytes) -> int:
        """Keep an answer and return its number. The caller has removed what is personal or secret."""
        with self._database.joined():
            cursor = self._database.execute(
                "INSERT INTO answer (account, interface, at, reason, size, body) VALUES (?, ?, ?, ?, ?, ?)",
                (account, interface, at, reason, len(body), zlib.compress(body, 1)),
            )
            self._database.execute(
                "DELETE FROM answer WHERE id IN (SELECT id FROM ("
                "SELECT id, row_number() OVER newest AS age, sum(length(body)) OVER newest AS bytes"
                " FROM answer WINDOW newest AS (ORDER BY id DESC)) WHERE age > ? OR bytes > ?)",
                (MOST, MOST_BYTES),
            )
        return cursor.lastrowid or 0

    def list(self) -> RawAnswerList:
        """Return what is kept, oldest first, without the bodies."""
        rows = self._database.rows("SELECT id, account, interface, at, reason, size FROM answer ORDER BY id")
        return [RawAnswer(*row) for row in rows]

    def get(self, answer_id: int) -> RawAnswer:
        """Return one answer with its body.

        Raises:
            KeyError: There is none of this number.
            StateError: Its body is damaged.
        """
        rows = self._database.rows(
            "SELECT id, account, interface, at, reason, size, body FROM answer WHERE id = ?", (answer_id,)
        )
        if not rows:
            raise KeyError(answer_id)
        try:
            return replace(RawAnswer(*rows[0]), body=zlib.decompress(rows[0][6]))
        except zlib.error as error:
            raise StateError(f"raw answer {answer_id} is damaged") from error

    def remove(self, answer_id: int) -> bool:
        """Forget one answer; True where it was kept."""
        return self._database.execute("DELETE FROM answer WHERE id = ?", (answer_id,)).rowcount > 0
