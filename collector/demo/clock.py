"""A clock that is virtual until it has caught up with the wall clock, and then goes on with it."""

from __future__ import annotations

import time

from collector.clock import VirtualClock


class CatchUpClock(VirtualClock):
    """Virtual first, real from `go_live` on; it never goes back."""

    def __init__(self, start: float) -> None:
        super().__init__(start)
        self._offset: float | None = None

    def now(self) -> float:
        """Return the moment. [s since epoch, UTC]"""
        return super().now() if self._offset is None else time.time()

    def monotonic(self) -> float:
        """Return a reading that only grows. [s]"""
        return super().now() if self._offset is None else time.monotonic() + self._offset

    def go_live(self) -> None:
        """Go on with the wall clock."""
        self.advance_to(time.time())
        self._offset = super().now() - time.monotonic()
