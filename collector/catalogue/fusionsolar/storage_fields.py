"""Indicators of batteries, types 39 and 41: live and 5-minute (9.2.6 to 9.2.8)."""

from __future__ import annotations

from typing import Final

from collector.catalogue.terms import Field, Kind
from collector.catalogue.units import factor

_HOME: Final = (39,)
_BOTH: Final = (39, 41)
_ALL: Final = "9.2.6 9.2.7 9.2.8"
_LIVE: Final = "9.2.6"
_COUNTED: Final = "The manual does not say whether it counts the day or the lifetime."


def _row(
    key: str,
    name: str,
    unit: str,
    title: str,
    types: tuple[int, ...],
    *,
    kind: Kind = Kind.GAUGE,
    stored: str | None = None,
    section: str = _ALL,
    sign: str = "",
    note: str = "",
) -> Field:
    to = unit if stored is None else stored
    return Field(
        key,
        name,
        unit,
        to,
        kind,
        "pv_battery",
        section,
        types=types,
        factor=factor(unit, to),
        title=title,
        note=note,
        sign=sign,
    )


BATTERY_FIELDS: Final = (
    _row(
        "battery_status",
        "battery_status",
        "",
        "Battery: 0 offline, 1 standby, 2 running, 3 faulty, 4 hibernating",
        _HOME,
        kind=Kind.STATE,
    ),
    _row(
        "max_charge_power", "max_charge_power_kw", "W", "Most that it can be charged with", _HOME, stored="kW"
    ),
    _row("max_discharge_power", "max_discharge_power_kw", "W", "Most that it can give", _HOME, stored="kW"),
    _row(
        "ch_discharge_power",
        "power_kw",
        "W",
        "Power: + charging, − discharging",
        _BOTH,
        stored="kW",
        sign="battery",
    ),
    _row("busbar_u", "voltage_v", "V", "Battery voltage", _HOME),
    _row("battery_soc", "battery_soc_pct", "%", "State of charge", _BOTH),
    _row("battery_soh", "battery_soh_pct", "%", "State of health", _HOME, note="The manual gives no unit."),
    _row(
        "battery_soh",
        "battery_soh_pct",
        "%",
        "State of health",
        (41,),
        section=_LIVE,
        note="The manual gives no unit.",
    ),
    _row(
        "ch_discharge_model",
        "charge_mode",
        "",
        "Mode: 0 none, 1 forced, 2 by tariff, 3 fixed, 4 automatic; higher numbers have been seen",
        _HOME,
        kind=Kind.STATE,
    ),
    _row("charge_cap", "charge_kwh", "kWh", "Energy charged", _BOTH, kind=Kind.COUNTER, note=_COUNTED),
    _row(
        "discharge_cap", "discharge_kwh", "kWh", "Energy discharged", _BOTH, kind=Kind.COUNTER, note=_COUNTED
    ),
    _row(
        "run_state",
        "run_state",
        "",
        "Connection: 0 disconnected, 1 connected",
        _BOTH,
        kind=Kind.STATE,
        section=_LIVE,
    ),
)
