"""Queries over days and longer: calendar rows, ratios of sums, counters, summaries."""

# ruff: noqa: S608  no value of a user enters: names come from the catalogue, choices are escaped by Grafana

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.render.dashboards.conditions import PLANT
from collector.render.dashboards.query import (
    DEVICE,
    VIEW,
    Part,
    Query,
    clause,
    fields_of,
    grouped,
    parts_of,
    pivoted,
    quoted,
    renamed,
    source,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.render.dashboards.conditions import Condition


def calendar(
    ref: str,
    measurement: str,
    columns: Sequence[str | Part],
    *,
    span: str,
    until: str = "",
    by: Sequence[str] = (),
    where: Sequence[Condition] = (PLANT,),
) -> Query:
    """Sums of calendar rows, a row per date (and `by`), from `span` ago to `until` ago; "" means all that there is."""
    parts = parts_of(columns)
    selected = ", ".join(
        f'{"-1 * " if part.down else ""}sum("{part.field}") AS {part.name}' for part in parts
    )
    bound = f"- {until}" if until else "+ 1d"
    influxql = (
        f"SELECT {selected} FROM {measurement}"
        f"{clause(where, f'time > now() - {span}', f'time < now() {bound}')}{grouped('time(1d)', *by)} fill(none)"
    )
    flux = (
        f"rows = {source(measurement, fields_of(parts), where, f'-{span}', f'-{until}' if until else '1d')}\n{renamed(parts)}\n"
        f"  |> group(columns: {quoted(['_time', *by, '_field'])}) |> sum() |> group()\n"
        f'{pivoted(["_time", *by], ["_time", *by, *(part.name for part in parts)])} |> sort(columns: ["Time"])'
    )
    return Query(ref, influxql, flux)


def ratio(
    ref: str,
    measurement: str,
    over: str,
    under: str,
    out: str,
    *,
    span: str = "",
    until: str = "",
    less: str = "",
    factor: float = 100,
    by: Sequence[str] = (),
    daily: bool = True,
    where: Sequence[Condition] = (PLANT,),
) -> Query:
    """Sums divided, never ratios averaged: Σ(`over` − `less`) / Σ`under` × `factor`; rows that lack one, or without `under`, left out.

    A row per date, or with `daily` off one per `by`; from `span` ago to `until` ago; `span` "" means the viewer's range.
    """
    needed = list(dict.fromkeys(one for one in (over, under, less) if one))
    top = f'(sum("{over}") - sum("{less}"))' if less else f'sum("{over}")'
    end = f"time < now() - {until}" if until else "time < now() + 1d"
    bounds = (f"time > now() - {span}", end) if span else ("$timeFilter",)
    guards = [f'"{under}" > 0', *(f'"{one}" >= 0' for one in needed if one != under)]
    groups = [*(("time(1d)",) if daily else ()), *by]
    influxql = (
        f'SELECT {top} / sum("{under}") * {factor:g} AS {out} FROM {measurement}'
        f"{clause(where, *bounds, *guards)}{grouped(*groups)}{' fill(none)' if daily else ''}"
    )
    start, stop = (f"-{span}", f"-{until}" if until else "1d") if span else VIEW
    keys = ["_time", "plant_id", *(one for one in by if one != "plant_id")]
    exist = " and ".join(f"exists r.{one}" for one in needed)
    above = f"r.{under} > 0.0" + "".join(f" and r.{one} >= 0.0" for one in needed if one != under)
    zero = ", ".join(f"{one}: 0.0" for one in needed)
    adding = ", ".join(f"{one}: accumulator.{one} + r.{one}" for one in needed)
    upper = f"(r.{over} - r.{less})" if less else f"r.{over}"
    out_columns = [*(("_time",) if daily else ()), *by]
    made = ", ".join(
        [
            *(f"{one if one != '_time' else 'Time'}: r.{one}" for one in out_columns),
            f"{out}: {upper} / r.{under} * {float(factor)}",
        ]
    )
    time = ' |> sort(columns: ["Time"])' if daily else ""
    flux = (
        f"{source(measurement, needed, where, start, stop)}\n"
        f'  |> pivot(rowKey: {quoted(keys)}, columnKey: ["_field"], valueColumn: "_value")\n'
        f"  |> filter(fn: (r) => {exist}) |> filter(fn: (r) => {above})\n"
        f"  |> group(columns: {quoted(out_columns)})\n"
        f"  |> reduce(identity: {{{zero}}}, fn: (r, accumulator) => ({{{adding}}}))\n"
        f"  |> map(fn: (r) => ({{{made}}})) |> group(){time}"
    )
    return Query(ref, influxql, flux)


def both(ref: str, measurement: str, first: str, second: str, *, span: str) -> Query:
    """Sums of two fields, a row per date, of rows that have both and a `first` above zero: only they can be compared."""
    influxql = (
        f'SELECT sum("{first}") AS {first}, sum("{second}") AS {second} FROM {measurement}'
        f"{clause([PLANT], f'time > now() - {span}', 'time < now() + 1d', f'{first} > 0', f'{second} >= 0')}"
        " GROUP BY time(1d) fill(none)"
    )
    flux = (
        f"{source(measurement, [first, second], [PLANT], f'-{span}', '1d')}\n"
        '  |> pivot(rowKey: ["_time", "plant_id"], columnKey: ["_field"], valueColumn: "_value")\n'
        f"  |> filter(fn: (r) => exists r.{first} and exists r.{second}) |> filter(fn: (r) => r.{first} > 0.0 and r.{second} >= 0.0)\n"
        f'  |> group(columns: ["_time"])\n'
        f"  |> reduce(identity: {{{first}: 0.0, {second}: 0.0}}, fn: (r, accumulator) =>\n"
        f"    ({{{first}: accumulator.{first} + r.{first}, {second}: accumulator.{second} + r.{second}}}))\n"
        f'  |> group() |> rename(columns: {{_time: "Time"}}) |> sort(columns: ["Time"])'
    )
    return Query(ref, influxql, flux)


def counted(
    ref: str,
    measurement: str,
    fields: Sequence[str],
    *,
    by: Sequence[str] = (),
    per: Sequence[str] = DEVICE,
    where: Sequence[Condition] = (PLANT,),
    down: Sequence[str] = (),
) -> Query:
    """What lifetime counters grew by, per plant-local day; a counter that begins anew counts from there.

    At the first day of a range InfluxQL lacks the one step over its midnight; at the first day of all data Flux has no bar.
    """
    inner = ", ".join(f'non_negative_difference("{one}") AS {one}' for one in fields)
    outer = ", ".join(f"{'-1 * ' if one in down else ''}sum({one}) AS {one}" for one in fields)
    influxql = (
        f"SELECT {outer} FROM (SELECT {inner} FROM {measurement}{clause(where, '$timeFilter')}{grouped(*per)})"
        f" WHERE $timeFilter{grouped('time(1d)', *by)} fill(none) tz('$tz')"
    )
    begin = "date.truncate(t: v.timeRangeStart, unit: 1d)"
    turned = "".join(
        f'\n  |> map(fn: (r) => ({{r with _value: if r._field == "{one}" then -r._value else r._value}}))'
        for one in down
    )
    flux = (
        'import "date"\nimport "timezone"\noption location = timezone.location(name: "${tz}")\n'
        f"{source(measurement, fields, where, f'date.sub(from: {begin}, d: 1d)', 'v.timeRangeStop')}\n"
        '  |> increase() |> aggregateWindow(every: 1d, fn: last, createEmpty: false, timeSrc: "_start")\n'
        f"  |> difference() |> filter(fn: (r) => r._time >= {begin})\n"
        f"  |> group(columns: {quoted(['_time', *by, '_field'])}) |> sum() |> group(){turned}\n"
        f'{pivoted(["_time", *by], ["_time", *by, *fields])} |> sort(columns: ["Time"])'
    )
    return Query(ref, influxql, flux)


def summary(
    ref: str,
    measurement: str,
    columns: Mapping[str, tuple[str, str]],
    by: Sequence[str],
    *,
    within: str = "",
    where: Sequence[Condition] = (PLANT,),
) -> Query:
    """A row per `by`: column → (function, field), over `within`, or the viewer's range where that is ""."""
    selected = ", ".join(f'{fn}("{field}") AS {name}' for name, (fn, field) in columns.items())
    first = f"time > now() - {within}" if within else "$timeFilter"
    influxql = f"SELECT {selected} FROM {measurement}{clause(where, first)}{grouped(*by)}"
    start, stop = (f"-{within}", "") if within else VIEW
    fields = list(dict.fromkeys(field for _, field in columns.values()))
    streams = []
    for name, (fn, field) in columns.items():
        number = " |> toFloat()" if fn == "count" else ""
        streams.append(
            f'rows |> filter(fn: (r) => r._field == "{field}") |> group(columns: {quoted([*by, "_field"])}) '
            f'|> {fn}(){number} |> set(key: "_field", value: "{name}") '
            f"|> keep(columns: {quoted([*by, '_field', '_value'])})"
        )
    joined = streams[0] if len(streams) == 1 else "union(tables: [\n  " + ",\n  ".join(streams) + "\n])"
    # A row key must name a column, also where all is one row.
    key = list(by) or ["all"]
    single = "" if by else '  |> map(fn: (r) => ({r with all: ""}))\n'
    flux = (
        f"rows = {source(measurement, fields, where, start, stop)}\n{joined}\n  |> group()\n{single}"
        f"{pivoted(key, [*by, *columns])}"
    )
    return Query(ref, influxql, flux)
