"""5-minute history: which devices and which of their local days the next call is to bring, newest first.

The order: days that have just ended; days that somebody ordered; missing days; once more days that were read only once. A range of
the longest length ends with the newest day that is wanted, so that younger windows overlap older ones and days held with holes are
read again for nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Span
from collector.coverage import READ_ONCE, SETTLE_S, Runs, State
from collector.model import Batch
from collector.planner.past import LONG_AGO, Left, newest_missing
from collector.planner.turns import IDLE_S, NONE_REST, Ask, Choice, Rest, Resting
from collector.zones import day_end, day_start, local_date

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from collector.planner.past import Past

BLIND_DAYS = 30
"""So many days in a row without rows mean that the past has ended, where nobody knows when it began."""

CLOSING_SHARE = 1 / 3
"""What reading days as soon as they end may take while older ones are missing."""

MOST_PATIENCE = 3
WISHES = ("ordered", "missing", "again")


def patience(interface: Interface, batches: int, calls_a_day: float) -> int:
    """Return how many days may end before they are read, while older ones are missing. [d]

    A range that holds three days costs one call whether one of them is new or all: large fleets wait, so that closing leaves two
    thirds of the calls to the past.
    """
    if interface.span is not Span.RANGE or calls_a_day <= 0:
        return 1
    return min(MOST_PATIENCE, max(1, math.ceil(batches / calls_a_day / CLOSING_SHARE)))


@dataclass(frozen=True, slots=True)
class Busy:
    """What another interface is being asked about just now.

    Attributes:
        members: Whom.
        begin: From when. [s since epoch, UTC]
        end: Until when. [s since epoch, UTC]
    """

    members: frozenset[str]
    begin: float
    end: float


@dataclass(slots=True)
class _View:
    """What one batch needs, as long as nothing lands and no day ends.

    Attributes:
        until: It is to be made anew then. [s since epoch, UTC]
        waited: Days that have ended since the newest one that is known, of the member with the fewest and the most. [d]
        ends: Wish (top, ordered, missing, again) to the end of the newest day wanted, and that day's number. [s since epoch, UTC]
        left: How much of the past is still to be read.
    """

    until: float
    waited: tuple[int, int] = (0, 0)
    ends: dict[str, tuple[float, int]] = field(default_factory=dict)
    left: Left = field(default_factory=Left)

    def want(self, wish: str, zone: str, number: int | None) -> None:
        """Add the wish for a day."""
        if number is not None:
            end = day_end(zone, date.fromordinal(number))
            self.ends[wish] = max(self.ends.get(wish, (0.0, 0)), (end, number))


class History:
    """Plans one interface of 5-minute history.

    Args:
        interface: One that answers for a range, or for a local date.
        past: What is known.
    """

    def __init__(self, interface: Interface, past: Past) -> None:
        self._interface = interface
        self._past = past
        self._views: dict[Batch, _View] = {}
        self._of_member: dict[str, list[Batch]] = {}
        self._floor = past.floor.toordinal() if past.floor is not None else 0
        self._window_s = interface.max_span_ms / 1000
        self._days = max(1, interface.max_span_ms // 86_400_000)

    def touched(self, members: Collection[str]) -> None:
        """Look anew at these members: something of theirs has changed."""
        for member in members:
            for batch in self._of_member.get(member, ()):
                self._views.pop(batch, None)

    def left(self, batches: Sequence[Batch], now: float) -> Left:
        """Return how much of the past is still to be read."""
        return sum((self._view(b, now).left for b in batches), Left())

    def next(
        self,
        batches: Sequence[Batch],
        now: float,
        *,
        patience: int = 1,
        resting: Resting = NONE_REST,
        busy: Sequence[Busy] = (),
    ) -> Choice:
        """Choose devices and days.

        Args:
            batches: The devices in batches.
            now: [s since epoch, UTC]
            patience: Days that may end before they are read, while older ones are missing. [d]
            resting: What is passed over for now.
            busy: What is being read just now by other ways.
        """
        views = [(b, self._view(b, now, busy)) for b in batches]
        wakes = [now + IDLE_S, *(v.until for _, v in views)]
        if not any("missing" in v.ends or "ordered" in v.ends for _, v in views):
            patience = 1
        # Days that end one after the other, by zone, are read together once the last of them has ended.
        ripe = [v for v in views if v[1].waited[0] >= patience or v[1].waited[1] > patience]
        tops = sorted(ripe, key=lambda v: v[1].waited[1], reverse=True)
        for batch, view in tops:
            if (ask := self._ask(batch, *view.ends["top"], now, busy)) is not None:
                if (until := resting.get((ask.batch, ask.period), 0.0)) <= now:
                    return ask
                wakes.append(until)
        for wish in WISHES:
            wanted = [(v.ends[wish], b) for b, v in views if wish in v.ends]
            for (end, number), batch in sorted(wanted, key=lambda w: w[0], reverse=True):
                ask = self._ask(batch, end, number, now, busy, again=wish == "again")
                if ask is None:
                    continue
                if (until := resting.get((ask.batch, ask.period), 0.0)) <= now:
                    return ask
                wakes.append(until)
        return Rest(min(wakes))

    def _ask(
        self,
        batch: Batch,
        end: float,
        number: int,
        now: float,
        busy: Sequence[Busy],
        *,
        again: bool = False,
    ) -> Ask | None:
        """Return the call that ends with a day, for those members of the batch that it helps."""
        day = date.fromordinal(number)
        begin = max(end - self._window_s, self._earliest(batch)) if self._window_s else 0.0
        members = []
        for member in batch.members:
            zone = self._past.zone(member)
            runs = self._seen(member, now, busy)
            if not self._window_s:
                days = [number] if day_end(zone, day) + SETTLE_S <= now else []
            else:
                days = _whole_days(zone, begin, min(end, now - SETTLE_S))
            if any(self._wants(runs, each, again=again) for each in days):
                members.append(member)
        if not members:
            return None
        asked = batch if len(members) == len(batch.members) else Batch(tuple(members), batch.type_id)
        return Ask(asked, day.isoformat(), closing=True, begin=begin, end=end if self._window_s else 0.0)

    def _wants(self, runs: Runs, number: int, *, again: bool) -> bool:
        state = runs.state(number)
        return number >= self._floor and (state is None or (again and state in READ_ONCE))

    def _earliest(self, batch: Batch) -> float:
        """Return where the past begins that the vendor may still tell of."""
        floor = self._past.floor
        if floor is None:
            return 0.0
        # The first of them all: where that is too early, the refusal raises the floor.
        return min(day_start(self._past.zone(m), floor) for m in batch.members)

    # --- views ------------------------------------------------------------------------------------------------------

    def _seen(self, member: str, now: float, busy: Sequence[Busy]) -> Runs:
        """Return what is known of a member, or will be once all answers under way are here."""
        runs = self._past.of(member)
        under_way = [b for b in busy if member in b.members]
        if under_way:
            runs = runs.copy()
            for each in under_way:
                for number in _whole_days(self._past.zone(member), each.begin, min(each.end, now)):
                    runs.mark(number, number, State.HELD)
        return runs

    def _view(self, batch: Batch, now: float, busy: Sequence[Busy] = ()) -> _View:
        if any(not each.members.isdisjoint(batch.members) for each in busy):
            return self._survey(batch, now, busy)
        view = self._views.get(batch)
        if view is None or view.until <= now:
            if view is None:
                for member in batch.members:
                    batches = self._of_member.setdefault(member, [])
                    if batch not in batches:
                        batches.append(batch)
            view = self._views[batch] = self._survey(batch, now, ())
        return view

    def _survey(self, batch: Batch, now: float, busy: Sequence[Busy]) -> _View:
        """Look at every member of a batch."""
        view = _View(now + 86_400.0)
        longest = 0
        waited: list[int] = []
        newests: list[int] = []
        for member in batch.members:
            zone = self._past.zone(member)
            settling = local_date(zone, now - SETTLE_S)
            view.until = min(view.until, day_end(zone, settling) + SETTLE_S)
            newest = settling.toordinal() - 1
            runs = self._seen(member, now, busy)
            for order in self._past.orders:
                if order.names(member):
                    low = max(order.first.toordinal(), self._floor)
                    last = min(order.last.toordinal(), newest)
                    view.want("ordered", zone, runs.newest_missing(low, last))
            begins = self._past.begins(member)
            if begins is None:
                continue
            low = max(begins.toordinal(), self._floor)
            blind = BLIND_DAYS if begins == LONG_AGO else 0
            older = newest
            waited.append(0)
            newests.append(newest)
            if runs.newest_missing(newest, newest) is not None and newest >= low:
                first, _ = next(runs.missing(low, newest))
                # Where nothing is known at all, only yesterday is new.
                first = newest if len(runs) == 0 or first == low else first
                waited[-1] = newest - first + 1
                older = first - 1
            view.want("missing", zone, newest_missing(runs, low, older, blind=blind))
            view.want("again", zone, runs.newest(READ_ONCE, low, newest - 1))
            if blind:
                low = runs.first() or newest
            total = max(0, newest - low + 1)
            done = runs.count(low, newest)
            view.left += Left(done, total)
            longest = max(longest, total - done)
        view.left += Left(calls=-(-longest // self._days))
        if any(waited):
            view.waited = (min(waited), max(waited))
            common = min(newests) if view.waited[0] else max(newests)
            for member in batch.members:
                view.want("top", self._past.zone(member), common)
        return view


def _whole_days(zone: str, begin: float, end: float) -> list[int]:
    """Return the numbers of the local days that lie whole within a range. [s since epoch, UTC]"""
    number = local_date(zone, begin).toordinal()
    if day_start(zone, date.fromordinal(number)) < begin:
        number += 1
    found = []
    while day_end(zone, date.fromordinal(number)) <= end:
        found.append(number)
        number += 1
    return found
