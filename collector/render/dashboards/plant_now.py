"""The upper half of the board of a plant: what it is, what it does now, and today's curves."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours, mappings
from collector.render.dashboards.live_queries import curve, latest, total
from collector.render.dashboards.panels import (
    AGO,
    BACKGROUND,
    KW,
    KWH,
    KWP,
    PERCENT,
    TEXT,
    column,
    drop_time,
    frame,
    merge,
    row,
    series,
    stat,
    table,
)
from collector.render.dashboards.query import FRESH, Part

_EXPORT: Final = Part("export_kw", "grid_power_kw", 1)


_IMPORT: Final = Part("import_kw", "grid_power_kw", -1)


_CHARGE: Final = Part("charge_kw", "battery_power_kw", 1)


_DISCHARGE: Final = Part("discharge_kw", "battery_power_kw", -1)


_YESTERDAY: Final = "yesterday"


def _ghost() -> tuple[dict[str, object], ...]:
    """Moves yesterday's rows a day on, beside today's."""
    steps = (
        (
            "convertFieldType",
            {"fields": {}, "conversions": [{"targetField": "Time", "destinationType": "number"}]},
        ),
        (
            "calculateField",
            {
                "mode": "binary",
                "alias": "shifted",
                "binary": {"left": "Time", "operator": "+", "right": "86400000"},
                "replaceFields": False,
            },
        ),
        (
            "organize",
            {
                "excludeByName": {"Time": True},
                "indexByName": {"shifted": 0, "yesterday_kw": 1},
                "renameByName": {},
            },
        ),
        (
            "convertFieldType",
            {"fields": {}, "conversions": [{"targetField": "shifted", "destinationType": "time"}]},
        ),
    )
    return tuple(
        {"id": name, "filter": {"id": "byRefId", "options": _YESTERDAY}, "options": options}
        for name, options in steps
    )


HEADER = row(
    4,
    table(
        "Plant",
        "What the plant is and how it is. State as the vendor's cloud reports it; violet means that nothing was written for 20 minutes.",
        24,
        [
            latest(
                "info",
                "pv_plant_info",
                ["name", "capacity_kwp", "tz", "group", "access"],
                ["plant_id"],
                rename={"name": "plant"},
            ),
            latest("fresh", "pv_plant", ["health_state"], ["plant_id"], within=FRESH),
            latest("last", "pv_plant", ["total_yield_kwh"], ["plant_id"], within="30d", time=True),
        ],
        [
            column("plant", "Plant"),
            column(
                "health_state",
                "State",
                width=150,
                custom__cellOptions=BACKGROUND,
                custom__align="left",
                mappings=list(mappings.HEALTH),
            ),
            column("capacity_kwp", "Installed", KWP),
            column("total_yield_kwh", "Lifetime", KWH, decimals=0),
            column("Time", "Last data", AGO),
            column("tz", "Time zone", TEXT),
            column("group", "Group", TEXT),
            column("access", "Access", TEXT),
            column("plant_id", hidden=True),
        ],
        transformations=(drop_time("info", "fresh"), merge()),
    ),
)


NOW = row(
    4,
    stat(
        "Now",
        "Power of the last 20 minutes. Solar is what the strings give; consumption = solar − export + import − charging + discharging. "
        "Import, export and consumption need a meter.",
        14,
        [total("now", "pv_plant", ["pv_power_kw", "load_power_kw", _IMPORT, _EXPORT], within=FRESH)],
        KW,
        tiles=True,
        decimals=1,
        empty="No data for 20 min",
        overrides=[
            column("pv_power_kw", "Solar", colour=colours.PRODUCTION),
            column("load_power_kw", "Consumption", colour=colours.CONSUMPTION),
            column("import_kw", "Import", colour=colours.IMPORT),
            column("export_kw", "Export", colour=colours.EXPORT),
        ],
    ),
    stat(
        "Battery now",
        "Power of all batteries and their mean state of charge, of the last 20 minutes. Empty without a battery.",
        10,
        [
            total("power", "pv_plant", [_CHARGE, _DISCHARGE], within=FRESH),
            total(
                "charge",
                "pv_battery",
                ["battery_soc_pct"],
                within=FRESH,
                per=("plant_id", "device_id"),
                fn="mean",
            ),
        ],
        KW,
        colour=colours.NIGHT,
        tiles=True,
        decimals=1,
        empty="No battery data",
        overrides=[
            column("charge_kw", "Charging", colour=colours.CHARGE),
            column("discharge_kw", "Discharging", colour=colours.DISCHARGE),
            column("battery_soc_pct", "State of charge", PERCENT, colour=colours.NIGHT, decimals=0),
        ],
    ),
)


CURVES = row(
    9,
    series(
        "Power, and a day before",
        "Output of all inverters; dashed: the same hours a day before. Gaps of more than 15 minutes stay open.",
        12,
        [
            curve(
                "today", "pv_inverter", [Part("today_kw", "active_power_kw")], per=("plant_id", "device_id")
            ),
            curve(
                _YESTERDAY,
                "pv_inverter",
                [Part("yesterday_kw", "active_power_kw")],
                per=("plant_id", "device_id"),
                day_before=True,
            ),
        ],
        KW,
        lowest=0,
        fill=30,
        overrides=[
            column("today_kw", "Power", colour=colours.PRODUCTION),
            frame(
                _YESTERDAY,
                displayName="A day before",
                color={"mode": "fixed", "fixedColor": colours.EXPECTED},
                custom__lineStyle={"fill": "dash", "dash": [6, 6]},
                custom__fillOpacity=0,
            ),
        ],
        transformations=_ghost(),
    ),
    series(
        "Where it came from and went",
        "Above zero what comes in: solar, import, discharging. Below zero what goes out: consumption, export, charging. "
        "Both sides are equal at every moment, but for losses.",
        12,
        [
            curve(
                "flow",
                "pv_plant",
                [
                    "pv_power_kw",
                    _IMPORT,
                    _DISCHARGE,
                    Part("load_kw", "load_power_kw", down=True),
                    Part("export_kw", "grid_power_kw", 1, down=True),
                    Part("charge_kw", "battery_power_kw", 1, down=True),
                ],
            )
        ],
        KW,
        stacked=True,
        line=0,
        overrides=[
            column("pv_power_kw", "Solar", colour=colours.PRODUCTION),
            column("import_kw", "Import", colour=colours.IMPORT),
            column("discharge_kw", "Discharging", colour=colours.DISCHARGE),
            column("load_kw", "Consumption", colour=colours.CONSUMPTION),
            column("export_kw", "Export", colour=colours.EXPORT),
            column("charge_kw", "Charging", colour=colours.CHARGE),
        ],
    ),
)
