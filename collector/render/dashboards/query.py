"""Shapes of queries, each written in both languages, which answer with the same columns and rows.

Every query answers with one flat table: ``Time`` where time plays a part, tags, and fields under their own names. What a viewer
reads is told by the panel, so that both sets share their panels. Times of calendar rows are 00:00Z of local dates: windows reach
a day into the future, so that east of Greenwich today is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.render.dashboards.conditions import Condition

FRESH: Final = "$fresh"  # how old a value of "now" may be
DEVICE: Final = ("plant_id", "device_id")
VIEW: Final = ("v.timeRangeStart", "v.timeRangeStop")


@dataclass(frozen=True, slots=True)
class Query:
    """One query in both languages, under the name by which transformations find it."""

    ref: str
    influxql: str
    flux: str


@dataclass(frozen=True, slots=True)
class Part:
    """A column made of a field: all of it, or only what is above or below zero.

    Attributes:
        name: Column.
        field: Stored field.
        sign: 1: what is above zero, −1: what is below zero, as a positive number; 0: the value itself.
        down: Turned, to be drawn below zero.
    """

    name: str
    field: str
    sign: int = 0
    down: bool = False

    @property
    def influxql(self) -> str:
        """The expression over the field."""
        value = self.field
        if self.sign:
            value = f"(abs({self.field}) {'+' if self.sign > 0 else '-'} {self.field}) / 2"
        return f"0 - {value}" if self.down else value

    @property
    def flux(self) -> str:
        """The expression over ``r._value``."""
        value = "r._value"
        if self.sign:
            turned = "" if self.sign > 0 else "-"
            test = ">" if self.sign > 0 else "<"
            value = f"(if r._value {test} 0.0 then {turned}r._value else 0.0)"
        return f"-{value}" if self.down else value

    @property
    def plain(self) -> bool:
        """Whether it is the field itself."""
        return not self.sign and not self.down and self.name == self.field


def parts_of(columns: Sequence[str | Part]) -> list[Part]:
    """Columns as parts."""
    return [one if isinstance(one, Part) else Part(one, one) for one in columns]


def fields_of(parts: Sequence[Part]) -> list[str]:
    """The fields that parts are made of, each once."""
    return list(dict.fromkeys(part.field for part in parts))


def quoted(names: Sequence[str]) -> str:
    """Flux: a list of texts."""
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def source(
    measurement: str,
    fields: Sequence[str],
    where: Sequence[Condition],
    start: str,
    stop: str = "",
) -> str:
    """Flux: the rows of fields of a measurement."""
    stops = f", stop: {stop}" if stop else ""
    wanted = " or ".join(f'r._field == "{field}"' for field in fields)
    tests = [f'r._measurement == "{measurement}"', f"({wanted})" if len(fields) > 1 else wanted]
    tests.extend(condition.flux for condition in where)
    return (
        f"from(bucket: v.defaultBucket) |> range(start: {start}{stops})\n"
        f"  |> filter(fn: (r) => {' and '.join(tests)})"
    )


def clause(where: Sequence[Condition], *first: str) -> str:
    """InfluxQL: the WHERE clause, or nothing."""
    tests = [*first, *(condition.influxql for condition in where)]
    return f" WHERE {' AND '.join(tests)}" if tests else ""


def grouped(*names: str) -> str:
    """InfluxQL: the GROUP BY clause, or nothing."""
    return f" GROUP BY {', '.join(names)}" if names else ""


def pivoted(rows: Sequence[str], keep: Sequence[str]) -> str:
    """Flux: fields become columns of one flat table."""
    time = '\n  |> rename(columns: {_time: "Time"})' if "_time" in keep else ""
    return (
        f'  |> pivot(rowKey: {quoted(rows)}, columnKey: ["_field"], valueColumn: "_value")\n'
        f"  |> group() |> keep(columns: {quoted(keep)}){time}"
    )


def renamed(parts: Sequence[Part]) -> str:
    """Flux: one stream per part, under the part's name."""
    if all(part.plain for part in parts):
        return "rows"
    streams = [
        f'  rows |> filter(fn: (r) => r._field == "{part.field}") '
        f'|> map(fn: (r) => ({{r with _field: "{part.name}", _value: {part.flux}}}))'
        for part in parts
    ]
    return streams[0].strip() if len(streams) == 1 else "union(tables: [\n" + ",\n".join(streams) + "\n])"
