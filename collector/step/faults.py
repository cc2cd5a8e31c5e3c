"""Changes of state, told and stored once: a fault when it begins, its end when it ends. Durable, so that a restart repeats nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.step.own_rows import FAULT_ROWS, fault_line, spool_own

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.clock import Clock
    from collector.store import StateFile
    from collector.store.facts import Fact

FAULT = "fault"


class Faults:
    """The faults of one account, one a subject (an interface, "login", "inventory" …).

    Args:
        account: Account name, or "" for what concerns all.
        state: The state file.
        tell: Receives (account, event, words) at each change of state.
        clock: When a fault ends.
    """

    def __init__(
        self, account: str, state: StateFile, tell: Callable[[str, str, str], None], clock: Clock
    ) -> None:
        self._account = account
        self._state = state
        self._tell = tell
        self._clock = clock
        self._open: dict[str, str] = {}
        self.reload()

    def reload(self) -> None:
        """Read the faults that hold, which another process may have begun or ended."""
        self._open = {f.subject: f.value for f in self._state.facts.all(self._account, FAULT)}

    def begin(self, subject: str, words: str, now: float) -> None:
        """Note a fault; told and stored when it is new or its words changed. [s since epoch, UTC]"""
        if self._open.get(subject) == words:
            return
        self._open[subject] = words
        if self._state.facts.put(self._account, FAULT, subject, words, now):
            self._store(subject, words, active=True, now=now)
        self._tell(self._account, f"{subject} failed", words)

    def tell_once(self, subject: str, words: str) -> None:
        """Tell a fault that cannot be kept, once until `end`."""
        if self._open.get(subject) != words:
            self._open[subject] = words
            self._tell(self._account, f"{subject} failed", words)

    def end(self, subject: str) -> None:
        """Note that a fault is over; told and stored once."""
        words = self._open.pop(subject, None)
        if words is None:
            return
        if self._state.facts.drop(self._account, FAULT, subject):
            self._store(subject, words, active=False, now=self._clock.now())
        self._tell(self._account, f"{subject} works again", "")

    def holds(self, subject: str) -> bool:
        """Tell whether a fault holds now."""
        return subject in self._open

    def open(self) -> list[Fact]:
        """Return the faults that hold now."""
        return self._state.facts.all(self._account, FAULT)

    def _store(self, subject: str, words: str, *, active: bool, now: float) -> None:
        row = fault_line(self._account, subject, words, active=active, now=now)
        spool_own(self._state, self._account, FAULT_ROWS, row, now)
