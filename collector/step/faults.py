"""Changes of state, told once: a fault when it begins, its end when it ends. Durable, so that a restart repeats nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.store import StateFile
    from collector.store.facts import Fact

FAULT = "fault"


class Faults:
    """The faults of one account, one a subject (an interface, "login", "inventory" …).

    Args:
        account: Account name, or "" for what concerns all.
        state: The state file.
        tell: Receives (account, event, words) at each change of state.
    """

    def __init__(self, account: str, state: StateFile, tell: Callable[[str, str, str], None]) -> None:
        self._account = account
        self._state = state
        self._tell = tell
        self._open: dict[str, str] = {}
        self.reload()

    def reload(self) -> None:
        """Read the faults that hold, which another process may have begun or ended."""
        self._open = {f.subject: f.value for f in self._state.facts.all(self._account, FAULT)}

    def begin(self, subject: str, words: str, now: float) -> None:
        """Note a fault; told when it is new or its words changed."""
        if self._open.get(subject) == words:
            return
        self._open[subject] = words
        self._state.facts.put(self._account, FAULT, subject, words, now)
        self._tell(self._account, f"{subject} failed", words)

    def tell_once(self, subject: str, words: str) -> None:
        """Tell a fault that cannot be kept, once until `end`."""
        if self._open.get(subject) != words:
            self._open[subject] = words
            self._tell(self._account, f"{subject} failed", words)

    def end(self, subject: str) -> None:
        """Note that a fault is over; told once."""
        if self._open.pop(subject, None) is not None:
            self._state.facts.drop(self._account, FAULT, subject)
            self._tell(self._account, f"{subject} works again", "")

    def holds(self, subject: str) -> bool:
        """Tell whether a fault holds now."""
        return subject in self._open

    def open(self) -> list[Fact]:
        """Return the faults that hold now."""
        return self._state.facts.all(self._account, FAULT)
