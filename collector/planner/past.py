"""What planners are told of the past of members, and what they tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from collector.coverage import Runs, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LONG_AGO = date(2000, 1, 1)
"""Where the past of a member begins of which nobody knows when it began."""

NOTHING = Runs()
VOID = frozenset({State.EMPTY, State.GIVEN_UP})


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody wants these days first.

    Attributes:
        first: First local date.
        last: Last local date.
        members: The vendor's codes of whom it is about; None: of all.
    """

    first: date
    last: date
    members: frozenset[str] | None = None

    def names(self, member: str) -> bool:
        """Tell whether the order is about a member."""
        return self.members is None or member in self.members


@dataclass(frozen=True, slots=True)
class Left:
    """How much of the past is still to be read.

    Attributes:
        done: Periods of members that need no first reading.
        total: Periods of members altogether.
        calls: Calls that read the rest.
    """

    done: int = 0
    total: int = 0
    calls: int = 0

    def __add__(self, other: Left) -> Left:
        """Return both together."""
        return Left(self.done + other.done, self.total + other.total, self.calls + other.calls)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the members of an interface; the maps may grow behind it.

    Attributes:
        runs: Member to the periods that are known.
        zones: Member to zone name.
        begins: Member to the local date on which its past begins; None while that is not known and may yet be,
            `LONG_AGO` where it never will: then it ends where the vendor has had nothing for long.
        floor: The vendor tells of nothing before.
        orders: Whose days come first.
    """

    runs: Mapping[str, Runs]
    zones: Mapping[str, str]
    begins: Callable[[str], date | None]
    floor: date | None = None
    orders: Sequence[Order] = ()

    def of(self, member: str) -> Runs:
        """Return what is known of a member."""
        return self.runs.get(member, NOTHING)

    def zone(self, member: str) -> str:
        """Return the zone of a member; "" where it is unknown."""
        return self.zones.get(member, "")


def newest_missing(runs: Runs, low: int, high: int, *, blind: int) -> int | None:
    """Return the newest missing period from `low` to `high`.

    Args:
        runs: What is known.
        low: First period that may be wanted.
        high: Last one.
        blind: Where above 0: so many periods in a row without rows mean that the past has ended.
    """
    found = runs.newest_missing(low, high)
    if found is not None and blind and runs.count(found + 1, found + blind, VOID) == blind:
        return None
    return found
