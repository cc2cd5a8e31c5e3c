"""Spends: calls that were paid for, as the ledger remembers them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

REMEMBERED = 64
"""Newest spends whose answer times are measured."""

TRUSTED = 8
"""Fewest answers from which a spread is taken for measured."""


@dataclass(frozen=True, slots=True)
class Spend:
    """One call, spent before it was sent.

    Attributes:
        sent: When it was sent. [s since epoch, UTC]
        answered: When its whole answer was here; None while in flight or lost to a crash. [s since epoch, UTC]
        refused: The answer was a refusal. It counts like any other: whether the cloud counts it is unknown.
        id: The ledger's number, or 0.
    """

    sent: float
    answered: float | None = None
    refused: bool = False
    id: int = 0

    def ended(self, timeout_s: float) -> float:
        """Return the latest moment at which the cloud may have counted it. [s since epoch, UTC]"""
        return self.sent + timeout_s if self.answered is None else max(self.sent, self.answered)


def latest_end(spends: Sequence[Spend], upto: int, timeout_s: float) -> float:
    """Return the latest end among the spends up to and with index `upto`. [s since epoch, UTC]

    Looks back only as far as a call can have lasted, `timeout_s`.

    Args:
        spends: Oldest first, by `sent`.
        upto: Index from 0 of the newest spend to look at.
        timeout_s: Longest that a call lasts. [s]
    """
    latest = spends[upto].ended(timeout_s)
    for index in range(upto - 1, -1, -1):
        spend = spends[index]
        if spend.sent + timeout_s <= latest:
            break
        latest = max(latest, spend.ended(timeout_s))
    return latest


def spread(spends: Sequence[Spend]) -> float:
    """Return longest minus shortest answer time among the newest 64 spends. [s]

    Args:
        spends: Oldest first.

    Returns:
        The spread; infinite while fewer than 8 of them are answered, for then nothing is known of it.
    """
    times = [spend.answered - spend.sent for spend in spends[-REMEMBERED:] if spend.answered is not None]
    if len(times) < TRUSTED:
        return math.inf
    return max(times) - min(times)


def shift(spends: Sequence[Spend], delta_s: float) -> list[Spend]:
    """Return the spends with their ages kept over a jump of the wall clock.

    Args:
        spends: Any order; it is kept.
        delta_s: How far the wall clock jumped; negative: it was set back. [s]
    """
    return [_moved(spend, delta_s) for spend in spends]


def rebase(spends: Sequence[Spend], now: float) -> list[Spend]:
    """Return the spends with none dated after `now`: the clock was set back while nothing ran.

    Spends dated in the future are moved together, so that the newest of them ended just now: that is the
    youngest they can be, and the distances between them stay true. Spends dated in the past stay; they may
    look younger than they are, never older.

    Args:
        spends: Oldest first.
        now: The wall clock. [s since epoch, UTC]

    Returns:
        In the order given, which stays the true order of sending.
    """
    ahead = max((_moment(spend) for spend in spends), default=now) - now
    return [_moved(spend, -ahead) if _moment(spend) > now else spend for spend in spends]


def _moment(spend: Spend) -> float:
    """Return the newest moment that a spend names. [s since epoch, UTC]"""
    return spend.sent if spend.answered is None else max(spend.sent, spend.answered)


def _moved(spend: Spend, delta_s: float) -> Spend:
    answered = None if spend.answered is None else spend.answered + delta_s
    return replace(spend, sent=spend.sent + delta_s, answered=answered)
