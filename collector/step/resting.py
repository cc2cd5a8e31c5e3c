"""Batches whose last answer was of no use: they are passed over for a while, so that the others have their turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.model import Batch, Call

LONGEST = 6  # times the first pause
KEPT_S = 2 * 86_400.0


class Resting:
    """What one account passes over: in memory only, a restart tries everything again."""

    def __init__(self) -> None:
        self._until: dict[str, dict[tuple[Batch, str], float]] = {}
        self._pauses: dict[tuple[str, Batch, str], float] = {}

    def of(self, interface: str) -> Mapping[tuple[Batch, str], float]:
        """Return batch and period to the moment before which they are passed over. [s since epoch, UTC]"""
        return self._until.get(interface, {})

    def pass_over(self, call: Call, now: float, first_s: float) -> None:
        """Pass over what a call asked for: `first_s` [s] the first time, then twice as long each time, up to six times."""
        known = (call.interface, call.batch, call.period)
        pause_s = min(LONGEST * first_s, 2.0 * self._pauses.get(known, first_s / 2.0))
        self._pauses[known] = pause_s
        self._until.setdefault(call.interface, {})[call.batch, call.period] = now + pause_s
        self._tidy(now)

    def answered(self, call: Call) -> None:
        """Forget what was passed over: its answer was of use."""
        self._pauses.pop((call.interface, call.batch, call.period), None)
        self._until.get(call.interface, {}).pop((call.batch, call.period), None)

    def _tidy(self, now: float) -> None:
        """Forget what nobody has asked about for two days after its pause: its batch has changed, or its period is over."""
        for interface, resting in self._until.items():
            for batch, period in [k for k, until in resting.items() if until < now - KEPT_S]:
                del resting[batch, period]
                self._pauses.pop((interface, batch, period), None)
