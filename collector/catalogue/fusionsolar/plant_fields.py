"""Indicators of plants: live (9.2.1), and by hour, day, month and year (9.2.2 to 9.2.5).

The manual gives the performance ratio in kWh; its own example (89) and the definition make it a percentage. Installed capacity is
given in kW and is the strings' capacity, so kWp. The keys in camel case are not in the manual; clouds have been seen to send them.
"""

from __future__ import annotations

from typing import Final

from collector.catalogue.terms import Field, Kind
from collector.catalogue.units import factor

_DAY, _MONTH, _YEAR = "9.2.3", "9.2.4", "9.2.5"
_OBSERVED: Final = "observed"
_MONEY: Final = "In the currency that is set on the vendor's portal; the interface does not name it."


def _live(
    key: str, name: str, unit: str, kind: Kind, title: str, *, note: str = "", section: str = "9.2.1"
) -> Field:
    return Field(key, name, unit, unit, kind, "pv_plant", section, title=title, note=note)


LIVE: Final = (
    _live(
        "day_power",
        "day_yield_kwh",
        "kWh",
        Kind.COUNTER,
        "Yield today",
        note="After midnight it may keep yesterday's total until the inverter wakes.",
    ),
    _live("month_power", "month_yield_kwh", "kWh", Kind.COUNTER, "Yield this month"),
    _live("total_power", "total_yield_kwh", "kWh", Kind.COUNTER, "Yield since the plant began"),
    _live("day_income", "day_income_cur", "currency", Kind.COUNTER, "Revenue today", note=_MONEY),
    _live(
        "total_income",
        "total_income_cur",
        "currency",
        Kind.COUNTER,
        "Revenue since the plant began",
        note=_MONEY,
    ),
    _live("real_health_state", "health_state", "", Kind.STATE, "Health: 1 disconnected, 2 faulty, 3 healthy"),
    _live(
        "day_on_grid_energy", "day_export_kwh", "kWh", Kind.COUNTER, "Energy fed in today", section=_OBSERVED
    ),
    _live("day_use_energy", "day_use_kwh", "kWh", Kind.COUNTER, "Energy consumed today", section=_OBSERVED),
)

# Key, name, unit sent, unit stored, in words, note. One row is one indicator of an hour, day, month and year alike.
_PERIOD: Final = (
    ("radiation_intensity", "irradiation_kwh_m2", "kWh/m²", "kWh/m²", "Global irradiation", ""),
    (
        "theory_power",
        "theory_kwh",
        "kWh",
        "kWh",
        "Theoretical yield: installed capacity times irradiation",
        "",
    ),
    ("inverter_power", "yield_kwh", "kWh", "kWh", "Yield of the inverters", ""),
    ("ongrid_power", "export_kwh", "kWh", "kWh", "Energy fed in", "Absent without a meter."),
    ("power_profit", "income_cur", "currency", "currency", "Revenue", _MONEY),
)
_PERIOD_MORE: Final = (
    ("installed_capacity", "capacity_kwp", "kWp", "kWp", "Installed capacity", "The manual gives kW."),
    (
        "performance_ratio",
        "pr_pct",
        "%",
        "%",
        "Performance ratio",
        "The manual gives kWh; it is a percentage.",
    ),
    ("use_power", "use_kwh", "kWh", "kWh", "Energy consumed", "Absent without a meter."),
    ("perpower_ratio", "specific_yield_h", "h", "h", "Specific yield: kWh per kWp", ""),
    ("reduction_total_co2", "co2_avoided_kg", "t", "kg", "Carbon dioxide avoided", ""),
    ("reduction_total_coal", "coal_saved_kg", "t", "kg", "Standard coal saved", ""),
    ("reduction_total_tree", "equivalent_trees", "trees", "trees", "Trees that would avoid as much", ""),
)
_PERIOD_OBSERVED: Final = (
    ("PVYield", "pv_yield_kwh", "kWh", "kWh", "Yield of the strings", ""),
    (
        "inverterYield",
        "inverter_yield_kwh",
        "kWh",
        "kWh",
        "Output of the inverters",
        "Beside a battery it differs from the strings' yield.",
    ),
    ("buyPower", "import_kwh", "kWh", "kWh", "Energy taken from the grid", ""),
    ("chargeCap", "charge_kwh", "kWh", "kWh", "Energy charged into batteries", ""),
    ("dischargeCap", "discharge_kwh", "kWh", "kWh", "Energy discharged from batteries", ""),
    ("selfUsePower", "self_use_kwh", "kWh", "kWh", "Own energy consumed on site", ""),
)


def _period(
    measurement: str, section: str, rows: tuple[tuple[str, str, str, str, str, str], ...], more: str = ""
) -> tuple[Field, ...]:
    return tuple(
        Field(
            key,
            name,
            sent,
            stored,
            Kind.GAUGE,
            measurement,
            section,
            factor=factor(sent, stored),
            title=title,
            note=f"{note} {more}".strip(),
        )
        for key, name, sent, stored, title, note in rows
    )


PLANT_FIELDS: Final = (
    *LIVE,
    *_period("pv_plant_hour", "9.2.2", _PERIOD),
    *_period("pv_plant_hour", _DAY, _PERIOD_MORE, "The manual lists it for days and longer periods only."),
    *_period("pv_plant_hour", _OBSERVED, _PERIOD_OBSERVED),
    *_period("pv_plant_day", _DAY, _PERIOD + _PERIOD_MORE),
    *_period("pv_plant_day", _OBSERVED, _PERIOD_OBSERVED),
    *_period("pv_plant_month", _MONTH, _PERIOD + _PERIOD_MORE),
    *_period("pv_plant_month", _OBSERVED, _PERIOD_OBSERVED),
    *_period("pv_plant_year", _YEAR, _PERIOD + _PERIOD_MORE),
    *_period("pv_plant_year", _OBSERVED, _PERIOD_OBSERVED),
)
