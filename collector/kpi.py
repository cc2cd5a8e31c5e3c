"""Values derived across the devices or the days of a plant. Pure.

A derived value is absent when an operand is; an operand older than a quarter of an hour against the plant's own stamp is absent.
Signs: grid + is export, battery + is charging.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from collector.coverage import SETTLE_S
from collector.zones import day_end, local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STALE_S: Final = 900.0
BRIGHT_A: Final = 1.0
"""A row counts for the comparison of strings where their median is above this: below it is noise. [A]"""

WEEK: Final = 7
MONTH: Final = 30
KEPT_DAYS: Final = 32
"""Day rows that the values need: the 30 last closed days, yesterday while it is not closed yet, and today."""

_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest reading of a device.

    Attributes:
        time_ns: [ns since epoch, UTC]
        fields: Stored field name to value.
    """

    time_ns: int
    fields: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a plant, as it was last fetched; None where the vendor sent no value.

    Attributes:
        fetched_at: [s since epoch, UTC]
        yield_kwh: [kWh]
        theory_kwh: [kWh]
        specific_yield_h: As sent. [kWh/kWp]
        capacity_kwp: On that day. [kWp]
    """

    fetched_at: float
    yield_kwh: float | None = None
    theory_kwh: float | None = None
    specific_yield_h: float | None = None
    capacity_kwp: float | None = None


@dataclass(frozen=True, slots=True)
class StringSums:
    """What the strings of an inverter have carried on one day, over the same rows for all of them.

    Attributes:
        day: Plant-local date.
        time_ns: Newest row in the sums. [ns since epoch, UTC]
        amperes: Number of the string to the sum of its currents. [A]
    """

    day: str
    time_ns: int
    amperes: dict[int, float]


@dataclass(frozen=True, slots=True)
class Operands:
    """What is known of a plant at the stamp of its live row.

    Attributes:
        stamp_ns: [ns since epoch, UTC]
        zone: In which its days begin; "" while unknown, and then so is every value of a day.
        capacity_kwp: [kWp]
        day_yield_kwh: As the live row has it: the cloud may still show yesterday's. [kWh]
        inverters: Newest reading of each; None for one that has none.
        meters: As above.
        batteries: As above.
        others: As above, of all its other devices.
        alarms: Open alarms; None where their list was not read lately.
        woke: Plant-local date on which it last showed power, or "".
        days: Plant-local date to its day.
        strings: Of each inverter that has sums.
    """

    stamp_ns: int
    zone: str = ""
    capacity_kwp: float | None = None
    day_yield_kwh: float | None = None
    inverters: Sequence[Reading | None] = ()
    meters: Sequence[Reading | None] = ()
    batteries: Sequence[Reading | None] = ()
    others: Sequence[Reading | None] = ()
    alarms: int | None = None
    woke: str = ""
    days: Mapping[str, Day] = field(default_factory=dict)
    strings: Sequence[StringSums] = ()


def derive(known: Operands) -> dict[str, float]:
    """Return the derived fields of a plant's row; what cannot be known is left out."""
    power = _total(known.inverters, known.stamp_ns, "active_power_kw")
    pv = _total(known.inverters, known.stamp_ns, "dc_power_kw", "active_power_kw")
    grid = _total(known.meters, known.stamp_ns, "active_power_kw")
    battery = _total(known.batteries, known.stamp_ns, "power_kw")
    stored = battery if known.batteries else 0.0
    today = local_date(known.zone, known.stamp_ns / _NS) if known.zone else None
    values = {
        "power_kw": power,
        "pv_power_kw": pv,
        "grid_power_kw": grid,
        "battery_power_kw": battery,
        "load_power_kw": None if pv is None or grid is None or stored is None else pv - grid - stored,
        "power_kwp_ratio": _ratio(power, known.capacity_kwp),
        "data_age_s": _age_s(known),
        "alarms_active": None if known.alarms is None else float(known.alarms),
    }
    if today is not None:
        closed = _last_closed(known, today)
        values |= {
            "today_yield_kwh": known.day_yield_kwh if known.woke == today.isoformat() else None,
            "pr_7d_pct": None if closed is None else _performance(known.days, closed),
            "yield_7d_delta_pct": None if closed is None else _delta(known, closed),
            "worst_string_ratio": _worst_string(known.strings, today.isoformat()),
        }
    return {name: value for name, value in values.items() if value is not None and math.isfinite(value)}


def pv_power(fields: Mapping[str, float]) -> float | None:
    """Return what the strings of an inverter give: its DC power where it sends one, else its output. [kW]"""
    return fields.get("dc_power_kw", fields.get("active_power_kw"))


def add_row(
    sums: StringSums | None, day: str, time_ns: int, currents: Mapping[int, float]
) -> StringSums | None:
    """Return the sums of a day with one more row of currents.

    A row counts where the median is above 1 A. All strings are summed over the same rows: a row that lacks one of them is left
    out, and a string that shows itself for the first time begins the sums anew.

    Args:
        sums: So far, perhaps of an earlier day; None for none.
        day: Plant-local date of the row.
        time_ns: Its stamp; a row that is not newer than the sums is left out. [ns since epoch, UTC]
        currents: Number of the string to its current. [A]
    """
    if not currents or median(currents.values()) <= BRIGHT_A:
        return sums
    if sums is None or (time_ns > sums.time_ns and sums.day != day):
        return StringSums(day, time_ns, dict(currents))
    if time_ns <= sums.time_ns or not sums.amperes.keys() <= currents.keys():
        return sums
    if sums.amperes.keys() < currents.keys():
        return StringSums(day, time_ns, dict(currents))
    return StringSums(day, time_ns, {n: sums.amperes[n] + current for n, current in currents.items()})


def median(values: Iterable[float]) -> float:
    """Return the median of some numbers; of an even count the mean of the middle two.

    Raises:
        IndexError: There are none.
    """
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _total(readings: Sequence[Reading | None], stamp_ns: int, *names: str) -> float | None:
    """Sum over devices of the first of these fields that each has; None where one is missing or stale, or there is none."""
    parts = []
    for reading in readings:
        if reading is None or stamp_ns - reading.time_ns > STALE_S * _NS:
            return None
        value = next((reading.fields[name] for name in names if name in reading.fields), None)
        if value is None:
            return None
        parts.append(value)
    return math.fsum(parts) if parts else None


def _ratio(value: float | None, over: float | None) -> float | None:
    return None if value is None or over is None or over <= 0.0 else value / over


def _age_s(known: Operands) -> float | None:
    devices = (*known.inverters, *known.meters, *known.batteries, *known.others)
    newest = max((reading.time_ns for reading in devices if reading is not None), default=None)
    return None if newest is None else max(0.0, (known.stamp_ns - newest) / _NS)


def _last_closed(known: Operands, today: date) -> date | None:
    """The newest day that was fetched after it had settled: yesterday, or while that is not read again the day before."""
    for back in (1, 2):
        day = today - timedelta(days=back)
        row = known.days.get(day.isoformat())
        if row is not None and row.fetched_at >= day_end(known.zone, day) + SETTLE_S:
            return day
    return None


def _until(last: date, count: int) -> list[str]:
    return [(last - timedelta(days=back)).isoformat() for back in range(count)]


def _performance(days: Mapping[str, Day], last: date) -> float | None:
    made = [
        (row.yield_kwh, row.theory_kwh)
        for key in _until(last, WEEK)
        if (row := days.get(key)) is not None
        and row.yield_kwh is not None
        and row.theory_kwh is not None
        and row.theory_kwh > 0.0
    ]
    if not made:
        return None
    return math.fsum(got for got, _ in made) / math.fsum(could for _, could in made) * 100.0


def _delta(known: Operands, last: date) -> float | None:
    month = [_specific(known.days.get(key), known.capacity_kwp) for key in _until(last, MONTH)]
    told = [value for value in month if value is not None]
    if len(told) < MONTH:
        return None
    usual = math.fsum(told) / MONTH
    return None if usual <= 0.0 else (math.fsum(told[:WEEK]) / WEEK / usual - 1.0) * 100.0


def _specific(day: Day | None, capacity_kwp: float | None) -> float | None:
    if day is None or day.specific_yield_h is not None:
        return None if day is None else day.specific_yield_h
    return _ratio(day.yield_kwh, day.capacity_kwp or capacity_kwp)


def _worst_string(strings: Sequence[StringSums], today: str) -> float | None:
    ratios = []
    for sums in strings:
        if sums.day == today and sums.amperes:
            middle = median(sums.amperes.values())
            if middle > 0.0:
                ratios.append(min(sums.amperes.values()) / middle)
    return min(ratios, default=None)
