"""One plant: what it does now, today's curve, where the energy went, and whether it is well."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours, mappings
from collector.render.dashboards.board import Board
from collector.render.dashboards.conditions import equals
from collector.render.dashboards.live_queries import curve, devices, latest, total
from collector.render.dashboards.panels import (
    BACKGROUND,
    ENERGY,
    KW,
    KWH,
    PERCENT,
    Panel,
    column,
    dates,
    drop_time,
    merge,
    row,
    series,
    stat,
    table,
)
from collector.render.dashboards.parts import ONE_PLANT, completeness, open_alarms
from collector.render.dashboards.period_queries import ratio
from collector.render.dashboards.plant_now import (
    CURVES,
    HEADER,
    NOW,
)
from collector.render.dashboards.query import FRESH, Query


def _energy(title: str, description: str, query: Query) -> Panel:
    return stat(title, description, 4, [query], ENERGY)


_ENERGY = row(
    4,
    _energy(
        "Yield today",
        "Since the plant's midnight. Empty while the cloud still shows yesterday's.",
        total("today", "pv_plant", ["today_yield_kwh"], within=FRESH),
    ),
    _energy(
        "Yield this month",
        "The plant's month so far.",
        total("month", "pv_plant_month", ["yield_kwh"], within="32d"),
    ),
    _energy(
        "Yield this year",
        "The plant's year so far.",
        total("year", "pv_plant_year", ["yield_kwh"], within="367d"),
    ),
    _energy(
        "Yield, lifetime",
        "Since the plant began, as its counter says.",
        total("life", "pv_plant", ["total_yield_kwh"], within="30d"),
    ),
    stat(
        "Self-consumption, 30 days",
        "(Yield − export) / yield, of the sums of the last 30 days. Days without a meter's row are left out.",
        4,
        [
            ratio(
                "self",
                "pv_plant_day",
                "yield_kwh",
                "yield_kwh",
                "self_pct",
                less="export_kwh",
                span="30d",
                by=("plant_id",),
                daily=False,
            )
        ],
        PERCENT,
        colour=colours.CONSUMPTION,
        decimals=0,
        fields="/^self_pct$/",
    ),
    stat(
        "Autarky, 30 days",
        "(Use − import) / use, of the sums of the last 30 days: how much of the consumption came from the plant itself.",
        4,
        [
            ratio(
                "autarky",
                "pv_plant_day",
                "use_kwh",
                "use_kwh",
                "autarky_pct",
                less="import_kwh",
                span="30d",
                by=("plant_id",),
                daily=False,
            )
        ],
        PERCENT,
        colour=colours.CHARGE,
        decimals=0,
        fields="/^autarky_pct$/",
    ),
)

_QUALITY = row(
    8,
    dates(
        "Performance ratio by day",
        "Yield / theoretical yield, where theoretical yield is installed capacity × irradiation. Days without irradiation are left out. "
        "Hot and snowy days are lower; watch the trend, and compare with the plant's own weeks.",
        8,
        [ratio("pr", "pv_plant_day", "yield_kwh", "theory_kwh", "pr_pct", span="31d")],
        PERCENT,
        colour=colours.GOOD,
        overrides=[column("pr_pct", "Performance ratio")],
        lowest=0,
        decimals=0,
    ),
    series(
        "Hour by hour: real and theoretical",
        "Yield of each hour beside the theoretical yield from irradiation (installed capacity × irradiation). Needs an irradiation source.",
        8,
        [curve("hours", "pv_plant_hour", ["yield_kwh", "theory_kwh"], fn="sum", every="1h")],
        KWH,
        bars=True,
        interval="1h",
        lowest=0,
        overrides=[
            column("yield_kwh", "Yield", colour=colours.PRODUCTION),
            column(
                "theory_kwh",
                "Theoretical",
                colour=colours.EXPECTED,
                custom__drawStyle="line",
                custom__lineInterpolation="stepAfter",
                custom__lineWidth=2,
                custom__fillOpacity=0,
            ),
        ],
    ),
    series(
        "Irradiance and power",
        "Irradiance on the modules (right axis) from the plant's own environmental monitor, beside the inverters' output. Without a "
        "monitor only the power is drawn.",
        8,
        [
            curve("power", "pv_inverter", ["active_power_kw"], per=("plant_id", "device_id")),
            curve("sun", "pv_emi", ["irradiance_w_m2"], per=("plant_id", "device_id")),
        ],
        KW,
        lowest=0,
        overrides=[
            column("active_power_kw", "Power", colour=colours.PRODUCTION),
            column(
                "irradiance_w_m2",
                "Irradiance",
                "suffix:W/m²",
                colour=colours.CONSUMPTION,
                custom__axisPlacement="right",
                custom__fillOpacity=0,
            ),
        ],
    ),
)

_DEVICES = row(
    7,
    table(
        "Inverters now",
        "Each inverter of the last 20 minutes; empty cells mean that it sent nothing. Yield today is the AC side.",
        14,
        [
            devices("names", equals("device_type", "inverter")),
            latest(
                "fresh",
                "pv_inverter",
                ["inverter_state", "active_power_kw", "day_yield_kwh", "temperature_c", "efficiency_pct"],
                ["device_id"],
                within=FRESH,
            ),
        ],
        [
            column("device", "Inverter"),
            column(
                "inverter_state",
                "State",
                width=140,
                custom__cellOptions=BACKGROUND,
                custom__align="left",
                mappings=[*mappings.INVERTER],
            ),
            column("active_power_kw", "Power", KW, decimals=1),
            column("day_yield_kwh", "Today", KWH, decimals=1),
            column("efficiency_pct", "Efficiency", PERCENT, decimals=1),
            column("temperature_c", "Temperature", "celsius", decimals=0),
            column("plant", hidden=True),
            column("device_id", hidden=True),
        ],
        transformations=(drop_time("names", "fresh"), merge()),
        sort=(("Inverter", False),),
    ),
    stat(
        "This year's use to the climate",
        "As the vendor's cloud computes it from the yield.",
        10,
        [
            total(
                "year",
                "pv_plant_year",
                ["co2_avoided_kg", "coal_saved_kg", "equivalent_trees"],
                within="367d",
            )
        ],
        "massg",
        colour=colours.GOOD,
        overrides=[
            column("co2_avoided_kg", "CO₂ avoided", "suffix:kg"),
            column("coal_saved_kg", "Coal saved", "suffix:kg"),
            column("equivalent_trees", "Trees", "suffix:trees"),
        ],
        decimals=0,
    ),
)

_ALARMS = row(
    6,
    open_alarms(
        24,
        "Alarms that the vendor's cloud lists as active, most severe first. Click a cell to read a long text.",
    ),
)

_COMPLETE = row(
    5,
    completeness(
        24,
        "Readings received of those that there should be, per day: green from 99 %, amber from 90 %.",
        span="31d",
        show="auto",
    ),
)

BOARD: Final = Board(
    "plant",
    "Plant",
    "One plant: power now, today's curve, where the energy went, performance, inverters, alarms and completeness.",
    (HEADER, NOW, CURVES, _ENERGY, _QUALITY, _DEVICES, _ALARMS, _COMPLETE),
    ONE_PLANT,
    alarms=True,
)
