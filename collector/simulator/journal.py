"""What was asked, and which question was one too many."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from collector.simulator.limits import MINUTE_S, RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import TextIO

    from collector.simulator.limits import Counts

_TOLERANCE_S = 1e-6


@dataclass(slots=True)
class Entry:
    """One call as the cloud saw it.

    Attributes:
        t: Moment of arrival. [s since epoch, UTC]
        path: URL path.
        interface: Interface name of the manual, or "" where the path is none.
        account: User name of the cloud's account.
        status: HTTP status of the answer; 0 where none was given.
        failCode: Code of the answer, 0 for none; None where the answer was no envelope.
        refused: True where the cloud held the call to be one too many (407).
        members: How many plants or devices it named.
        params: What it asked, without secrets.
        done: Moment at which the answer was complete. [s since epoch, UTC]
    """

    t: float
    path: str
    interface: str
    account: str
    status: int
    failCode: int | None  # noqa: N815  the vendor's spelling, so that the file reads like the manual
    refused: bool
    members: int
    params: Mapping[str, Any]
    done: float


@dataclass(frozen=True, slots=True)
class Violation:
    """A call that breaks a documented limit, whatever reading the cloud enforces.

    Attributes:
        entry: The call.
        reason: The limit in words.
    """

    entry: Entry
    reason: str


class Journal:
    """Keeps every call and judges it in the strictest rolling sense.

    The judge is independent of the cloud's own reading: a call is a violation if, with it, more calls than documented
    arrived within any stretch of the window's length, or if it arrived within a minute of the answer before it where
    only one call a minute is supported. Calls refused with 407 are not counted against later ones.
    """

    def __init__(self, path: Path | None = None, *, keep: int = 100_000) -> None:
        """Start an empty journal.

        Args:
            path: File that receives one JSON line a call, or None.
            keep: Most entries kept in memory; older ones stay in the file.
        """
        self.entries: deque[Entry] = deque(maxlen=keep)
        self.violations: list[Violation] = []
        self.refused = 0
        self._recent: dict[str, deque[Entry]] = {}
        self._before: dict[str, Entry] = {}
        self._file: TextIO | None = None if path is None else path.open("a", encoding="utf-8", buffering=1)

    def note(self, entry: Entry, counts: Counts) -> None:
        """Keep a call and judge it by what the account manages at that moment."""
        self.entries.append(entry)
        self.refused += entry.refused
        rule = RULES.get(entry.interface)
        if rule is not None:
            recent = self._recent.setdefault(entry.interface, deque())
            while recent and entry.t - recent[0].t >= rule.window_s - _TOLERANCE_S:
                recent.popleft()
            allowed = rule.calls(counts)
            if len(recent) >= allowed:
                self.violations.append(
                    Violation(
                        entry,
                        f"{entry.interface}: call {len(recent) + 1} of {allowed} in {rule.window_s:.0f} s",
                    )
                )
            before = self._before.get(entry.interface)
            if rule.one_a_minute and before is not None and entry.t - before.done < MINUTE_S - _TOLERANCE_S:
                self.violations.append(
                    Violation(
                        entry,
                        f"{entry.interface}: {entry.t - before.done:.3f} s after the last answer, not 60 s",
                    )
                )
            if not entry.refused:
                recent.append(entry)
                self._before[entry.interface] = entry
        if self._file is not None:
            self._file.write(json.dumps(asdict(entry), separators=(",", ":")) + "\n")

    def calls(self, interface: str) -> list[Entry]:
        """Return the calls of one interface, oldest first."""
        return [entry for entry in self.entries if entry.interface == interface]

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
