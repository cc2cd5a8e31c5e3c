"""The past of one member as runs of periods of one state. What lies in no run is missing.

Periods are numbers, one for each day, month or year (see `collector.periods.number`), so that neighbours differ by one.
"""

from __future__ import annotations

from bisect import bisect_left
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator


class State(StrEnum):
    """What is known of a period that was asked about after it had ended."""

    HELD = "held"
    """Read once, with rows; worth a second look."""
    EMPTY = "empty"
    """Read once, without rows; worth a second look."""
    FINAL = "final"
    """Read twice, or complete: nothing more is to be expected."""
    GIVEN_UP = "given up"
    """Read twice and empty each time."""
    OUT_OF_REACH = "out of reach"
    """The vendor no longer tells about it."""


READ_ONCE = frozenset({State.HELD, State.EMPTY})

Run = tuple[int, int, State]
"""First number, last number, state."""


def next_state(before: State | None, rows: int, *, whole: bool) -> State:
    """Return the state of an ended period after one more reading.

    Args:
        before: State before; None where it was missing.
        rows: Rows that came.
        whole: No more rows can come: every slot has one, or the period ended long ago.
    """
    if rows and whole:
        return State.FINAL
    if before is None or before is State.OUT_OF_REACH:
        return State.HELD if rows else State.EMPTY
    if rows or before in (State.HELD, State.FINAL):
        return State.FINAL
    return State.GIVEN_UP


class Runs:
    """Periods and their states, as the fewest runs that say it.

    Args:
        runs: Runs in any order that do not overlap.
    """

    __slots__ = ("_runs",)

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._runs: list[Run] = []
        for first, last, state in runs:
            self.mark(first, last, state)

    def __iter__(self) -> Iterator[Run]:
        """Yield the runs, oldest first."""
        return iter(self._runs)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._runs)

    def mark(self, first: int, last: int, state: State) -> None:
        """Give every period from `first` to `last` a state, whatever it was before."""
        if first > last:
            return
        self.clear(first, last)
        place = bisect_left(self._runs, (first,))
        start, end = place, place
        if start and self._runs[start - 1][1] == first - 1 and self._runs[start - 1][2] is state:
            start -= 1
            first = self._runs[start][0]
        if end < len(self._runs) and self._runs[end][0] == last + 1 and self._runs[end][2] is state:
            last = self._runs[end][1]
            end += 1
        self._runs[start:end] = [(first, last, state)]

    def clear(self, first: int, last: int) -> None:
        """Make every period from `first` to `last` missing."""
        if first > last:
            return
        start = self._from(first)
        end = start
        kept: list[Run] = []
        while end < len(self._runs) and self._runs[end][0] <= last:
            low, high, state = self._runs[end]
            if low < first:
                kept.append((low, first - 1, state))
            if high > last:
                kept.append((last + 1, high, state))
            end += 1
        self._runs[start:end] = kept

    def state(self, number: int) -> State | None:
        """Return the state of a period; None where it is missing."""
        place = self._from(number)
        if place < len(self._runs) and self._runs[place][0] <= number:
            return self._runs[place][2]
        return None

    def missing(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield the ranges from `first` to `last` that are missing, newest first."""
        place = self._from(last)
        if place == len(self._runs) or self._runs[place][0] > last:
            place -= 1
        while last >= first:
            if place < 0 or self._runs[place][1] < first:
                yield first, last
                return
            low, high, _ = self._runs[place]
            if high < last:
                yield high + 1, last
            last = low - 1
            place -= 1

    def newest_missing(self, first: int, last: int) -> int | None:
        """Return the newest missing period from `first` to `last`."""
        return next((high for _, high in self.missing(first, last)), None)

    def newest(self, states: Collection[State], first: int, last: int) -> int | None:
        """Return the newest period from `first` to `last` in one of the states."""
        for low, high, state in reversed(self._runs):
            if high < first or first > last:
                return None
            if low <= last and state in states:
                return min(high, last)
        return None

    def count(self, first: int, last: int, states: Collection[State] = frozenset(State)) -> int:
        """Return how many periods from `first` to `last` are in one of the states."""
        return sum(
            max(0, min(high, last) - max(low, first) + 1)
            for low, high, state in self._runs
            if low <= last and high >= first and state in states
        )

    def first(self) -> int | None:
        """Return the oldest period that is known; None where none is."""
        return self._runs[0][0] if self._runs else None

    def copy(self) -> Runs:
        """Return runs of their own with the same content."""
        other = Runs()
        other._runs = self._runs.copy()
        return other

    def _from(self, number: int) -> int:
        """Return the place of the first run that ends at `number` or later."""
        place = bisect_left(self._runs, (number,))
        return place - 1 if place and self._runs[place - 1][1] >= number else place
