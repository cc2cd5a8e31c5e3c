"""Indicators of inverters, types 1 and 38: live and 5-minute (9.2.6 to 9.2.8), and the restricted interface (9.3.1).

`day_cap` and `total_cap` are counted on the alternating-current side: with a battery on the inverter, charging is missing in them
and discharging is added, so that they may fall at night. What the strings gave is `dc_energy_kwh` and, per MPPT, `energy_kwh`.
"""

from __future__ import annotations

from typing import Final

from collector.catalogue.terms import Field, Kind
from collector.catalogue.units import factor

BOTH: Final = (1, 38)
STRINGS: Final = {1: 28, 38: 8}
MPPTS: Final = {1: 10, 38: 4}
LISTED_STRINGS: Final = {1: 24, 38: 8}

_ALL: Final = "9.2.6 9.2.7 9.2.8"
_LIVE: Final = "9.2.6"
_CONVERGED: Final = "9.3.1"
_NO_UNIT: Final = "The manual gives no unit; taken as in 9.2.6."
_PHANTOM: Final = "Strings that do not exist are sent as 0; a string is stored from the first time that it showed more than 0.1 A."


def _row(
    key: str,
    name: str,
    unit: str,
    title: str,
    kind: Kind = Kind.GAUGE,
    *,
    stored: str | None = None,
    types: tuple[int, ...] = BOTH,
    section: str = _ALL,
    note: str = "",
) -> Field:
    to = unit if stored is None else stored
    return Field(
        key,
        name,
        unit,
        to,
        kind,
        "pv_inverter",
        section,
        types=types,
        factor=factor(unit, to),
        title=title,
        note=note,
    )


_ELECTRICAL: Final = (
    _row("inverter_state", "inverter_state", "", "State; see the table of states", Kind.STATE),
    _row("ab_u", "line_ab_v", "V", "Line voltage A-B"),
    _row("bc_u", "line_bc_v", "V", "Line voltage B-C"),
    _row("ca_u", "line_ca_v", "V", "Line voltage C-A"),
    _row("a_u", "phase_a_v", "V", "Voltage of phase A"),
    _row("b_u", "phase_b_v", "V", "Voltage of phase B"),
    _row("c_u", "phase_c_v", "V", "Voltage of phase C"),
    _row("a_i", "phase_a_a", "A", "Current of phase A"),
    _row("b_i", "phase_b_a", "A", "Current of phase B"),
    _row("c_i", "phase_c_a", "A", "Current of phase C"),
    _row("efficiency", "efficiency_pct", "%", "Conversion efficiency as the inverter reports it"),
    _row("temperature", "temperature_c", "°C", "Temperature inside"),
    _row("power_factor", "power_factor_ratio", "ratio", "Power factor"),
    _row("elec_freq", "frequency_hz", "Hz", "Grid frequency"),
    _row("active_power", "active_power_kw", "kW", "Active power, output"),
    _row("reactive_power", "reactive_power_kvar", "kvar", "Reactive power, output"),
    _row("mppt_power", "dc_power_kw", "kW", "Power from all MPPTs together"),
    _row("day_cap", "day_yield_kwh", "kWh", "Yield today (AC side)", Kind.COUNTER),
    _row("total_cap", "total_yield_kwh", "kWh", "Yield since the beginning (AC side)", Kind.COUNTER),
    _row(
        "mppt_total_cap",
        "dc_energy_kwh",
        "kWh",
        "Energy from the strings since the beginning",
        Kind.COUNTER,
        types=(1,),
    ),
    _row(
        "open_time",
        "open_time_s",
        "ms",
        "Moment of the last start",
        stored="s",
        note="Seconds since 1970, UTC.",
    ),
    _row(
        "close_time",
        "close_time_s",
        "ms",
        "Moment of the last stop",
        stored="s",
        note="Seconds since 1970, UTC.",
    ),
    _row("run_state", "run_state", "", "Connection: 0 disconnected, 1 connected", Kind.STATE, section=_LIVE),
)

_NUMBERED: Final = (
    Field(
        "pv{n}_u",
        "voltage_v",
        "V",
        "V",
        Kind.GAUGE,
        "pv_string",
        _ALL,
        types=BOTH,
        numbers=STRINGS,
        tag="string",
        title="Voltage of a string",
        note=_PHANTOM,
    ),
    Field(
        "pv{n}_i",
        "current_a",
        "A",
        "A",
        Kind.GAUGE,
        "pv_string",
        _ALL,
        types=BOTH,
        numbers=STRINGS,
        tag="string",
        title="Current of a string",
        note=_PHANTOM,
    ),
    Field(
        "mppt_{n}_cap",
        "energy_kwh",
        "kWh",
        "kWh",
        Kind.COUNTER,
        "pv_mppt",
        _ALL,
        types=BOTH,
        numbers=MPPTS,
        tag="mppt",
        title="Energy from an MPPT since the beginning",
    ),
)


def _converged(
    key: str, name: str, unit: str, title: str, kind: Kind = Kind.GAUGE, *, note: str = _NO_UNIT
) -> Field:
    return _row(key, name, unit, title, kind, section=_CONVERGED, note=note)


def _text(
    key: str, name: str, title: str, note: str = "Text about the device; not stored with readings."
) -> Field:
    return Field(key, name, "", "", Kind.TEXT, "", _CONVERGED, types=BOTH, title=title, note=note)


def _listed(key: str, name: str, unit: str, title: str) -> Field:
    return Field(
        key,
        name,
        unit,
        unit,
        Kind.GAUGE,
        "pv_string",
        _CONVERGED,
        types=BOTH,
        numbers=LISTED_STRINGS,
        tag="string",
        title=title,
        note="A list, one item a string from string 1; null where a string does not exist.",
        listed=True,
    )


_RESTRICTED: Final = (
    _converged("activePower", "active_power_kw", "kW", "Active power, output"),
    _converged("pac", "output_power_kw", "kW", "Output power"),
    _converged("reactivePower", "reactive_power_kvar", "kvar", "Reactive power, output"),
    _converged("powerFactor", "power_factor_ratio", "ratio", "Power factor", note=""),
    _converged("fac", "frequency_hz", "Hz", "Grid frequency"),
    _converged("eDay", "day_yield_kwh", "kWh", "Yield today (AC side)", Kind.COUNTER),
    _converged("eMonth", "month_yield_kwh", "kWh", "Yield this month (AC side)", Kind.COUNTER),
    _converged("eTotal", "total_yield_kwh", "kWh", "Yield since the beginning (AC side)", Kind.COUNTER),
    _converged("iac1", "phase_a_a", "A", "Current of phase A"),
    _converged("iac2", "phase_b_a", "A", "Current of phase B"),
    _converged("iac3", "phase_c_a", "A", "Current of phase C"),
    _converged("vac1", "phase_a_v", "V", "Voltage of phase A"),
    _converged("vac2", "phase_b_v", "V", "Voltage of phase B"),
    _converged("vac3", "phase_c_v", "V", "Voltage of phase C"),
    _converged("temperature", "temperature_c", "°C", "Temperature inside"),
    _converged("status", "alarm_status", "", "Alarm: 0 there is one, 1 there is none", Kind.STATE, note=""),
    _listed("ipvs", "current_a", "A", "Current of a string"),
    _listed("vpvs", "voltage_v", "V", "Voltage of a string"),
    _text("collectorSN", "collector_sn", "Serial number of the data logger"),
    _text("controlVersion", "software", "Version of the control board"),
    _text("errorCode", "error_code", "Alarm id", "Text; alarms are read from the alarm list."),
    _text("inventerSN", "sn", "Serial number of the inverter"),
    _text("inverterManufacturer", "manufacturer", "Manufacturer"),
    _text("nationalStandard", "grid_standard", "National grid standard"),
)

INVERTER_FIELDS: Final = (*_ELECTRICAL, *_NUMBERED, *_RESTRICTED)
