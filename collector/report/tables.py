"""Tables for a terminal of 80 columns or more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from collector.report.words import ahead, duration, window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.report.budgets import Budget
    from collector.report.calls import Calls


def console() -> Console:
    """Return the console on standard output; texts are shown as they are."""
    return Console(file=sys.stdout, markup=False, highlight=False, emoji=False)


def table(*columns: str, right: Sequence[int] = (), wide: int = -1) -> Table:
    """Return an empty table.

    Args:
        columns: Headings.
        right: Columns of numbers.
        wide: The column whose texts may be broken over lines; all others keep one line.
    """
    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for number, heading in enumerate(columns):
        made.add_column(
            heading, justify="right" if number in right else "left", no_wrap=number != wide, overflow="fold"
        )
    return made


def budget_table(rows: Sequence[Budget]) -> Table:
    """Return the table of documented budgets."""
    made = table("Interface", "Calls allowed", "Apart", "A sweep", "takes", right=(2, 3, 4))
    for row in rows:
        made.add_row(row.interface, _allowed(row), _gap(row.min_gap_s), *_sweep(row))
    return made


def calls_table(rows: Sequence[Calls], now: float) -> Table:
    """Return the table of an account's interfaces."""
    made = table("Interface", "Calls used", "Refused", "Next allowed", "A sweep takes", right=(2, 4))
    for row in rows:
        stretched = f" ×{row.stretch:.1f}" if row.stretch > 1 else ""
        made.add_row(
            row.budget.interface,
            f"{row.used} of {_allowed(row.budget)}",
            str(row.refused or ""),
            ahead(row.next_at, now) if row.budget.sweep_calls else "",
            _sweep(row.budget)[1] + stretched,
        )
    return made


def _allowed(row: Budget) -> str:
    return f"{row.calls} {window(row.window_s)}"


def _gap(seconds: float) -> str:
    return duration(seconds) if seconds else ""


def _sweep(row: Budget) -> tuple[str, str]:
    if not row.sweep_calls:
        return "", ""
    calls = f"{row.sweep_calls} call{'s' if row.sweep_calls > 1 else ''}"
    return calls, "never" if row.every_s is None else duration(row.every_s)


def facts() -> Table:
    """Return an empty list of names and what there is to say to each."""
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=False, max_width=26, style="bold")
    made.add_column(overflow="fold")
    return made
