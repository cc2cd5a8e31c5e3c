"""Renders the reference pages docs/quota.md, docs/schema.md and docs/errors.md from the catalogue.

Run ``python -m collector.render.reference`` after a change of the catalogue; a test fails while a committed page is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from collector.catalogue import fusionsolar
from collector.catalogue.decisions import DOES
from collector.catalogue.terms import Decision, Span
from collector.quota import Fleet, budget_calls
from collector.render.markdown import MANUAL, page, table
from collector.render.schema_page import render_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from collector.catalogue.terms import Budget, ErrorCode, Interface

_FLEETS: Final = (1, 20, 120)

_WINDOWS: Final[Mapping[int, str]] = {
    300: "5 min",
    600: "10 min",
    1800: "30 min",
    3600: "1 h",
    86_400: "1 day",
}

_SPANS: Final[Mapping[Span, str]] = {
    Span.NONE: "",
    Span.NOW: "now",
    Span.DATE: "one date",
    Span.MONTH: "the days of a month",
    Span.YEAR: "the months of a year",
    Span.LIFE: "all years",
    Span.RANGE: "a range of at most {days} days",
}


def formula_in_words(budget: Budget) -> str:
    """A budget's formula, e.g. ``24 + ⌈plants / 100⌉``."""
    plants = f"⌈plants / {budget.plants_per}⌉" if budget.plants_per else ""
    if plants and budget.plants_times != 1:
        plants = f"{budget.plants_times} × {plants}"
    devices = f"Σ ⌈devices of a type / {budget.devices_per}⌉" if budget.devices_per else ""
    if devices and budget.all_types:
        devices += " over all types"
    if budget.larger_of:
        return f"the larger of {plants} and {devices}"
    fixed = str(budget.fixed) if budget.fixed else ""
    return " + ".join(part for part in (fixed, plants, devices) if part)


def _batch(row: Interface) -> str:
    if row.page_sizes:
        return f"pages of {' or '.join(str(size) for size in row.page_sizes)}"
    return f"{row.batch_size} {row.subject}s" if row.batch_size else "–"


def _span(row: Interface) -> str:
    return _SPANS[row.span].format(days=row.max_span_ms // 86_400_000)


def _name(row: Interface) -> str:
    marks = [mark for mark, holds in (("older", row.legacy), ("restricted", row.restricted)) if holds]
    return f"`{row.name}`" + (f" ({', '.join(marks)})" if marks else "")


def render_quota() -> str:
    """docs/quota.md: every interface with its limits, and what they come to for 1, 20 and 120 plants."""
    rows = [
        (
            _name(row),
            formula_in_words(row.budget),
            _WINDOWS[row.budget.window_s],
            f"{row.min_gap_s} s" if row.min_gap_s else "–",
            _batch(row),
            _span(row) or "–",
            *(
                budget_calls(row.budget, Fleet(plants=n, devices={1: n, 17: n}), fusionsolar.KPI_TYPES)
                for n in _FLEETS
            ),
            row.section,
        )
        for row in fusionsolar.INTERFACES.values()
    ]
    head = (
        "Interface",
        "Calls",
        "in",
        "Gap",
        "One call",
        "answers for",
        *(f"{n} plant{'s' * (n > 1)}" for n in _FLEETS),
        "Section",
    )
    types = ", ".join(f"{one} ({fusionsolar.DEVICE_TYPES[one].title})" for one in fusionsolar.KPI_TYPES)
    return page(
        "What the cloud allows",
        f"{MANUAL} The three columns of numbers are the calls in a window for as many plants, each with one string inverter "
        "(type 1) and one grid meter (type 17). ⌈ ⌉ rounds up.",
        table(head, rows),
        "**Sums over types** (Σ) count, in the device interfaces, the types that have data: "
        f"{types}; the calendar interfaces too, although they serve only some of these. The alarm list counts every type.",
        "**Gap** is the time from the answer of one call to the sending of the next, where the manual supports only one request "
        "a minute.",
        "**Pace.** Clouds have been seen to enforce a limit by a rolling window, by fixed windows, and as an allowance that flows "
        "back evenly. The collector spreads the calls of an interface evenly, which satisfies all three, unless its `pace` is `burst`.",
        "**Login.** Five wrong passwords within 10 minutes lock the user for 30 minutes; a refused login is never repeated within "
        "that time.",
        "**Older users.** For API users created up to 2022-06-30 set `policy: legacy`: one call a minute and interface; login, "
        "logout and the restricted interface keep their own limits. Every limit can be set by `limits` of the account.",
    )


def _codes(rows: Iterable[ErrorCode]) -> str:
    return table(
        ("Code", "Meaning", "What you can do", "Section"),
        [(row.code, row.meaning, row.mend, row.section) for row in rows],
    )


def render_errors() -> str:
    """docs/errors.md: every code, by what the collector does about it."""
    parts: list[str] = []
    for decision in Decision:
        rows = [row for row in fusionsolar.ERROR_CODES.values() if row.decision is decision]
        parts.extend((f"## {decision.value.capitalize()}", DOES[decision], _codes(rows)))
    refusals = ", ".join(sorted(fusionsolar.LOGIN_REFUSALS, key=int))
    return page(
        "What the cloud's error codes mean",
        f"{MANUAL} Ordered by what the collector does. An undocumented code is shown with its number and treated as one to tell you.",
        f"A login refused with {refusals}, or with an empty answer, is not repeated within 30 minutes, so that the user is not locked.",
        *parts,
    )


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "quota.md": render_quota,
    "schema.md": render_schema,
    "errors.md": render_errors,
}


def write(directory: Path) -> list[Path]:
    """Write every page into the directory; returns the paths of those that changed."""
    changed: list[Path] = []
    for name, render in PAGES.items():
        path, text = directory / name, render()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    for changed_page in write(Path("docs")):
        sys.stdout.write(f"{changed_page}\n")
