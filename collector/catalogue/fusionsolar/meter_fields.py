"""Indicators of meters: grid meter (17) and power sensor (47), live and 5-minute (9.2.6 to 9.2.8).

Units. The manual gives type 17's powers in kW; clouds have been seen to send W, in the phases too, and one device has one scale, so
all its powers are read in W, var and VA. The setting `units` overrides it. Type 47 sends its total in W, its phases in kW, as in the
manual. The manual gives reactive energies in kVar and kWh; they are kvarh. `positive_active_power` and `reverse_active_power` are
energies at the shoulder tariff, not powers.

Signs. Positive active energy is read as fed in, as positive power is; clouds differ, and `invert_grid` turns both.
"""

from __future__ import annotations

from typing import Final

from collector.catalogue.terms import Field, Kind
from collector.catalogue.units import factor

_METERS: Final = (17, 47)
_ALL: Final = "9.2.6 9.2.7 9.2.8"
_RECENT: Final = "9.2.6 9.2.8"  # the older 5-minute interface does not list these for type 47
_LIVE: Final = "9.2.6"
_WATTS: Final = "The manual gives kilo; clouds send the base unit."


def _row(
    key: str,
    name: str,
    unit: str,
    title: str,
    types: tuple[int, ...],
    *,
    section: str = _ALL,
    stored: str | None = None,
    kind: Kind = Kind.GAUGE,
    sign: str = "",
    mirror: str = "",
    note: str = "",
) -> Field:
    to = unit if stored is None else stored
    return Field(
        key,
        name,
        unit,
        to,
        kind,
        "pv_meter",
        section,
        types=types,
        factor=factor(unit, to),
        title=title,
        note=note,
        sign=sign,
        mirror=mirror,
    )


def _both(key: str, name: str, unit: str, title: str) -> tuple[Field, ...]:
    """A row that both types send; type 47 not in the older 5-minute interface."""
    return (_row(key, name, unit, title, (17,)), _row(key, name, unit, title, (47,), section=_RECENT))


def _phase_power(key: str, name: str, base: str, kilo: str, title: str) -> tuple[Field, ...]:
    sign = "grid"
    return (
        _row(key, name, base, title, (17,), stored=kilo, sign=sign, note=_WATTS),
        _row(key, name, kilo, title, (47,), section=_RECENT, sign=sign),
    )


_STATES: Final = (
    _row("meter_status", "meter_status", "", "Meter: 0 offline, 1 normal", (47,), kind=Kind.STATE),
    _row(
        "run_state",
        "run_state",
        "",
        "Connection: 0 disconnected, 1 connected",
        (47,),
        section=_LIVE,
        kind=Kind.STATE,
    ),
)

_GRID: Final = (
    *_both("ab_u", "line_ab_v", "V", "Line voltage A-B"),
    *_both("bc_u", "line_bc_v", "V", "Line voltage B-C"),
    *_both("ca_u", "line_ca_v", "V", "Line voltage C-A"),
    _row("a_u", "phase_a_v", "V", "Voltage of phase A", (17,)),
    _row("meter_u", "phase_a_v", "V", "Voltage of phase A", (47,)),
    *_both("b_u", "phase_b_v", "V", "Voltage of phase B"),
    *_both("c_u", "phase_c_v", "V", "Voltage of phase C"),
    _row("a_i", "phase_a_a", "A", "Current of phase A", (17,)),
    _row("meter_i", "phase_a_a", "A", "Current of phase A", (47,)),
    *_both("b_i", "phase_b_a", "A", "Current of phase B"),
    *_both("c_i", "phase_c_a", "A", "Current of phase C"),
    _row("grid_frequency", "frequency_hz", "Hz", "Grid frequency", _METERS),
    _row("power_factor", "power_factor_ratio", "ratio", "Power factor", _METERS),
)

_POWERS: Final = (
    _row(
        "active_power",
        "active_power_kw",
        "W",
        "Active power",
        (17,),
        stored="kW",
        sign="grid",
        note=_WATTS,
    ),
    _row("active_power", "active_power_kw", "W", "Active power", (47,), stored="kW", sign="grid"),
    _row(
        "reactive_power",
        "reactive_power_kvar",
        "var",
        "Reactive power",
        (17,),
        stored="kvar",
        sign="grid",
        note=_WATTS,
    ),
    _row("reactive_power", "reactive_power_kvar", "var", "Reactive power", (47,), stored="kvar", sign="grid"),
    *_phase_power("active_power_a", "phase_a_active_power_kw", "W", "kW", "Active power of phase A"),
    *_phase_power("active_power_b", "phase_b_active_power_kw", "W", "kW", "Active power of phase B"),
    *_phase_power("active_power_c", "phase_c_active_power_kw", "W", "kW", "Active power of phase C"),
    *_phase_power(
        "reactive_power_a", "phase_a_reactive_power_kvar", "var", "kvar", "Reactive power of phase A"
    ),
    *_phase_power(
        "reactive_power_b", "phase_b_reactive_power_kvar", "var", "kvar", "Reactive power of phase B"
    ),
    *_phase_power(
        "reactive_power_c", "phase_c_reactive_power_kvar", "var", "kvar", "Reactive power of phase C"
    ),
    _row(
        "total_apparent_power", "apparent_power_kva", "VA", "Apparent power", (17,), stored="kVA", note=_WATTS
    ),
    _row("total_apparent_power", "apparent_power_kva", "kVA", "Apparent power", (47,), section=_RECENT),
)


def _energies(
    positive: str, reverse: str, name: str, unit: str, title: str, *, always: bool = False
) -> tuple[Field, ...]:
    """The counter of what was fed in and that of what was taken, which change places with `invert_grid`."""
    rows = []
    for key, own, other, words in (
        (positive, f"export_{name}", f"import_{name}", "fed in"),
        (reverse, f"import_{name}", f"export_{name}", "taken"),
    ):
        for type_id in _METERS:
            section = _ALL if always or type_id != 47 else _RECENT
            rows.append(
                _row(
                    key,
                    own,
                    unit,
                    f"{title} {words}",
                    (type_id,),
                    section=section,
                    kind=Kind.COUNTER,
                    sign="grid",
                    mirror=other,
                ),
            )
    return tuple(rows)


_ENERGIES: Final = (
    *_energies("active_cap", "reverse_active_cap", "kwh", "kWh", "Energy", always=True),
    *_energies("positive_active_peak", "reverse_active_peak", "peak_kwh", "kWh", "Energy at peak tariff"),
    *_energies(
        "positive_active_power", "reverse_active_power", "shoulder_kwh", "kWh", "Energy at shoulder tariff"
    ),
    *_energies(
        "positive_active_valley", "reverse_active_valley", "offpeak_kwh", "kWh", "Energy at off-peak tariff"
    ),
    *_energies("positive_active_top", "reverse_active_top", "sharp_kwh", "kWh", "Energy at sharp tariff"),
    *_energies("forward_reactive_cap", "reverse_reactive_cap", "kvarh", "kvarh", "Reactive energy"),
    *_energies(
        "positive_reactive_peak",
        "reverse_reactive_peak",
        "peak_kvarh",
        "kvarh",
        "Reactive energy at peak tariff",
    ),
    *_energies(
        "positive_reactive_power",
        "reverse_reactive_power",
        "shoulder_kvarh",
        "kvarh",
        "Reactive energy at shoulder tariff",
    ),
    *_energies(
        "positive_reactive_valley",
        "reverse_reactive_valley",
        "offpeak_kvarh",
        "kvarh",
        "Reactive energy at off-peak tariff",
    ),
    *_energies(
        "positive_reactive_top",
        "reverse_reactive_top",
        "sharp_kvarh",
        "kvarh",
        "Reactive energy at sharp tariff",
    ),
)

METER_FIELDS: Final = (*_STATES, *_GRID, *_POWERS, *_ENERGIES)
