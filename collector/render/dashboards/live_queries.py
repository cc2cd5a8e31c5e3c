"""Queries over readings: the newest values, and values over time."""

# ruff: noqa: S608  no value of a user enters: names come from the catalogue, choices are escaped by Grafana

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from collector.render.dashboards.conditions import PLANT
from collector.render.dashboards.query import (
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

_EVERY: Final = "$__interval"
_BEFORE: Final = ("date.sub(d: 1d, from: v.timeRangeStart)", "date.sub(d: 1d, from: v.timeRangeStop)")


def latest(
    ref: str,
    measurement: str,
    fields: Sequence[str],
    by: Sequence[str],
    *,
    where: Sequence[Condition] = (PLANT,),
    within: str = "",
    rename: Mapping[str, str] | None = None,
    time: bool = False,
) -> Query:
    """The newest value of each field, a row per `by`; `time` keeps its time (one field only)."""
    names = rename or {}
    selected = ", ".join(f'last("{one}") AS "{names.get(one, one)}"' for one in fields)
    first = (f"time > now() - {within}",) if within else ()
    influxql = f"SELECT {selected} FROM {measurement}{clause(where, *first)}{grouped(*by)}"
    key = [*(("_time",) if time else ()), *by]
    flux = f"{source(measurement, fields, where, f'-{within}' if within else '0')} |> last()\n"
    if not time:
        flux += '  |> drop(columns: ["_time"])\n'
    flux += pivoted(key, [*key, *fields])
    if names:
        pairs = ", ".join(f'{old}: "{new}"' for old, new in names.items())
        flux += f"\n  |> rename(columns: {{{pairs}}})"
    return Query(ref, influxql, flux)


def plants(ref: str = "names") -> Query:
    """The name of every chosen plant."""
    return latest(ref, "pv_plant_info", ["name"], ["plant_id"], rename={"name": "plant"})


def devices(ref: str = "names", *extra: Condition) -> Query:
    """The name of every device of the chosen plants, and its plant's."""
    where = (PLANT, *extra)
    return latest(
        ref, "pv_device_info", ["name", "plant"], ["device_id"], where=where, rename={"name": "device"}
    )


def total(
    ref: str,
    measurement: str,
    columns: Sequence[str | Part],
    *,
    within: str,
    per: Sequence[str] = ("plant_id",),
    where: Sequence[Condition] = (PLANT,),
    fn: str = "sum",
) -> Query:
    """One row: the newest values of all, together. `fn` is sum, mean, max or min."""
    parts = parts_of(columns)
    lasts = ", ".join(f'last("{field}") AS {field}' for field in fields_of(parts))
    first = f"time > now() - {within}" if within else ""
    inner = f"SELECT {lasts} FROM {measurement}{clause(where, *((first,) if first else ()))}{grouped(*per)}"
    if not all(part.plain for part in parts):
        made = ", ".join(f"{part.influxql} AS {part.name}" for part in parts)
        inner = f"SELECT {made} FROM ({inner}){grouped(*per)}"
    outer = ", ".join(f"{fn}({part.name}) AS {part.name}" for part in parts)
    rows = f"{source(measurement, fields_of(parts), where, f'-{within}' if within else '0')} |> last()"
    flux = (
        f"rows = {rows}\n{renamed(parts)}\n"
        f'  |> group(columns: ["_field"]) |> {fn}()\n'
        '  |> map(fn: (r) => ({_field: r._field, _value: r._value, all: ""})) |> group()\n'
        f"{pivoted(['all'], [part.name for part in parts])}"
    )
    return Query(ref, f"SELECT {outer} FROM ({inner})", flux)


def curve(
    ref: str,
    measurement: str,
    columns: Sequence[str | Part],
    *,
    per: Sequence[str] = ("plant_id",),
    by: Sequence[str] = (),
    fn: str = "mean",
    where: Sequence[Condition] = (PLANT,),
    every: str = _EVERY,
    day_before: bool = False,
) -> Query:
    """Values over time: `fn` within each interval and member, summed over members; a row per interval and `by`.

    Intervals without a value are null, so that outages show as gaps.
    """
    parts = parts_of(columns)
    flat = tuple(per) == tuple(by) and all(not part.sign and not part.down for part in parts)
    bounds = "time >= ${__from}ms - 1d AND time <= ${__to}ms - 1d" if day_before else "$timeFilter"
    window = f"time({every})"
    fields = fields_of(parts)
    if flat:
        selected = ", ".join(f'{fn}("{part.field}") AS {part.name}' for part in parts)
        influxql = (
            f"SELECT {selected} FROM {measurement}{clause(where, bounds)}{grouped(window, *by)} fill(null)"
        )
    else:
        selected = ", ".join(f'{fn}("{field}") AS {field}' for field in fields)
        inner = (
            f"SELECT {selected} FROM {measurement}{clause(where, bounds)}{grouped(window, *per)} fill(none)"
        )
        if any(part.sign or part.down for part in parts):
            made = ", ".join(f"{part.influxql} AS {part.name}" for part in parts)
            inner = f"SELECT {made} FROM ({inner}) WHERE {bounds}{grouped(*per)}"
            sums = ", ".join(f"sum({part.name}) AS {part.name}" for part in parts)
        else:
            sums = ", ".join(f"sum({part.field}) AS {part.name}" for part in parts)
        influxql = f"SELECT {sums} FROM ({inner}) WHERE {bounds}{grouped(window, *by)} fill(null)"
    start, stop = _BEFORE if day_before else VIEW
    step = "v.windowPeriod" if every == _EVERY else every
    importing = 'import "date"\n' if day_before or every != _EVERY else ""
    # The first window is cut by the range and would stand beside its place.
    placed = (
        f"  |> map(fn: (r) => ({{r with _time: date.truncate(t: r._time, unit: {every})}}))\n"
        if every != _EVERY
        else ""
    )
    names = [part.name for part in parts]
    head = f"{importing}rows = {source(measurement, fields, where, start, stop)}\n"
    if flat:
        aggregated = f'  |> aggregateWindow(every: {step}, fn: {fn}, createEmpty: true, timeSrc: "_start")\n'
        # Several devices of a plant become one stream; elsewhere each stream is a member already.
        together = (
            f"  |> group(columns: {quoted([*by, '_field'])})\n"
            if "device_id" not in by and fn != "last"
            else ""
        )
        body = f"{renamed(parts)}\n{together}{aggregated}{placed}"
    else:
        means = f'  |> aggregateWindow(every: {step}, fn: {fn}, createEmpty: false, timeSrc: "_start")\n'
        body = (
            f"{renamed(parts)}\n  |> group(columns: {quoted([*by, '_field'])})\n"
            f'  |> aggregateWindow(every: {step}, fn: sum, createEmpty: true, timeSrc: "_start")\n{placed}'
        )
        head = head.rstrip() + "\n" + means
    flux = f"{head}{body}{pivoted(['_time', *by], ['_time', *by, *names])} |> sort(columns: {quoted([*by, 'Time'])})"
    return Query(ref, influxql, flux)
