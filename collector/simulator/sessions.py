"""Who is logged in: the session rules of the manual and the field."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from collector.simulator.limits import hash_text

LIFE_S = 1_800.0
IDLE_DROP_S = 300.0
WRONG_PASSWORDS = 5
WRONG_WITHIN_S = 600.0
LOCKED_S = 1_800.0
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Entry(StrEnum):
    """How an attempt to log in ended."""

    WELCOME = "welcome"
    UNKNOWN_USER = "unknown user"
    WRONG_PASSWORD = "wrong password"  # noqa: S105  the name of an outcome
    LOCKED = "locked"


@dataclass(slots=True)
class _Live:
    token: str
    since: float
    used: float


class Sessions:
    """One account's single live session, and its lock.

    A new login ends the session before it. The token lives 30 minutes: sliding with use (observed), or from the
    login on (manual 9.1.1) where `fixed`. Five wrong passwords in a row within 10 minutes lock the account for
    30 minutes.
    """

    def __init__(
        self, user: str, password: str, seed: int, *, fixed: bool = False, idle_drop: bool = False
    ) -> None:
        self._user = user
        self._password = password
        self._seed = seed
        self._fixed = fixed
        self._life_s = IDLE_DROP_S if idle_drop else LIFE_S
        self._live: _Live | None = None
        self._logins = 0
        self._wrong: deque[float] = deque()
        self._locked_until = float("-inf")

    def log_in(self, user: str, password: str, now: float) -> tuple[Entry, str]:
        """Try to open a session; the token is "" unless the entry is WELCOME.

        Args:
            user: User name.
            password: Its password.
            now: Moment of arrival. [s since epoch, UTC]
        """
        if user != self._user:
            return Entry.UNKNOWN_USER, ""
        if now < self._locked_until:
            return Entry.LOCKED, ""
        if password != self._password:
            self._wrong.append(now)
            while self._wrong and now - self._wrong[0] >= WRONG_WITHIN_S:
                self._wrong.popleft()
            if len(self._wrong) >= WRONG_PASSWORDS:
                self._locked_until = now + LOCKED_S
            return Entry.WRONG_PASSWORD, ""
        self._wrong.clear()
        self._logins += 1
        self._live = _Live(_token(self._seed, self._logins), now, now)
        return Entry.WELCOME, self._live.token

    def holds(self, token: str, now: float) -> bool:
        """Return whether `token` is the live session; asking keeps a sliding session alive."""
        live = self._live
        if live is None or live.token != token:
            return False
        if now - (live.since if self._fixed else live.used) >= self._life_s:
            self._live = None
            return False
        live.used = now
        return True

    def log_out(self, token: str) -> bool:
        """End the session of `token`; False where it is not the live one."""
        if self._live is None or self._live.token != token:
            return False
        self._live = None
        return True

    def end(self) -> None:
        """End the live session from the cloud's side, as maintenance does."""
        self._live = None


def _token(seed: int, number: int) -> str:
    value = hash_text(f"{seed}/{number}")
    letters = []
    for _ in range(120):
        value = (value * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) & 0xFFFFFFFFFFFFFFFF
        letters.append(_LETTERS[(value >> 33) % len(_LETTERS)])
    return "x-" + "".join(letters)
