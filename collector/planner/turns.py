"""What a question is answered with, and the turn of those who are asked again and again: the batch that waited longest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.model import Batch

LIVE_EVERY_S = 300.0
OPEN_EVERY_S = 300.0
LIST_EVERY_S = 86_400.0
IDLE_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Ask:
    """The call that is worth most now.

    Attributes:
        batch: Whom to ask about.
        period: Coverage key, see `collector.periods`; for a range of days the newest of them.
        closing: True where the answer can close a period for at least one member.
        begin: Start of an explicit range. [s since epoch, UTC]
        end: End of an explicit range. [s since epoch, UTC]
    """

    batch: Batch
    period: str = ""
    closing: bool = False
    begin: float = 0.0
    end: float = 0.0


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is worth a call before `until`. [s since epoch, UTC]"""

    until: float


Choice = Ask | Rest

# Batch and period to the moment before which they are passed over, because their last answer was of no use. [s since epoch, UTC]
Resting = Mapping[tuple["Batch", str], float]
NONE_REST: Resting = MappingProxyType({})


def next_in_turn(
    batches: Sequence[Batch],
    asked: Mapping[Batch, float],
    now: float,
    every_s: float,
    *,
    period: str = "",
    resting: Resting = NONE_REST,
) -> Choice:
    """Choose the batch that waited longest; none is asked again before `every_s` [s] have passed."""
    if not batches:
        return Rest(now + IDLE_S)
    dues = {b: max(asked.get(b, 0.0) + every_s, resting.get((b, period), 0.0)) for b in batches}
    batch = min(batches, key=dues.__getitem__)
    return Ask(batch, period) if dues[batch] <= now else Rest(dues[batch])
