"""Indicators of devices by day, month and year (9.2.9 to 9.2.11)."""

from __future__ import annotations

from typing import Final

from collector.catalogue.terms import Field, Kind

_INVERTERS: Final = (1, 38)
_BATTERIES: Final = (39, 41)
_HOME: Final = (39,)

_PERIODS: Final = (("pv_device_day", "9.2.9"), ("pv_device_month", "9.2.10"), ("pv_device_year", "9.2.11"))

_ROWS: Final = (
    ("installed_capacity", "capacity_kwp", "kWp", _INVERTERS, "Installed capacity", "The manual gives kW."),
    ("product_power", "yield_kwh", "kWh", _INVERTERS, "Yield", ""),
    ("perpower_ratio", "specific_yield_h", "h", _INVERTERS, "Specific yield: kWh per kWp", ""),
    ("charge_cap", "charge_kwh", "kWh", _BATTERIES, "Energy charged", ""),
    ("discharge_cap", "discharge_kwh", "kWh", _BATTERIES, "Energy discharged", ""),
    ("charge_time", "charge_time_h", "h", _HOME, "Time spent charging", ""),
    ("discharge_time", "discharge_time_h", "h", _HOME, "Time spent discharging", ""),
)

CALENDAR_FIELDS: Final = tuple(
    Field(key, name, unit, unit, Kind.GAUGE, measurement, section, types=types, title=title, note=note)
    for measurement, section in _PERIODS
    for key, name, unit, types, title, note in _ROWS
)
