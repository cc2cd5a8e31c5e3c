"""The one live session of each account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collector.store.database import Database


@dataclass(frozen=True, slots=True)
class Session:
    """A session with a vendor.

    Attributes:
        token: The vendor's token; never shown.
        since: When it was given. [s since epoch, UTC]
        used: When it was last used with success. [s since epoch, UTC]
        fixed: True where the vendor ends it after a fixed time, in use or not.
    """

    token: str = field(repr=False)
    since: float
    used: float
    fixed: bool = False


class Sessions:
    """Sessions shared by every process that uses the account; they survive a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str) -> Session | None:
        """Return the account's session, None where it must log in."""
        rows = self._database.rows("SELECT token, since, used FROM session WHERE account = ?", (account,))
        if not rows:
            return None
        token, since, used = rows[0]
        return Session(token, since, used, self.is_fixed(account))

    def put(self, account: str, session: Session) -> None:
        """Remember a session; a fixed one marks the account as fixed."""
        with self._database.joined():
            self._database.execute(
                "INSERT OR REPLACE INTO session (account, token, since, used) VALUES (?, ?, ?, ?)",
                (account, session.token, session.since, session.used),
            )
            if session.fixed:
                self.set_fixed(account)

    def touch(self, account: str, used: float) -> None:
        """Note that the session was used. [s since epoch, UTC]"""
        self._database.execute("UPDATE session SET used = max(used, ?) WHERE account = ?", (used, account))

    def drop(self, account: str, token: str | None = None) -> bool:
        """Forget the account's session.

        Args:
            account: Account name.
            token: Forget it only while this is its token: another process may have logged in since.

        Returns:
            True where a session was forgotten.
        """
        cursor = self._database.execute(
            "DELETE FROM session WHERE account = ?1 AND (?2 IS NULL OR token = ?2)", (account, token)
        )
        return cursor.rowcount > 0

    def set_fixed(self, account: str) -> None:
        """Remember, beyond any session, that the vendor ends this account's sessions after a fixed time."""
        self._database.execute("INSERT OR IGNORE INTO session_fixed (account) VALUES (?)", (account,))

    def is_fixed(self, account: str) -> bool:
        """Say whether the vendor ends this account's sessions after a fixed time."""
        return bool(self._database.rows("SELECT 1 FROM session_fixed WHERE account = ?", (account,)))

    def shift(self, delta_s: float) -> None:
        """Move every moment with a jump of the wall clock. [s]"""
        self._database.execute("UPDATE session SET since = since + ?1, used = used + ?1", (delta_s,))
