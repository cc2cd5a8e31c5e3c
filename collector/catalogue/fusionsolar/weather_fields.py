"""Indicators of environmental monitors (EMI), type 10: live and 5-minute (9.2.6 to 9.2.8)."""

from __future__ import annotations

from typing import Final

from collector.catalogue.terms import Field, Kind
from collector.catalogue.units import factor

_EMI: Final = (10,)
_ALL: Final = "9.2.6 9.2.7 9.2.8"


def _row(
    key: str,
    name: str,
    unit: str,
    title: str,
    kind: Kind = Kind.GAUGE,
    *,
    stored: str | None = None,
    section: str = _ALL,
) -> Field:
    to = unit if stored is None else stored
    return Field(
        key, name, unit, to, kind, "pv_emi", section, types=_EMI, factor=factor(unit, to), title=title
    )


EMI_FIELDS: Final = (
    _row("temperature", "temperature_c", "°C", "Ambient temperature"),
    _row("pv_temperature", "module_temperature_c", "°C", "Module temperature"),
    _row("wind_speed", "wind_speed_m_s", "m/s", "Wind speed"),
    _row("wind_direction", "wind_direction_deg", "°", "Wind direction"),
    _row("radiant_line", "irradiance_w_m2", "W/m²", "Irradiance on the modules"),
    _row(
        "radiant_total",
        "irradiation_kwh_m2",
        "MJ/m²",
        "Irradiation on the modules today",
        Kind.COUNTER,
        stored="kWh/m²",
    ),
    _row("horiz_radiant_line", "horizontal_irradiance_w_m2", "W/m²", "Irradiance on the horizontal"),
    _row(
        "horiz_radiant_total",
        "horizontal_irradiation_kwh_m2",
        "MJ/m²",
        "Irradiation on the horizontal",
        Kind.COUNTER,
        stored="kWh/m²",
    ),
    _row(
        "run_state", "run_state", "", "Connection: 0 disconnected, 1 connected", Kind.STATE, section="9.2.6"
    ),
)
