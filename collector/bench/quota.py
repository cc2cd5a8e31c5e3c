"""Simulated weeks under documented limits: how much of the allowance is used, and whether any call is refused."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from typing import TYPE_CHECKING

from collector import logs
from collector.bench.quota_figures import Figures, figures_of, worst
from collector.bench.quota_world import DAILY, LIVE, START, Week, World
from collector.errors import ConfigurationError
from collector.simulator.limits import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from collector.bench.quota_figures import Use

PLANTS = (1, 20, 120, 1_000, 10_000)
READINGS = tuple(each.value for each in Window)
TELL_EVERY_S = 10.0
WIDTH = 132


def weeks(
    plants: Sequence[int], readings: Sequence[str], *, days: float, restarts: int, seed: int
) -> list[Week]:
    """Return the runs of a bench, the longest first, so that no processor waits for the last.

    Raises:
        ConfigurationError: A reading that does not exist.
    """
    unknown = set(readings) - set(READINGS)
    if unknown:
        raise ConfigurationError(
            "--readings", f"{', '.join(sorted(unknown))} is no reading", f"Choose of {', '.join(READINGS)}."
        )
    return [
        Week(number, Window(reading), days, restarts, seed)
        for number in sorted(set(plants), reverse=True)
        for reading in readings
    ]


def live(week: Week, tell: Callable[[str], None] | None = None) -> Figures:
    """Live through one week and return what it showed.

    Args:
        week: The run.
        tell: Receives words on the progress now and then.
    """
    logs.configure("error", "console", ())  # what a refusal would tell stands in the table
    begun = told = time.monotonic()

    def progress(moment: float) -> None:
        nonlocal told
        now = time.monotonic()
        if tell is not None and now - told >= TELL_EVERY_S:
            told = now
            tell(f"{_title(week)}: day {(moment - START) / 86_400:.1f} of {week.days:g}")

    record = asyncio.run(World(week, progress).live())
    return figures_of(record, time.monotonic() - begun)


def run(chosen: Sequence[Week], *, jobs: int = 0) -> list[Figures]:
    """Live through all weeks, side by side on the machine's processors, and return what they showed by size and reading.

    Args:
        chosen: The runs.
        jobs: Processes; 0: one a processor.
    """
    begun = time.monotonic()
    jobs = min(jobs or os.cpu_count() or 1, len(chosen))
    found: list[Figures] = []
    if jobs <= 1:
        for week in chosen:
            found.append(live(week, _say))
            _say(f"{_title(week)} done in {found[-1].seconds:.0f} s")
    else:
        with ProcessPoolExecutor(jobs) as pool:
            for done in as_completed([pool.submit(live, week, _say) for week in chosen]):
                figures = done.result()
                found.append(figures)
                _say(
                    f"{figures.plants} plants, {figures.reading} done in {figures.seconds:.0f} s"
                    f" ({len(found)} of {len(chosen)}, {time.monotonic() - begun:.0f} s so far)"
                )
    order = {(week.plants, week.reading.value): place for place, week in enumerate(chosen)}
    return sorted(found, key=lambda each: (each.plants, order[each.plants, each.reading]))


def main(chosen: Sequence[Week], *, as_json: bool = False, jobs: int = 0) -> int:
    """Run and print one table, or JSON. Return 0 where every goal is met, 1 where one is not."""
    begun = time.monotonic()
    found = run(chosen, jobs=jobs)
    good = not any(each.shortfalls for each in found)
    if as_json:
        runs = [asdict(each) | {"shortfalls": each.shortfalls} for each in found]
        answer_s = list(chosen[0].answer_s) if chosen else []
        sys.stdout.write(json.dumps({"answer_s": answer_s, "runs": runs, "good": good}) + "\n")
    else:
        _print_table(found, chosen, time.monotonic() - begun)
    return 0 if good else 1


def _print_table(found: Iterable[Figures], chosen: Sequence[Week], seconds: float) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.width = max(console.width, WIDTH)
    table = Table(
        title=f"{chosen[0].days:g} days with {chosen[0].restarts} restarts; answers take"
        f" {chosen[0].answer_s[0]:g} to {chosen[0].answer_s[1]:g} s; allowance used [%], in brackets by the bare formula"
    )
    table.add_column("plants", justify="right")
    table.add_column("reading")
    for name in (
        "calls",
        "refused",
        "lost",
        "viol.",
        "lists [h]",
        "plants live",
        "devices live",
        "alarms",
        "daily",
    ):
        table.add_column(name, justify="right")
    short = []
    for each in found:
        live_cells = [_cell(each.use.get(name)) for name in LIVE]
        daily = _cell(worst(each.use[name] for name in DAILY) if each.use else None)
        refused = ", ".join(f"{name} {count}" for name, count in each.refusals.items()) or "0"
        table.add_row(
            str(each.plants),
            each.reading,
            str(each.calls),
            refused,
            str(sum(each.lost.values())),
            str(len(each.violations)),
            "–" if each.inventory_h is None else f"{each.inventory_h:.2f}",
            *live_cells,
            daily,
        )
        short += [f"{each.plants} plants, {each.reading}: {words}" for words in each.shortfalls]
    console.print(table)
    for words in short:
        console.print(f"short: {words}", highlight=False)
    console.print(f"{'goals missed' if short else 'all goals met'} in {seconds:.0f} s", highlight=False)


def _cell(use: Use | None) -> str:
    return "–" if use is None else f"{use.used_pct:.2f} ({use.bare_pct:.1f})"


def _title(week: Week) -> str:
    return f"{week.plants} plants, {week.reading.value}"


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
