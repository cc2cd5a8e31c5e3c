"""Which stretch of the alarm list a batch of plants is asked about: the newest one, and in turn an older one.

The list holds what is active and was raised within the stretch asked about. How far back older stretches reach is decided by the
oldest alarm that is still open; an account's first polls go back a year.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from collector.periods import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

ALARMS_EVERY_S: Final = 300.0
FIRST_BACK_MS: Final = 365 * 86_400_000
"""How far back the first polls go. [ms]"""

MARGIN_MS: Final = 60_000  # the vendor measures a stretch by its own clock, not by ours
NO_LIMIT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one batch.

    Attributes:
        swept: Older stretches that the first polls of every plant of it have covered without a gap.
        oldest_ms: When the oldest alarm that is still open was raised; None where none is. [ms since epoch, UTC]
        older: Older stretch to when it was last answered. [s since epoch, UTC]
        limit: Oldest stretch of which the vendor tells.
    """

    swept: int = 0
    oldest_ms: int | None = None
    older: Mapping[int, float] = field(default_factory=dict)
    limit: int = NO_LIMIT


def length_ms(longest_ms: int) -> int:
    """Return how long a stretch is where the vendor takes `longest_ms`. [ms]"""
    return longest_ms - MARGIN_MS


def stretch(number: int, now: float, span_ms: int) -> tuple[int, int]:
    """Return begin and end of a stretch: 0 ends now, each further one where the one before begins. [ms since epoch, UTC]"""
    end = int(now * 1000) - number * span_ms
    return end - span_ms, end


def holding(moment_ms: int, now: float, span_ms: int) -> int:
    """Return which stretch holds a moment. [ms since epoch, UTC]"""
    return max(0, int(now * 1000) - moment_ms) // span_ms


def swept_whole(now: float, span_ms: int) -> int:
    """Return how many older stretches the first polls cover."""
    return holding(int(now * 1000) - FIRST_BACK_MS, now, span_ms)


def next_older(known: Known, now: float, span_ms: int) -> int | None:
    """Return the older stretch whose turn it is; None where the newest one says everything."""
    if known.swept < min(swept_whole(now, span_ms), known.limit):
        return known.swept + 1
    if known.oldest_ms is None:
        return None
    last = min(holding(known.oldest_ms, now, span_ms), known.limit)
    return min(range(1, last + 1), key=lambda number: (known.older.get(number, 0.0), number), default=None)


def period_of(number: int) -> str:
    """Return a stretch as the period of a call."""
    return f"{NOW}-{number}" if number else NOW


def number_of(period: str) -> int:
    """Return which stretch the period of a call names."""
    return int(period.removeprefix(NOW).removeprefix("-") or 0)
