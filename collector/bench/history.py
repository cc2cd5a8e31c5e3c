"""How soon the past of a new account is held, how much of the allowance goes into it, and whether live readings suffer."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from collector import logs
from collector.bench.history_world import OLDER, Fleet, HistoryWorld, Record
from collector.bench.quota_figures import gap_s, use_of
from collector.bench.quota_world import DAY_S, LIVE, START
from collector.simulator.limits import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PLANTS = (1, 20, 1_000)
GOAL_PCT = 98.0
FRESH_DAYS = 1.0
LARGE = 200
"""From here on the long run goes without live readings, which the short runs before it measure."""
FRESH_GOAL_S = 1.0
TELL_EVERY_S = 10.0
LEVELS = ("year", "month", "day", "hour")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one fleet showed.

    Attributes:
        plants: Plants of the account.
        older: Whether getDevFiveMinutes was granted.
        days: Level (year, month, day, hour of plants; 5min of devices: one year) to the days until all of it was held;
            None where the run ended before. [d]
        held_pct: The same levels to what was held of them at the end. [%]
        used_pct: Interface to the share of its allowance that was used while its past was missing. [%]
        refused: Calls refused as one too many.
        failed: Calls answered with any other error, but for the one that says where the past ends.
        violations: Calls to which the simulator's judge objected.
        sweep_s: Live interface to the mean time from one reading of a batch to the next, with the past and without. [s]
        ran_days: Length of the run. [d]
        seconds: What it took. [s]
    """

    plants: int
    older: bool
    days: dict[str, float | None]
    held_pct: dict[str, float]
    used_pct: dict[str, float]
    refused: int
    failed: int
    violations: int
    sweep_s: dict[str, tuple[float, float]]
    ran_days: float
    seconds: float

    @property
    def shortfalls(self) -> list[str]:
        """What falls short of its goal, in words."""
        found = [
            f"{name}: {used:.2f} % of the allowance used, goal {GOAL_PCT:g} %"
            for name, used in self.used_pct.items()
            if used < GOAL_PCT
        ]
        found += [f"{self.refused} calls refused"] if self.refused else []
        found += [f"{self.failed} calls failed"] if self.failed else []
        found += [f"{self.violations} calls broke a limit"] if self.violations else []
        found += [
            f"{level}: not held within {self.ran_days:g} days"
            for level, d in self.days.items()
            if d is None and level != "hour"
        ]
        found += [
            f"{name}: a live sweep takes {with_s:.1f} s with history, {without_s:.1f} s without"
            for name, (with_s, without_s) in self.sweep_s.items()
            if with_s > without_s + FRESH_GOAL_S
        ]
        return found


def measure(fleet: Fleet, tell: Callable[[str], None]) -> Figures:
    """Live through the runs of one fleet and return what they showed."""
    logs.configure("error", "console", ())
    begun = time.monotonic()
    large = fleet.plants >= LARGE
    short = replace(fleet, days=FRESH_DAYS / 4 if large else FRESH_DAYS, live=True)
    fresh = {past: _live(replace(short, past=past), frozenset(), tell) for past in (True, False)}
    record = _live(replace(fleet, live=not large), frozenset({"5min", "day", "month", "year"}), tell)
    everything = (record, *fresh.values())
    days, held = _days(record)
    return Figures(
        plants=fleet.plants,
        older=fleet.older,
        days=days,
        held_pct=held,
        used_pct=_used(record),
        refused=sum(s.refused for r in everything for s in r.sent.values()),
        failed=sum(s.failed for r in everything for n, s in r.sent.items() if fleet.older or n != OLDER),
        violations=sum(len(r.violations) for r in everything),
        sweep_s={name: (_sweep(fresh[True], name), _sweep(fresh[False], name)) for name in LIVE},
        ran_days=round((record.ended_at - START) / DAY_S, 2),
        seconds=round(time.monotonic() - begun, 1),
    )


def _live(fleet: Fleet, until: frozenset[str], tell: Callable[[str], None]) -> Record:
    told = time.monotonic()

    def progress(moment: float) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY_S:
            told = time.monotonic()
            tell(f"{fleet.plants} plants: day {(moment - START) / DAY_S:.1f}")

    return asyncio.run(HistoryWorld(fleet, until, progress).live())


def _days(record: Record) -> tuple[dict[str, float | None], dict[str, float]]:
    """Return the days until each level was held, and what of it was held at the end."""
    days: dict[str, float | None] = {}
    held: dict[str, float] = {}
    for level, whom in (*((level, "plants") for level in LEVELS), ("5min", "devices")):
        names = [n for n, known in record.levels.items() if known == (level, whom)]
        moments = [record.done_at[n] for n in names if n in record.done_at]
        days[level] = round((min(moments) - START) / DAY_S, 2) if moments else None
        done, total = record.left[names[0]] if names else (0, 0)
        held[level] = round(100 * done / total, 1) if total else 0.0
    return days, held


def _used(record: Record) -> dict[str, float]:
    """Return the share of each allowance that was used while its past was missing."""
    counts = Counts(record.fleet.plants, record.fleet.devices())
    used = {}
    for name, (level, _) in record.levels.items():
        end = record.done_at.get(name, record.ended_at)
        if level == "year" or name not in record.sent or end - record.listed_at < DAY_S:
            # Less than a day: the past was there with the first calls.
            continue
        use = use_of(record.sent[name].calls, gap_s=gap_s(name, counts), begin=record.listed_at, end=end)
        used[name] = use.used_pct
    return used


def _sweep(record: Record, name: str) -> float:
    """Return the mean time from one reading of a batch to the next, as the calls of a sweep follow each other. [s]"""
    sent = [at for at, _ in record.sent[name].calls] if name in record.sent else []
    gaps = [b - a for a, b in pairwise(sent) if a >= record.listed_at]
    devices = record.fleet.devices()
    sizes = devices.values() if name == "getDevRealKpi" else [record.fleet.plants]
    batches = (
        sum(-(-count // 100) for t, count in devices.items() if t != 62)
        if name == "getDevRealKpi"
        else -(-max(sizes) // 100)
    )
    return round(batches * sum(gaps) / len(gaps), 1) if gaps else 0.0


def main(plants: Sequence[int], *, days: float, seed: int, as_json: bool = False) -> int:
    """Run and print a table, or JSON. Return 0 where every goal is met, 1 where one is not."""
    found = [
        measure(Fleet(count, older=older, days=days, seed=seed), _say)
        for count in sorted(set(plants))
        for older in (True, False)
    ]
    good = not any(each.shortfalls for each in found)
    if as_json:
        runs = [asdict(each) | {"shortfalls": each.shortfalls} for each in found]
        sys.stdout.write(json.dumps({"runs": runs, "good": good}) + "\n")
    else:
        _print(found)
    return 0 if good else 1


def _print(found: Sequence[Figures]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.width = max(console.width, 120)
    table = Table(
        title="Days until all of it is held; plants of half a year to three years, 5-minute readings of one year"
    )
    for name in (
        "plants",
        "both",
        "years",
        "months",
        "days",
        "hours",
        "5 min",
        "used [%]",
        "refused",
        "viol.",
        "live sweep [s]",
    ):
        table.add_column(name, justify="right")
    for each in found:
        cells = [_cell(each, level) for level in (*LEVELS, "5min")]
        used = f"{min(each.used_pct.values()):.2f}" if each.used_pct else "–"
        live = ", ".join(f"{a:g} / {b:g}" for a, b in each.sweep_s.values())
        table.add_row(
            str(each.plants),
            "yes" if each.older else "no",
            *cells,
            used,
            str(each.refused),
            str(each.violations),
            live,
        )
    console.print(table)
    console.print(
        f"both: {OLDER} is granted beside getDevHistoryKpi. In brackets: held at the end of the run, in percent. used: the least"
        " of all interfaces while its past was missing, of what formula, one-a-minute rule and answer times leave. live sweep:"
        " plants, devices, alarms, with history / without.",
        highlight=False,
    )
    for each in found:
        for words in each.shortfalls:
            console.print(f"short: {each.plants} plants: {words}", highlight=False)


def _cell(each: Figures, level: str) -> str:
    days = each.days[level]
    return f"({each.held_pct[level]:g} %)" if days is None else f"{days:.1f}"


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
