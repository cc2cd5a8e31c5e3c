"""Battery and grid of one plant: charge, power, meters."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours, mappings
from collector.render.dashboards.board import Board
from collector.render.dashboards.conditions import equals
from collector.render.dashboards.grid import (
    GRID,
    METERS,
)
from collector.render.dashboards.live_queries import curve, devices, total
from collector.render.dashboards.panels import (
    KW,
    KWH,
    PERCENT,
    Panel,
    column,
    dates,
    device_lines,
    nothing,
    row,
    series,
    stat,
    states,
    thresholds,
)
from collector.render.dashboards.parts import ONE_METERED
from collector.render.dashboards.period_queries import calendar, ratio, summary
from collector.render.dashboards.query import DEVICE, FRESH, Part, Query

_DEVICE: Final = "${__field.labels.device}"
_NAMES: Final = devices("names", equals("device_type", "battery"))


def _gauge(title: str, description: str, query: Query, steps: dict[str, object]) -> Panel:
    options = {
        "reduceOptions": {"values": False, "calcs": ["lastNotNull"], "fields": "/pct$/"},
        "showThresholdLabels": False,
        "showThresholdMarkers": True,
        "orientation": "auto",
    }
    defaults = {
        "color": {"mode": "thresholds"},
        "thresholds": steps,
        "min": 0,
        "max": 100,
        "decimals": 0,
        "noValue": "No battery data",
        "mappings": [nothing("No battery data", colours.NIGHT)],
    }
    return Panel("gauge", title, description, 4, (query,), PERCENT, defaults, (), options)


_NOW = row(
    6,
    _gauge(
        "Charge now",
        "Mean state of charge of all batteries, of the last 20 minutes.",
        total("charge", "pv_battery", ["battery_soc_pct"], within=FRESH, per=DEVICE, fn="mean"),
        thresholds(colours.MAJOR, (15, colours.WARNING), (30, colours.GOOD)),
    ),
    _gauge(
        "Health",
        "Lowest state of health of all batteries. Warranties often end at 70 %.",
        total("health", "pv_battery", ["battery_soh_pct"], within="30d", per=DEVICE, fn="min"),
        thresholds(colours.FAULT, (70, colours.WARNING), (80, colours.GOOD)),
    ),
    stat(
        "Round trip, 30 days",
        "Energy given / energy taken over 30 days. A single day says little: the charge at its two ends differs.",
        4,
        [
            ratio(
                "trip",
                "pv_device_day",
                "discharge_kwh",
                "charge_kwh",
                "trip_pct",
                span="30d",
                by=("plant_id",),
                daily=False,
            )
        ],
        PERCENT,
        colour=colours.CHARGE,
        fields="/^trip_pct$/",
        decimals=0,
        empty="No battery data",
    ),
    stat(
        "Grid now",
        "Power at the grid meter, of the last 20 minutes.",
        6,
        [
            total(
                "grid",
                "pv_plant",
                [Part("import_kw", "grid_power_kw", -1), Part("export_kw", "grid_power_kw", 1)],
                within=FRESH,
            )
        ],
        KW,
        colour=colours.NIGHT,
        tiles=True,
        decimals=1,
        empty="No meter data",
        overrides=[
            column("import_kw", "Import", colour=colours.IMPORT),
            column("export_kw", "Export", colour=colours.EXPORT),
        ],
    ),
    stat(
        "Most import (−), most export (+)",
        "The lowest and the highest 5-minute value at the grid meter in the time range, import below zero: what a contract for power should cover.",
        6,
        [
            summary(
                "extremes",
                "pv_plant",
                {"lowest_kw": ("min", "grid_power_kw"), "highest_kw": ("max", "grid_power_kw")},
                (),
            )
        ],
        KW,
        decimals=1,
        empty="No meter data",
        overrides=[
            column("lowest_kw", "Lowest", colour=colours.IMPORT),
            column("highest_kw", "Highest", colour=colours.EXPORT),
        ],
    ),
)

_BATTERY = row(
    9,
    series(
        "State of charge",
        "Of each battery.",
        8,
        [_NAMES, curve("charge", "pv_battery", [Part("pct", "battery_soc_pct")], per=DEVICE, by=DEVICE)],
        PERCENT,
        name=_DEVICE,
        lowest=0,
        highest=100,
        transformations=device_lines(),
    ),
    series(
        "Charging and discharging",
        "Above zero the battery charges, below it discharges; dashed: the most that it can take and give now.",
        8,
        [
            curve(
                "power",
                "pv_battery",
                [
                    "power_kw",
                    "max_charge_power_kw",
                    Part("least_kw", "max_discharge_power_kw", down=True),
                ],
                per=DEVICE,
            )
        ],
        KW,
        overrides=[
            column("power_kw", "Battery", colour=colours.CHARGE),
            *(
                column(
                    name,
                    title,
                    colour=colours.EXPECTED,
                    custom__lineStyle={"fill": "dash", "dash": [6, 6]},
                    custom__fillOpacity=0,
                )
                for name, title in (
                    ("max_charge_power_kw", "Most charging"),
                    ("least_kw", "Most discharging"),
                )
            ),
        ],
    ),
    dates(
        "Charged and discharged per day",
        "From the day rows of the batteries, by plant-local date.",
        8,
        [
            calendar(
                "days",
                "pv_device_day",
                ["charge_kwh", Part("discharge_kwh", "discharge_kwh", down=True)],
                span="31d",
            )
        ],
        KWH,
        stacked=True,
        overrides=[
            column("charge_kwh", "Charged", colour=colours.CHARGE),
            column("discharge_kwh", "Discharged", colour=colours.DISCHARGE),
        ],
    ),
)

_MODES = row(
    5,
    states(
        "Battery status",
        "As each battery reports it; gaps: nothing was received.",
        12,
        [
            _NAMES,
            curve(
                "status", "pv_battery", [Part("state", "battery_status")], per=DEVICE, by=DEVICE, fn="last"
            ),
        ],
        mappings.BATTERY,
        name=_DEVICE,
        transformations=device_lines(),
    ),
    states(
        "Charge mode",
        "Who decides when the battery charges.",
        12,
        [
            _NAMES,
            curve("mode", "pv_battery", [Part("state", "charge_mode")], per=DEVICE, by=DEVICE, fn="last"),
        ],
        mappings.CHARGE_MODE,
        name=_DEVICE,
        transformations=device_lines(),
    ),
)


BOARD: Final = Board(
    "battery",
    "Battery & grid",
    "Battery and grid of one plant: charge, power, energy per day, tariffs, phases.",
    (_NOW, _BATTERY, _MODES, GRID, METERS),
    ONE_METERED,
)
