"""Queries over events and the collector's own rows: alarms, faults, first rows, classes of states."""

# ruff: noqa: S608  no value of a user enters: names come from the catalogue, choices are escaped by Grafana

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.render.dashboards.conditions import ACCOUNT, PLANT, equals
from collector.render.dashboards.query import FRESH, VIEW, Query, clause, pivoted, quoted, source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.render.dashboards.conditions import Condition


def open_alarms_query(ref: str = "alarms") -> Query:
    """Alarms that are open, however old; the measurement is tiny."""
    return _alarms(ref, "active = 1", "exists r.active and r.active == 1.0", "0", "")


def alarms_query(ref: str = "alarms") -> Query:
    """Alarms raised in the viewer's range, open or closed."""
    return _alarms(ref, "$timeFilter", "exists r.active", *VIEW)


def _alarms(ref: str, influxql: str, flux: str, start: str, stop: str) -> Query:
    columns = ("active", "name", "cause", "repair", "duration_s")
    asked = (
        'SELECT "name" AS alarm, cause, repair, active, duration_s FROM pv_alarm'
        f"{clause([PLANT], influxql)} GROUP BY plant_id, device_id, severity, alarm_id"
    )
    told = (
        f"{source('pv_alarm', columns, [PLANT], start, stop)}\n"
        '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")\n'
        f"  |> filter(fn: (r) => {flux}) |> group()\n"
        "  |> map(fn: (r) => ({Time: r._time, plant_id: r.plant_id, device_id: r.device_id, severity: r.severity, "
        "alarm_id: r.alarm_id, alarm: r.name, cause: r.cause, repair: r.repair, active: r.active, duration_s: r.duration_s}))"
    )
    return Query(ref, asked, told)


def alarm_names(ref: str = "names") -> Query:
    """The name of every alarm id."""
    influxql = f'SELECT last("name") AS alarm FROM pv_alarm{clause([PLANT])} GROUP BY alarm_id'
    flux = (
        f'{source("pv_alarm", ["name"], [PLANT], "0")} |> group(columns: ["alarm_id"]) |> sort(columns: ["_time"])\n'
        '  |> last() |> group() |> keep(columns: ["alarm_id", "_value"]) |> rename(columns: {_value: "alarm"})'
    )
    return Query(ref, influxql, flux)


def open_count(severity: str) -> Query:
    """How many alarms of a severity are open; nothing where there is none."""
    where = (PLANT, equals("severity", severity))
    flux = (
        f"{source('pv_alarm', ['active'], where, '0')} |> filter(fn: (r) => r._value == 1.0)\n"
        f"  |> group() |> count() |> toFloat() |> map(fn: (r) => ({{{severity}: r._value}}))"
    )
    return Query(
        severity, f"SELECT count(active) AS {severity} FROM pv_alarm{clause(where, 'active = 1')}", flux
    )


def open_in_all(ref: str = "alarms") -> Query:
    """How many alarms are open; nothing where there is none."""
    influxql = f"SELECT count(active) AS {ref} FROM pv_alarm{clause([PLANT], 'active = 1')}"
    flux = (
        f"{source('pv_alarm', ['active'], [PLANT], '0')} |> filter(fn: (r) => r._value == 1.0)\n"
        f"  |> group() |> count() |> toFloat() |> map(fn: (r) => ({{{ref}: r._value}}))"
    )
    return Query(ref, influxql, flux)


def raised_per_day(severity: str) -> Query:
    """How many alarms of a severity were raised on each day, in UTC."""
    where = (PLANT, equals("severity", severity))
    influxql = (
        f"SELECT count(active) AS {severity} FROM pv_alarm{clause(where, 'time > now() - 31d')}"
        " GROUP BY time(1d) fill(0)"
    )
    flux = (
        f"{source('pv_alarm', ['active'], where, '-31d')} |> group()\n"
        '  |> aggregateWindow(every: 1d, fn: count, createEmpty: true, timeSrc: "_start") |> toFloat()\n'
        f"  |> map(fn: (r) => ({{Time: date.truncate(t: r._time, unit: 1d), {severity}: r._value}}))"
    )
    return Query(severity, influxql, f'import "date"\n{flux}')


def in_class(ref: str, field: str, value: int) -> Query:
    """How many plants' newest value of a state is this one; nothing where there is none."""
    influxql = (
        f"SELECT count(v) AS {ref} FROM (SELECT last({field}) AS v FROM pv_plant"
        f"{clause([PLANT], f'time > now() - {FRESH}')} GROUP BY plant_id) WHERE v = {value}"
    )
    flux = (
        f"{source('pv_plant', [field], [PLANT], f'-{FRESH}')} |> last() |> filter(fn: (r) => r._value == {value}.0)\n"
        f"  |> group() |> count() |> toFloat() |> map(fn: (r) => ({{{ref}: r._value}}))"
    )
    return Query(ref, influxql, flux)


def plants_listed(ref: str = "listed") -> Query:
    """How many plants there are."""
    influxql = f"SELECT count(v) AS {ref} FROM (SELECT last(label) AS v FROM pv_plant_info{clause([PLANT])} GROUP BY plant_id)"
    flux = (
        f"{source('pv_plant_info', ['label'], [PLANT], '0')} |> last() |> group() |> count() |> toFloat()\n"
        f"  |> map(fn: (r) => ({{{ref}: r._value}}))"
    )
    return Query(ref, influxql, flux)


def hours_in(ref: str, first: int, last: int) -> Query:
    """Hours per plant-local day that inverters spent in a range of states, counted as 5 minutes a row."""
    influxql = (
        f"SELECT count(active_power_kw) / 12 AS {ref} FROM pv_inverter"
        f"{clause([PLANT], '$timeFilter', f'inverter_state >= {first}', f'inverter_state <= {last}')}"
        " GROUP BY time(1d) fill(none) tz('$tz')"
    )
    flux = (
        'import "timezone"\noption location = timezone.location(name: "${tz}")\n'
        f"{source('pv_inverter', ['inverter_state'], [PLANT], *VIEW)}\n"
        f"  |> filter(fn: (r) => r._value >= {first}.0 and r._value <= {last}.0) |> group()\n"
        '  |> aggregateWindow(every: 1d, fn: count, createEmpty: false, timeSrc: "_start") |> toFloat()\n'
        f"  |> map(fn: (r) => ({{Time: r._time, {ref}: r._value / 12.0}}))"
    )
    return Query(ref, influxql, flux)


def first_row(ref: str, measurement: str, field: str, out: str) -> Query:
    """The oldest row of each plant, as its time in `out`. [ms since epoch]"""
    influxql = f'SELECT first("{field}") AS {out} FROM {measurement}{clause([PLANT])} GROUP BY plant_id'
    flux = (
        f'{source(measurement, [field], [PLANT], "0")} |> first() |> group(columns: ["plant_id"])\n'
        '  |> sort(columns: ["_time"]) |> first() |> group() |> keep(columns: ["_time", "plant_id", "_value"])\n'
        f'  |> rename(columns: {{_time: "Time", _value: "{out}"}})'
    )
    return Query(ref, influxql, flux)


def faults(ref: str, *, within: str = "", account: Sequence[Condition] = (ACCOUNT,)) -> Query:
    """Faults that the collector tells in words: the active ones, or with `within` all of that time."""
    if within:
        influxql = (
            f"SELECT words, active FROM collector_fault{clause(account, f'time > now() - {within}')}"
            " GROUP BY account, subject"
        )
        rows = source("collector_fault", ["words", "active"], account, f"-{within}")
    else:
        influxql = (
            "SELECT words, active FROM (SELECT last(active) AS active, words FROM collector_fault"
            f"{clause(account)} GROUP BY account, subject) WHERE active = 1 GROUP BY account, subject"
        )
        rows = f"{source('collector_fault', ['words', 'active'], account, '0')} |> last()"
    key = ["_time", "account", "subject"]
    flux = f"{rows}\n{pivoted(key, [*key, 'words', 'active'])}"
    if not within:
        flux += "\n  |> filter(fn: (r) => r.active == 1.0)"
    return Query(ref, influxql, flux)


def without_access(ref: str = "access") -> Query:
    """Plants whose data may not be read, and why."""
    influxql = (
        'SELECT plant, access, account FROM (SELECT last("name") AS plant, last(access) AS access, last(account) AS account'
        f" FROM pv_plant_info{clause([PLANT])} GROUP BY plant_id) WHERE access != 'ok' GROUP BY plant_id"
    )
    flux = (
        f'{source("pv_plant_info", ["name", "access", "account"], [PLANT], "0")} |> last() |> drop(columns: ["_time"])\n'
        f"{pivoted(['plant_id'], ['plant_id', 'name', 'access', 'account'])}\n"
        '  |> filter(fn: (r) => r.access != "ok") |> rename(columns: {name: "plant"})'
    )
    return Query(ref, influxql, flux)


def moments(ref: str, measurement: str, columns: dict[str, str], within: str) -> Query:
    """The newest of fields that hold seconds since 1970, as milliseconds, a row per device."""
    selected = ", ".join(f"last({field}) * 1000 AS {out}" for out, field in columns.items())
    influxql = f"SELECT {selected} FROM {measurement}{clause([PLANT], f'time > now() - {within}')} GROUP BY device_id"
    made = ", ".join(
        ["device_id: r.device_id", *(f"{out}: r.{field} * 1000.0" for out, field in columns.items())]
    )
    flux = (
        f'{source(measurement, list(columns.values()), [PLANT], f"-{within}")} |> last() |> drop(columns: ["_time"])\n'
        f'  |> pivot(rowKey: {quoted(["device_id"])}, columnKey: ["_field"], valueColumn: "_value") |> group()\n'
        f"  |> map(fn: (r) => ({{{made}}}))"
    )
    return Query(ref, influxql, flux)


def running_sum(ref: str, measurement: str, field: str, out: str, span: str) -> Query:
    """A sum over calendar rows that grows from date to date."""
    influxql = (
        f"SELECT cumulative_sum(sum({field})) AS {out} FROM {measurement}"
        f"{clause([PLANT], f'time > now() - {span}', 'time < now() + 1d')} GROUP BY time(1d) fill(none)"
    )
    flux = (
        f"{source(measurement, [field], [PLANT], f'-{span}', '1d')}\n"
        '  |> group(columns: ["_time"]) |> sum() |> group() |> sort(columns: ["_time"]) |> cumulativeSum()\n'
        f'  |> rename(columns: {{_time: "Time", _value: "{out}"}})'
    )
    return Query(ref, influxql, flux)


def matrix(ref: str = "months") -> Query:
    """A yield per year and month, of all plants together; months as 101 to 112, so that their order as texts is right."""
    influxql = (
        'SELECT sum(yield_kwh) AS yield_kwh, max(year) AS "year", max(month) + 100 AS "month" FROM pv_plant_month'
        f"{clause([PLANT], 'time > now() - 3650d', 'time < now() + 1d')} GROUP BY time(1d) fill(none)"
    )
    flux = (
        'import "date"\n'
        f"{source('pv_plant_month', ['yield_kwh'], [PLANT], '-3650d', '1d')}\n"
        '  |> group(columns: ["_time"]) |> sum() |> group() |> sort(columns: ["_time"])\n'
        "  |> map(fn: (r) => ({Time: r._time, yield_kwh: r._value, year: float(v: date.year(t: r._time)), "
        "month: float(v: 100 + date.month(t: r._time))}))"
    )
    return Query(ref, influxql, flux)
