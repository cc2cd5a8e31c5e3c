"""Renders docs/schema.md: what is stored, in which unit, under which name, at which time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from collector.catalogue import fusionsolar
from collector.catalogue.fusionsolar.alarms import LANGUAGES
from collector.catalogue.fusionsolar.envelope import NOT_A_VALUE
from collector.catalogue.fusionsolar.sentinels import EMPTY_WORD, SENTINELS
from collector.catalogue.schema import MEASUREMENTS, OWN_FIELDS
from collector.catalogue.terms import Kind
from collector.catalogue.units import SUFFIXES
from collector.render.markdown import MANUAL, page, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.catalogue.terms import Field


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
        f'{MANUAL} "observed" marks what clouds send beside it.',
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
        "- Availability: time in which the inverter runs (states 512 to 514) / time in which it could.\n"
        "- Derived values of `pv_plant` are written once a sweep, at the stamp of the plant's live row, from the newest readings of its "
        "devices; never for the past: there, sum `pv_inverter`. One is absent where something that it is made of is, and a reading "
        "more than 15 minutes older than the stamp is absent: a plant with one silent inverter has no `power_kw`.\n"
        "- A day is closed once it was read at least 90 minutes after it ended, by the plant's own clock.",
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
