"""The upper half of the board of the fleet: power, states, the table of the morning, the map."""

from __future__ import annotations

from typing import Any, Final

from collector.render.dashboards import colours, mappings
from collector.render.dashboards.board import link_to
from collector.render.dashboards.event_queries import in_class, plants_listed
from collector.render.dashboards.live_queries import curve, latest, plants, total
from collector.render.dashboards.panels import (
    AGO,
    BACKGROUND,
    COLOURED,
    COUNT,
    GAUGE,
    KW,
    KWH,
    KWP,
    PERCENT,
    SHARE,
    Panel,
    adding,
    binary,
    column,
    drop_time,
    merge,
    nothing,
    plant_lines,
    row,
    series,
    side_by_side,
    stat,
    table,
    thresholds,
    without,
)
from collector.render.dashboards.parts import to_plant
from collector.render.dashboards.query import FRESH, Part

_STATE: Final = column(
    "health_state",
    "State",
    width=140,
    custom__cellOptions=BACKGROUND,
    custom__align="left",
    mappings=[*mappings.HEALTH],
)


NOW = row(
    4,
    stat(
        "Power now",
        "Output of all inverters of the chosen plants, of the last 20 minutes. Silent plants are not in the sum.",
        4,
        [total("now", "pv_plant", ["power_kw"], within=FRESH)],
        KW,
        empty="No data for 20 min",
        decimals=1,
    ),
    stat(
        "Load factor",
        "Output per installed capacity of the plants that report: mean of kW / kWp.",
        4,
        [total("now", "pv_plant", ["power_kwp_ratio"], within=FRESH, fn="mean")],
        SHARE,
        decimals=0,
        empty="No data for 20 min",
    ),
    stat(
        "Installed",
        "Installed capacity of the chosen plants.",
        4,
        [total("capacity", "pv_plant_info", ["capacity_kwp"], within="")],
        KWP,
        colour="text",
        decimals=0,
    ),
    stat(
        "Plants by state",
        "As the vendor's cloud reports them, of the last 20 minutes. Silent: nothing for 20 minutes; violet in the table.",
        12,
        [
            in_class("healthy", "health_state", 3),
            in_class("faulty", "health_state", 2),
            in_class("disconnected", "health_state", 1),
            plants_listed(),
        ],
        COUNT,
        decimals=0,
        overrides=[
            column("healthy", "Healthy", colour=colours.GOOD),
            column("faulty", "Fault", colour=colours.FAULT),
            column("disconnected", "Disconnected", colour=colours.MAJOR),
            column("silent", "Silent", colour=colours.STALE),
            column("listed", "In all", colour="text"),
        ],
        transformations=(
            side_by_side(),
            adding("reporting", "healthy", "faulty", "disconnected"),
            binary("silent", "listed", "-", "reporting"),
            without("reporting"),
        ),
    ),
)


MORNING = row(
    9,
    table(
        "Plants, worst first",
        "Violet: nothing for 20 minutes. Load factor: kW per kWp. PR: yield / theoretical yield of 7 days. 7 d against 30: yield "
        "a day of the last 7 days against the plant's own last 30. Weakest string: today's current sum / median of its inverter's strings.",
        24,
        [
            latest("info", "pv_plant_info", ["name", "capacity_kwp"], ["plant_id"], rename={"name": "plant"}),
            latest(
                "fresh",
                "pv_plant",
                ["health_state", "power_kw", "today_yield_kwh", "power_kwp_ratio"],
                ["plant_id"],
                within=FRESH,
            ),
            latest("last", "pv_plant", ["total_yield_kwh"], ["plant_id"], within="30d", time=True),
            latest(
                "kpi",
                "pv_plant",
                ["pr_7d_pct", "yield_7d_delta_pct", "worst_string_ratio", "alarms_active"],
                ["plant_id"],
                within="30d",
            ),
        ],
        [
            column("plant", "Plant", custom__minWidth=150, links=to_plant()),
            _STATE,
            column("capacity_kwp", "Installed", KWP, decimals=0, width=100),
            column("power_kw", "Power", KW, decimals=1, width=100),
            column(
                "power_kwp_ratio",
                "Load factor",
                SHARE,
                width=190,
                min=0,
                max=1,
                decimals=0,
                custom__cellOptions=GAUGE,
                color={"mode": "fixed", "fixedColor": colours.PRODUCTION},
            ),
            column("today_yield_kwh", "Today", KWH, decimals=0, width=110),
            column(
                "pr_7d_pct",
                "PR 7 d",
                PERCENT,
                width=90,
                decimals=0,
                custom__cellOptions=COLOURED,
                thresholds=thresholds(colours.FAULT, (60, colours.WARNING), (75, colours.GOOD)),
                mappings=[nothing("–", colours.NIGHT)],
            ),
            column("yield_7d_delta_pct", "7 d against 30", PERCENT, width=125, decimals=1),
            column(
                "worst_string_ratio",
                "Weakest string",
                SHARE,
                width=130,
                decimals=0,
                custom__cellOptions=COLOURED,
                thresholds=thresholds(colours.FAULT, (0.8, colours.WARNING), (0.92, colours.GOOD)),
                mappings=[nothing("–", colours.NIGHT)],
            ),
            column(
                "alarms_active",
                "Alarms",
                COUNT,
                width=80,
                decimals=0,
                custom__cellOptions=COLOURED,
                thresholds=thresholds("text", (1, colours.FAULT)),
            ),
            column("Time", "Last data", AGO, width=140),
            column("plant_id", hidden=True),
        ],
        transformations=(drop_time("info", "fresh", "kpi"), merge()),
        drop=("total_yield_kwh",),
        sort=(("State", False), ("Load factor", False)),
    ),
)


def _map() -> Panel:
    """Where the plants are; the ground is Grafana's own file, no request leaves the machine."""
    ground: dict[str, Any] = {
        "type": "geojson",
        "name": "Countries",
        "config": {
            "src": "public/maps/countries.geojson",
            "rules": [],
            "style": {
                "color": {"fixed": "#8A94A0"},
                "opacity": 0.15,
                "lineWidth": 1,
                "size": {"fixed": 1},
                "symbol": {"fixed": "", "mode": "fixed"},
            },
        },
    }
    marks: dict[str, Any] = {
        "type": "markers",
        "name": "Plants",
        "tooltip": True,
        "location": {"mode": "coords", "latitude": "latitude", "longitude": "longitude"},
        "config": {
            "showLegend": False,
            "style": {
                "color": {"field": "State", "fixed": colours.STALE},
                "opacity": 0.8,
                "size": {"fixed": 8, "min": 4, "max": 15},
                "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
            },
        },
    }
    return Panel(
        "geomap",
        "Where they are",
        "Colour is the state: green healthy, red fault, orange disconnected, violet silent for 20 minutes.",
        9,
        (
            latest(
                "info",
                "pv_plant_info",
                ["name", "latitude", "longitude"],
                ["plant_id"],
                rename={"name": "plant"},
            ),
            latest("fresh", "pv_plant", ["health_state"], ["plant_id"], within=FRESH),
        ),
        "none",
        {
            "color": {"mode": "thresholds"},
            "thresholds": thresholds(
                colours.STALE, (1, colours.MAJOR), (2, colours.FAULT), (3, colours.GOOD)
            ),
        },
        (column("health_state", "State", mappings=[*mappings.HEALTH]), column("plant", "Plant")),
        {
            "view": {
                "id": "fit",
                "allLayers": False,
                "layer": "Plants",
                "padding": 30,
                "zoom": 5,
                "lat": 0,
                "lon": 0,
            },
            "basemap": ground,
            "layers": [marks],
            "controls": {"showZoom": True, "mouseWheelZoom": False, "showAttribution": False},
            "tooltip": {"mode": "details"},
        },
        (drop_time("info", "fresh"), merge()),
    )


WHERE = row(
    9,
    series(
        "Power by plant",
        "Output of all inverters, stacked by plant. A plant without a row counts as nothing: notches are missing rows. "
        "Click a line to open its plant.",
        15,
        [
            plants(),
            curve(
                "power",
                "pv_inverter",
                [Part("kw", "active_power_kw")],
                per=("plant_id", "device_id", "vendor"),
                by=("plant_id", "vendor"),
            ),
        ],
        KW,
        stacked=True,
        lowest=0,
        name="${__field.labels.plant}",
        interval="15m",
        transformations=plant_lines(),
        defaults={
            "links": [
                {"title": "Open the plant", "url": link_to("plant", "var-plant=${__field.labels.plant_id}")}
            ]
        },
    ),
    _map(),
)
