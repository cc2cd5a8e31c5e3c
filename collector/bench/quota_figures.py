"""What a week's calls are worth: the share of the allowance that was used, by one definition for every interface.

Allowed is what the documented limit leaves to a client that must not be refused, whichever way the limit is read and wherever
between sending and answer a call is counted: after each call it may call again when the answer is here and w/n have passed since,
or 60 s where only one call a minute is supported, whichever is longer. So each call takes ``max(w/n, minute) + answer time`` of
the time there is, and the share used is what the answered calls took together, divided by that time. Calls that a restart lost
and time that a restart took are not excused. The same sum without answer times is the share of the bare formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.bench.quota_world import DAILY, FLEET, LIVE, START, Record
from collector.simulator.limits import MINUTE_S, RULES, Counts

if TYPE_CHECKING:
    from collections.abc import Iterable

LISTS = ("stations", "getDevList")
"""Asked once a day; the first inventory goes without pacing and may cost one refusal on each."""

GOAL_LIVE_PCT, GOAL_DAILY_PCT = 99.0, 98.0


@dataclass(frozen=True, slots=True)
class Use:
    """How much of an interface's allowance was used.

    Attributes:
        calls: Calls that brought an answer, since the first inventory was complete.
        allowed: Calls that would have filled the time, at the answer times met.
        used_pct: One by the other. [%]
        bare_pct: The same by the formula alone, as if answers took no time. [%]
    """

    calls: int
    allowed: float
    used_pct: float
    bare_pct: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What one week showed.

    Attributes:
        plants: Plants of the account.
        reading: How the limits were enforced.
        days: Length. [d]
        restarts: Restarts during it.
        calls: Calls sent, of all interfaces.
        refusals: Interface to calls refused as one too many.
        expired: Calls that found their session ended, because nothing had been worth a call for half an hour.
        failures: Interface to calls answered with any other error.
        lost: Interface to calls whose answer a restart lost.
        violations: Calls to which the simulator's judge objected.
        inventory_h: From the start until every plant and device was listed; None where they never were. [h]
        use: Interface to the use of its allowance.
        seconds: What the week took. [s]
    """

    plants: int
    reading: str
    days: float
    restarts: int
    calls: int
    refusals: dict[str, int]
    expired: int
    failures: dict[str, int]
    lost: dict[str, int]
    violations: list[str]
    inventory_h: float | None
    use: dict[str, Use]
    seconds: float

    @property
    def shortfalls(self) -> list[str]:
        """What falls short of its goal, in words; empty where all is good."""
        found = [
            f"{name}: {count} refused"
            for name, count in self.refusals.items()
            if count > (1 if name in LISTS else 0)
        ]
        found += [f"{name}: {count} failed" for name, count in self.failures.items()]
        found += self.violations[:3]
        if not self.use:
            return [*found, "the inventory was never complete"]
        goals = [(LIVE, GOAL_LIVE_PCT), (DAILY, GOAL_DAILY_PCT)]
        for names, goal in goals:
            found += [
                f"{name}: {self.use[name].used_pct:.2f} % used, goal {goal:g} %"
                for name in names
                if self.use[name].used_pct < goal
            ]
        return found


def figures_of(record: Record, seconds: float) -> Figures:
    """Return what a week showed."""
    week = record.week
    sent = record.sent
    return Figures(
        plants=week.plants,
        reading=week.reading.value,
        days=week.days,
        restarts=week.restarts,
        calls=sum(
            len(each.calls) + each.refused + each.expired + each.failed + each.lost for each in sent.values()
        ),
        refusals={name: each.refused for name, each in sent.items() if each.refused},
        expired=sum(each.expired for each in sent.values()),
        failures={name: each.failed for name, each in sent.items() if each.failed},
        lost={name: each.lost for name, each in sent.items() if each.lost},
        violations=record.violations,
        inventory_h=round((record.complete_at - START) / 3600, 3) if record.complete_at < week.end else None,
        use=_uses(record) if record.complete_at < week.end else {},
        seconds=round(seconds, 1),
    )


def _uses(record: Record) -> dict[str, Use]:
    counts = Counts(record.week.plants, dict.fromkeys(FLEET, record.week.plants))
    return {
        name: use_of(
            record.sent[name].calls if name in record.sent else (),
            gap_s=gap_s(name, counts),
            begin=record.complete_at,
            end=record.week.end,
        )
        for name in (*LIVE, *DAILY)
    }


def gap_s(interface: str, counts: Counts) -> float:
    """Return what a call takes of the time beside its answer: an even share of the window, or the minute if that is longer. [s]"""
    rule = RULES[interface]
    even_s = rule.window_s / rule.calls(counts)
    return max(even_s, MINUTE_S) if rule.one_a_minute else even_s


def use_of(calls: Iterable[tuple[float, float]], *, gap_s: float, begin: float, end: float) -> Use:
    """Return the use of an allowance between two moments.

    Args:
        calls: Sending and answer time of each answered call, oldest first. [s since epoch, UTC; s]
        gap_s: What a call takes of the time beside its answer. [s]
        begin: A call before it counts with what it takes of the time after it. [s since epoch, UTC]
        end: A call takes no time after it. [s since epoch, UTC]
    """
    count, used_s, bare_s = 0, 0.0, 0.0
    for sent_at, took_s in calls:
        count += begin <= sent_at < end
        used_s += max(0.0, min(end, sent_at + gap_s + took_s) - max(begin, sent_at))
        bare_s += max(0.0, min(end, sent_at + gap_s) - max(begin, sent_at))
    span_s = end - begin
    used = used_s / span_s if span_s > 0 else 0.0
    bare = bare_s / span_s if span_s > 0 else 0.0
    return Use(count, round(count / used, 1) if used else 0.0, round(100 * used, 3), round(100 * bare, 3))


def worst(uses: Iterable[Use]) -> Use:
    """Return the use that is smallest."""
    return min(uses, key=lambda use: use.used_pct)
