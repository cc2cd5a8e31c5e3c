"""A small reference cloud and a driver that always sends at the next free moment.

Written from the design's words alone: it knows true time and keeps its own account of calls. The driver sees a
wall clock that jumps, answers that fail, and processes that are restarted.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace

from collector.quota import (
    Allowance,
    Lesson,
    Spend,
    learn_refusal,
    learn_success,
    next_free,
    rebase,
    rebase_lesson,
    shift,
    shift_lesson,
)

START = 1_790_000_000.0
TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Told:
    """One call as it truly was. All moments in true time, n as the cloud had it when the call came."""

    sent: float
    ended: float
    arrived: float
    counted: float
    calls: int


@dataclass
class Cloud:
    """Every reading of the limits; each check returns the calls that it would have refused."""

    window_s: float
    min_gap_s: float
    told: list[Told] = field(default_factory=list)
    rises: list[tuple[float, int]] = field(default_factory=list)

    def rolling(self) -> list[int]:
        """Counted at the moment that hurts most: the old at their end, the new at its sending."""
        refused = []
        for index, call in enumerate(self.told):
            alive = sum(old.ended + self.window_s > call.sent for old in self.told[:index])
            if alive >= call.calls:
                refused.append(index)
        return refused

    def rolling_as_counted(self) -> list[int]:
        """Counted at the moments that the data chose."""
        refused = []
        for index, call in enumerate(self.told):
            alive = sum(old.counted > call.counted - self.window_s for old in self.told[:index])
            if alive >= call.calls:
                refused.append(index)
        return refused

    def fixed(self, phase: float) -> list[int]:
        """Windows that begin at `phase` (0..1) of their length."""
        seen: Counter[int] = Counter()
        refused = []
        for index, call in enumerate(self.told):
            window = math.floor((call.counted - START) / self.window_s + phase)
            if seen[window] >= call.calls:
                refused.append(index)
            seen[window] += 1
        return refused

    def refill(self) -> list[int]:
        """A bucket of one call that flows back evenly, at the rate of the n of each moment."""
        refused, level, at = [], 1.0, START
        calls = self.told[0].calls if self.told else 1
        changes = sorted(self.rises)
        for index, call in enumerate(self.told):
            while changes and changes[0][0] <= call.arrived:
                when, after = changes.pop(0)
                level, at, calls = min(1.0, level + (when - at) * calls / self.window_s), when, after
            level, at = min(1.0, level + (call.arrived - at) * calls / self.window_s), call.arrived
            if level < 1.0 - 1e-9:
                refused.append(index)
            level = max(0.0, level - 1.0)
        return refused

    def one_a_minute(self) -> list[int]:
        """From the answer of one call to the sending of the next."""
        pairs = zip(self.told, self.told[1:], strict=False)
        return [i for i, (old, new) in enumerate(pairs, 1) if new.sent < old.ended + self.min_gap_s]


@dataclass
class Driver:
    """One account's interface: sends at `next_free`, keeps the ledger in wall time, learns."""

    allowance: Allowance
    cloud: Cloud
    true: float = START
    offset: float = 0.0
    rate: float = 1.0
    spends: list[Spend] = field(default_factory=list)
    lesson: Lesson = field(default_factory=Lesson)
    cloud_calls: int = 0
    risen_to: int | None = None
    bounded: bool = True

    def __post_init__(self) -> None:
        self.cloud_calls = self.allowance.calls
        self.cloud.rises.append((START, self.allowance.calls))

    @property
    def wall(self) -> float:
        """What the machine's clock shows."""
        return START + (self.true - START) * self.rate + self.offset

    def call(
        self, answer_s: float, way: float, count: float, *, lost: bool = False, refused: bool = False
    ) -> None:
        """Send at the next free moment. `way` and `count` (0..1) place arrival and counting inside the call."""
        wait = next_free(self.allowance, self.spends, self.lesson, self.wall, TIMEOUT_S) - self.wall
        assert wait >= 0
        self.true += wait / self.rate
        least = self._least_way()
        answer_s = max(answer_s, least)
        arrived = self.true + least + (answer_s - least) * way
        ended = self.true + answer_s
        self.cloud.told.append(
            Told(self.true, ended, arrived, self.true + answer_s * count, self.cloud_calls)
        )
        spend = Spend(self.wall)
        if lost:
            self.true += min(answer_s, 0.5)
        else:
            self.true = ended
            spend = replace(spend, answered=self.wall, refused=refused)
            learned = learn_refusal(self.lesson, self.allowance, self.wall) if refused else None
            self.lesson = learned or learn_success(self.lesson, self.wall)
        self.spends.append(spend)
        if self.risen_to is not None:
            self.allowance, self.risen_to = replace(self.allowance, calls=self.risen_to), None

    def _least_way(self) -> float:
        """Assumption 4, in this file's own words: how early the next call may arrive."""
        answered = [s.answered - s.sent for s in self.spends[-64:] if s.answered is not None]
        told = self.cloud.told
        if not self.bounded or len(answered) < 8 or self.spends[-1].answered is None:
            return 0.0
        share = self.allowance.window_s / self.allowance.calls * 0.005
        if answered[-1] <= share:
            return 0.0
        slack = max(2 * (max(answered) - min(answered)), share)
        return max(0.0, told[-1].arrived - told[-1].sent - slack / self.rate)

    def jump(self, by: float) -> None:
        """The wall clock jumps while the collector runs and notices."""
        self.offset += by
        self.spends = shift(self.spends, by)
        self.lesson = shift_lesson(self.lesson, by)

    def down(self, for_s: float, set_back: float) -> None:
        """The collector stops; the clock is set back; it starts again from its ledger."""
        self.true += for_s
        self.offset -= set_back
        self.spends = rebase(self.spends, self.wall)
        self.lesson = rebase_lesson(self.lesson, self.wall)

    def resize(self, calls: int) -> None:
        """The fleet changes: a fall is known at once, a rise after the next call."""
        self.cloud_calls = calls
        self.cloud.rises.append((self.true, calls))
        if calls <= self.allowance.calls:
            self.allowance, self.risen_to = replace(self.allowance, calls=calls), None
        else:
            self.risen_to = calls
