"""The newest periods of a member: what was asked of each, and whether it needs to be asked about again.

A period is closed once it was read after it had settled and the vendor gave rows for it, or once it was read twice after settling
and the vendor gave none: a provider's hole is a fact, not a reason to ask for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import periods
from collector.coverage.runs import State, next_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The last hour of a day is missing for 19 minutes and more after it closed. Source: observed.
SETTLE_S = 5_400.0

GIVEN_UP_AFTER = 2

AGAIN_AFTER_S = 2 * 86_400.0
"""What ended longer ago has had its last corrections: one reading with rows is enough. [s]"""


@dataclass(frozen=True, slots=True)
class Held:
    """What one account holds of one period of one member at one interface.

    Attributes:
        interface: Interface name.
        member: The vendor's code of the plant or device; ``*`` for a whole list.
        period: Key of the period, see `collector.periods`.
        closed: No call needs to ask for it again.
        asked_at: When it was last answered. [s since epoch, UTC]
        reads: How often it was answered after it had settled.
        rows: Rows that the last answer had for it.
    """

    interface: str
    member: str
    period: str
    closed: bool
    asked_at: float
    reads: int
    rows: int


def after_read(
    interface: str,
    period: str,
    rows: Mapping[str, int],
    held: Mapping[str, Mapping[str, Held]],
    zones: Mapping[str, str],
    *,
    asked_at: float,
) -> list[Held]:
    """Return what is held after an answer.

    Args:
        interface: Interface name.
        period: Key of the period that was asked for.
        rows: Every member asked about, with the rows that came.
        held: Member to period to what was held before.
        zones: Member to zone name.
        asked_at: When it was answered. [s since epoch, UTC]
    """
    after = []
    for member, count in rows.items():
        before = held.get(member, {}).get(period)
        settled = periods.ends(period, zones.get(member, "")) + SETTLE_S <= asked_at
        reads = (before.reads if before is not None else 0) + (1 if settled else 0)
        closed = settled and (count > 0 or reads >= GIVEN_UP_AFTER)
        after.append(Held(interface, member, period, closed, asked_at, reads, count))
    return after


def state_after(read: Held, before: State | None, zone: str) -> State | None:
    """Return the state of a period after a reading; None while it had not settled.

    Args:
        read: The reading.
        before: State before; None where the period was missing.
        zone: Zone of the member.
    """
    ended = periods.ends(read.period, zone)
    if ended + SETTLE_S > read.asked_at:
        return None
    return next_state(before, read.rows, whole=ended + AGAIN_AFTER_S <= read.asked_at)


def last_asked(held: Mapping[str, Mapping[str, Held]], members: Iterable[str]) -> float:
    """Return when all of these members had last been asked about; 0 where one never was. [s since epoch, UTC]

    Args:
        held: Member to period to what is held.
        members: The vendor's codes.
    """
    return min(
        (max((h.asked_at for h in held.get(m, {}).values()), default=0.0) for m in members), default=0.0
    )
