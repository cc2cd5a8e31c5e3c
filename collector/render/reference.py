"""Renders the reference pages docs/quota.md, docs/schema.md and docs/errors.md from the catalogue.

Run ``python -m collector.render.reference`` after a change of the catalogue; a test fails while a committed page is stale.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from collector.catalogue import fusionsolar
from collector.catalogue.decisions import DOES
from collector.catalogue.fusionsolar.alarms import LANGUAGES
from collector.catalogue.fusionsolar.envelope import NOT_A_VALUE
from collector.catalogue.fusionsolar.sentinels import EMPTY_WORD, SENTINELS
from collector.catalogue.schema import MEASUREMENTS, OWN_FIELDS
from collector.catalogue.terms import Decision, Kind, Span
from collector.catalogue.units import SUFFIXES
from collector.quota import Fleet, budget_calls
from collector.render.markdown import page, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from collector.catalogue.terms import Budget, ErrorCode, Field, Interface

_RENDERED: Final = (
    "<!-- Rendered from the catalogue by `python -m collector.render.reference`. Do not edit. -->"
)
_FLEETS: Final = (1, 20, 120)
_MANUAL: Final = (
    "Sections are those of the FusionSolar Northbound Interface Reference V6, issue 01 of 2023-01-19."
)

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
        f"{_MANUAL} The three columns of numbers are the calls in a window for as many plants, each with one string inverter "
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


def _types(types: Iterable[int]) -> str:
    return ", ".join(str(type_id) for type_id in sorted(types))


def _sent(row: Field) -> str:
    if row.unit == row.stored:
        return f"`{row.key}`"
    return f"`{row.key}` [{row.unit}]"


def _indicators(measurement: str) -> list[tuple[str, ...]]:
    """Rows of one measurement, those of several device types drawn together."""
    merged: dict[tuple[str, str, str, str, str], tuple[set[int], list[str]]] = {}
    for row in fusionsolar.FIELDS:
        if row.measurement == measurement:
            meaning = f"{row.title}. {row.note}".strip() if row.note else row.title
            types, sections = merged.setdefault(
                (row.name, row.stored, meaning, _sent(row), row.kind), (set(), [])
            )
            types.update(row.types)
            sections.extend(one for one in row.section.split() if one not in sections)
    return [
        (f"`{name}`", stored or "–", str(kind), meaning, sent, _types(types) or "–", ", ".join(sections))
        for (name, stored, meaning, sent, kind), (types, sections) in merged.items()
    ]


def _measurement(name: str) -> str:
    row = MEASUREMENTS[name]
    parts = [
        f"### {name}",
        f"{row.title}. Tags: {', '.join(f'`{tag}`' for tag in row.tags)}. Time: {row.time}",
    ]
    indicators = _indicators(name)
    if indicators:
        parts.append(table(("Field", "Unit", "Kind", "Meaning", "Key sent", "Types", "Section"), indicators))
    own = OWN_FIELDS.get(name, ())
    if own:
        rows = [(f"`{one.name}`", "text" if one.text else one.stored or "–", one.title) for one in own]
        parts.append(table(("Made by the collector", "Unit", "Meaning"), rows))
    return "\n\n".join(parts)


def _states() -> str:
    parts: list[str] = []
    for name, texts in fusionsolar.STATE_TABLES.items():
        parts.extend((f"### `{name}`", table(("Value", "Meaning"), texts.items())))
    return "\n\n".join(parts)


def _range(low: float, high: float) -> str:
    if low == high:
        return f"{low:,.0f}"
    if math.isinf(low):
        return f"{high:,.0f} and below"
    return f"{low:,.0f} and above" if math.isinf(high) else f"{low:,.0f} to {high:,.0f}"


def _marks() -> str:
    rows = [
        (
            _range(one.low, one.high),
            f"{', '.join(sorted(one.stored_units))}, as stored" if one.stored_units else "any, as sent",
            ", ".join(f"`{name}`" for name in sorted(one.measurements)) or "all",
            one.why,
        )
        for one in SENTINELS
    ]
    word = (
        _range(EMPTY_WORD, EMPTY_WORD),
        "momentary values and states, as sent",
        "all",
        "16-bit register without a value",
    )
    return table(("Number", "Unit", "Where", "What it is"), [*rows, word])


def render_schema() -> str:
    """docs/schema.md: every measurement with tags, time, fields and units, and the rules that hold for all."""
    suffixes = ", ".join(f"`{suffix}` {unit}" for unit, suffix in SUFFIXES.items())
    texts = [row for row in fusionsolar.FIELDS if row.kind is Kind.TEXT]
    words = ", ".join(f'"{text}"' for text in sorted(NOT_A_VALUE) if text)
    return page(
        "What is stored",
        f'{_MANUAL} "observed" marks what clouds send beside it.',
        "## Rules",
        "- A reading is a measurement, tags, fields and a time. Tags are ids that never change; names are fields of the info rows.\n"
        "- Every number is a float, for ever. A number's name ends with the suffix of its unit; states and counts have none.\n"
        f"- Suffixes: {suffixes}.\n"
        "- A number under a key that is not listed here is kept as `vendor_<key>`, in the unit in which it was sent.\n"
        "- Missing is not zero: null, an absent key, an empty text and the words "
        f'{words} leave the field out. Numbers that stand for "no value" are left out and counted; see below.\n'
        "- Kinds: a *gauge* is a value of its moment or period, a *counter* grows until its day, month or lifetime ends, "
        "a *state* is a number with a table of meanings.",
        "## Time",
        "- Rows of 5 minutes carry the cloud's stamp. Live rows have none: they get the answer's clock, floored to the "
        "5-minute grid, so that history later corrects them in place.\n"
        "- Rows of days, months and years are stamped 00:00Z of the plant-local date; show them in UTC. Hours are stamped with "
        "their true start.\n"
        "- Writing is repeatable: the same measurement, tags and time are the same reading, and the last one fetched counts.",
        "## Signs",
        "- Grid: + is export. Battery: + is charging. Load = pv − grid − battery.\n"
        "- `invert_grid` turns the powers of meters and lets `export_…` and `import_…` change places; `invert_battery` turns "
        "`power_kw` of batteries. Both are set per account.\n"
        "- Positive active energy of a meter (`active_cap`) is stored as export, negative (`reverse_active_cap`) as import.",
        "## Definitions",
        "- Specific yield: kWh per kWp, hence hours. Reference yield: irradiation / 1 kW/m².\n"
        "- Performance ratio: yield / theoretical yield; theoretical yield is installed capacity times irradiation. Over several "
        "days divide the sums, and leave out days without theoretical yield.\n"
        "- Autarky: (use − import) / use. Self-consumption: (yield − export) / yield. Both need a meter.\n"
        "- Availability: time in which the inverter runs (states 512 to 514) / time in which it could.",
        "## Measurements",
        *(_measurement(name) for name in MEASUREMENTS),
        "## Known texts, not stored with readings",
        table(
            ("Key sent", "Meaning", "Section"),
            [(f"`{row.key}`", f"{row.title}. {row.note}", row.section) for row in texts],
        ),
        '## Numbers that mean "no value"',
        _marks(),
        "## States",
        _states(),
        "## Device types",
        table(
            ("Type", "What it is", "`device_type`", "Live and 5-minute data"),
            [
                (one.type_id, one.title, one.device_type, f"`{one.measurement}`" if one.measurement else "–")
                for one in fusionsolar.DEVICE_TYPES.values()
            ],
        ),
        "## Languages of alarm texts",
        table(("`language`", "Language"), [(f"`{code}`", name) for code, name in LANGUAGES.items()]),
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
        f"{_MANUAL} Ordered by what the collector does. An undocumented code is shown with its number and treated as one to tell you.",
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
