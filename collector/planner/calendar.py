"""Calendar interfaces: one call answers for a whole date, month, year or life of up to a hundred members.

The order: what was never read at all; what has ended and settled; what runs and was read too long ago; what somebody ordered;
the missing past, newest first; once more what was read only once; and what runs, as often as the allowance goes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector import periods
from collector.catalogue.terms import Interface, Span
from collector.coverage import AGAIN_AFTER_S, READ_ONCE, SETTLE_S, State
from collector.planner.past import LONG_AGO, Left, newest_missing
from collector.planner.turns import IDLE_S, NONE_REST, OPEN_EVERY_S, Ask, Choice, Rest, Resting
from collector.zones import day_end, day_start, local_date

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from collector.coverage import Held
    from collector.model import Batch
    from collector.planner.past import Past

HOUR_S = 3_600.0
DAY_S = 86_400.0
REFRESH_S: Mapping[Span, float] = {
    Span.DATE: 2 * HOUR_S,
    Span.MONTH: 4 * HOUR_S,
    Span.YEAR: 12 * HOUR_S,
    Span.LIFE: DAY_S,
}
"""How old what runs may grow while something of the past is missing. [s]"""

EMPTY_AGAIN_S = 3 * HOUR_S
"""From a look at what has just settled that found nothing to the second look. [s]"""

BLIND: Mapping[Span, int] = {Span.DATE: 14, Span.MONTH: 3, Span.YEAR: 2}


def refresh_s(interface: Interface, batches: int, calls_a_day: float) -> float:
    """Return how old what runs may grow while the past is missing. [s]

    Where refreshing at leisure would take more than half of what closing leaves, it takes a quarter: large fleets see their
    present by live readings, and their past would never come.

    Args:
        interface: A calendar interface.
        batches: Calls that ask about everything once.
        calls_a_day: What the interface may be called.
    """
    closing = batches if interface.span in (Span.DATE, Span.MONTH) else 0
    spare = max(1.0, calls_a_day - closing)
    leisure_s = REFRESH_S[interface.span]
    return leisure_s if batches * DAY_S / leisure_s <= spare / 2 else 4 * batches * DAY_S / spare


@dataclass(frozen=True, slots=True)
class _Phase:
    """What one zone makes of a moment for one span.

    Attributes:
        running: The running period.
        began: When it began. [s since epoch, UTC]
        settled: The last one that has settled.
        again: Number of the newest one that may be read once more.
        fresh_after: Day rows read before lack the newest day that has settled. [s since epoch, UTC]
        since: From when all this holds. [s since epoch, UTC]
        until: When any of this changes. [s since epoch, UTC]
    """

    running: str
    began: float
    settled: str
    again: int
    fresh_after: float
    since: float
    until: float

    @classmethod
    def of(cls, span: Span, zone: str, now: float) -> _Phase:
        today, settling = local_date(zone, now), local_date(zone, now - SETTLE_S)
        running, settled = periods.key_of(span, today), periods.before(periods.key_of(span, settling))
        long_ago = periods.current(span, zone, now - AGAIN_AFTER_S)
        return cls(
            running,
            0.0 if span is Span.LIFE else day_start(zone, periods.first_day(running)),
            settled,
            0 if span is Span.LIFE else periods.number(long_ago) - 1,
            day_start(zone, settling) + SETTLE_S if span is Span.MONTH else 0.0,
            now,
            min(day_end(zone, today), day_end(zone, settling) + SETTLE_S),
        )


@dataclass(slots=True)
class _View:
    """What one batch needs, as long as nothing lands and no period turns.

    Attributes:
        until: It is to be made anew then. [s since epoch, UTC]
        closing: Settled period to members that a call would close it for.
        running: Running period to when it was last read for all its members. [s since epoch, UTC]
        ordered: Number of the newest missing period that somebody ordered, and the members that miss it.
        missing: Number of the newest missing period, and the members that miss it.
        again: Number of the newest period that may be read once more, and its members.
        left: How much of the past is still to be read.
    """

    until: float
    closing: Counter[str] = field(default_factory=Counter)
    running: dict[str, float] = field(default_factory=dict)
    ordered: tuple[int, int] = (0, 0)
    missing: tuple[int, int] = (0, 0)
    again: tuple[int, int] = (0, 0)
    left: Left = field(default_factory=Left)


class Calendar:
    """Plans one calendar interface.

    Args:
        interface: One with span date, month, year or life.
        held: Member to period to what is known of the newest ones; may grow.
        past: What is known of the rest.
    """

    def __init__(self, interface: Interface, held: Mapping[str, Mapping[str, Held]], past: Past) -> None:
        self._interface = interface
        self._span = interface.span
        self._held = held
        self._past = past
        self._views: dict[Batch, _View] = {}
        self._of_member: dict[str, list[Batch]] = {}
        self._phases: dict[str, _Phase] = {}

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
        refresh_s: float | None = None,
        resting: Resting = NONE_REST,
    ) -> Choice:
        """Choose a batch and a period.

        Args:
            batches: The members in batches.
            now: [s since epoch, UTC]
            refresh_s: How old what runs may grow while something of the past is missing; None: as for one batch. [s]
            resting: What is passed over for now.
        """
        views = [(b, self._view(b, now)) for b in batches]
        wakes = [v.until for _, v in views]
        rests = {k: until for k, until in resting.items() if until > now}

        def free(batch: Batch, key: str) -> bool:
            if (batch, key) in rests:
                wakes.append(rests[batch, key])
                return False
            return True

        runnings = [(at, Ask(b, key)) for b, v in views for key, at in v.running.items() if free(b, key)]
        # The first of equals is taken, so that batches keep their order.
        oldest_at, oldest = min(runnings, key=lambda c: c[0], default=(now + IDLE_S - OPEN_EVERY_S, None))
        if oldest is not None and oldest_at <= 0.0:
            # What was never read at all comes before the first closing: it shows something at once.
            return oldest
        closings = [
            (count, Ask(b, key, closing=True))
            for b, v in views
            for key, count in v.closing.items()
            if free(b, key)
        ]
        if closings:
            return max(closings, key=lambda c: c[0])[1]
        back = next(
            (
                ask
                for wish in ("ordered", "missing", "again")
                if (ask := self._newest([(b, getattr(v, wish)) for b, v in views], free)) is not None
            ),
            None,
        )
        stale_s = REFRESH_S[self._span] if refresh_s is None else refresh_s
        due = oldest_at + (OPEN_EVERY_S if back is None else stale_s)
        if oldest is not None and due <= now:
            return oldest
        return back or Rest(min(due, *wakes) if wakes else due)

    def _newest(
        self, wishes: Sequence[tuple[Batch, tuple[int, int]]], free: Callable[[Batch, str], bool]
    ) -> Ask | None:
        """Return the call for the newest period that is wished for, by the most members of equals."""
        for batch, (number, _) in sorted(wishes, key=lambda w: w[1], reverse=True):
            if number <= 0:
                return None
            key = periods.key_at(self._span, number)
            if free(batch, key):
                return Ask(batch, key, closing=True)
        return None

    # --- views ------------------------------------------------------------------------------------------------------

    def _view(self, batch: Batch, now: float) -> _View:
        view = self._views.get(batch)
        if view is None or view.until <= now:
            if view is None:
                for member in batch.members:
                    batches = self._of_member.setdefault(member, [])
                    if batch not in batches:
                        batches.append(batch)
            view = self._views[batch] = self._survey(batch, now)
        return view

    def _phase(self, zone: str, now: float) -> _Phase:
        phase = self._phases.get(zone)
        if phase is None or not phase.since <= now < phase.until:
            phase = self._phases[zone] = _Phase.of(self._span, zone, now)
        return phase

    def _survey(self, batch: Batch, now: float) -> _View:
        """Look at every member of a batch."""
        phases = {m: self._phase(self._past.zone(m), now) for m in batch.members}
        view = _View(min((p.until for p in phases.values()), default=now + IDLE_S))
        ordered: Counter[int] = Counter()
        missing: Counter[int] = Counter()
        again: Counter[int] = Counter()
        for member, phase in phases.items():
            known = self._held.get(member, {})
            row = known.get(phase.running)
            # What has just begun counts as read when it began: nothing was in it then.
            asked = row.asked_at if row is not None else phase.began if known else 0.0
            view.running[phase.running] = min(view.running.get(phase.running, asked), asked)
            if phase.settled != periods.LIFE:
                self._survey_past(member, phase, view, now, (ordered, missing, again))
        fresh_after = min((p.fresh_after for p in phases.values()), default=0.0)
        for key, asked in view.running.items():
            # A period that still runs for some member is closed for the others by the call that refreshes it.
            view.closing.pop(key, None)
            if 0.0 < asked < fresh_after:
                view.closing[key] += len(batch.members)
        view.ordered, view.missing, view.again = (
            max(c.items(), default=(0, 0)) for c in (ordered, missing, again)
        )
        return view

    def _survey_past(
        self,
        member: str,
        phase: _Phase,
        view: _View,
        now: float,
        counts: tuple[Counter[int], Counter[int], Counter[int]],
    ) -> None:
        ordered, missing, again = counts
        runs = self._past.of(member)
        settled = periods.number(phase.settled)
        self._survey_settled(member, phase.settled, runs.state(settled), view, now)
        for order in self._past.orders:
            if order.names(member):
                first, last = (periods.number_of(self._span, day) for day in (order.first, order.last))
                if (found := runs.newest_missing(first, min(last, settled))) is not None:
                    ordered[found] += 1
        begins = self._past.begins(member)
        if begins is None:
            return
        low = periods.number_of(self._span, begins)
        blind = BLIND[self._span] if begins == LONG_AGO else 0
        if (found := newest_missing(runs, low, settled - 1, blind=blind)) is not None:
            missing[found] += 1
        if (found := runs.newest(READ_ONCE, low, phase.again)) is not None:
            again[found] += 1
        if blind:
            low = runs.first() or settled
        total = max(0, settled - low + 1)
        done = runs.count(low, settled)
        view.left = Left(view.left.done + done, view.left.total + total, max(view.left.calls, total - done))

    def _survey_settled(self, member: str, key: str, state: State | None, view: _View, now: float) -> None:
        """Close what has just settled; where a first look found nothing, look once more some hours later."""
        looked = 0.0
        if state is State.EMPTY:
            row = self._held.get(member, {}).get(key)
            looked = row.asked_at + EMPTY_AGAIN_S if row is not None else 0.0
        elif state is not None:
            return
        if looked <= now:
            view.closing[key] += 1
        else:
            view.until = min(view.until, looked)
