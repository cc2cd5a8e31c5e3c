"""The first page: is all well, what is wrong and what to do, and where to look next."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours, mappings
from collector.render.dashboards.board import TAG, Board
from collector.render.dashboards.conditions import ACCOUNT
from collector.render.dashboards.event_queries import open_in_all, without_access
from collector.render.dashboards.live_queries import curve, total
from collector.render.dashboards.panels import (
    COUNT,
    DURATION,
    ENERGY,
    KW,
    Panel,
    column,
    nothing,
    row,
    series,
    stat,
    table,
    thresholds,
)
from collector.render.dashboards.parts import MANY_PLANTS, fault_table, history_table, to_plant
from collector.render.dashboards.query import FRESH, Part


def _boards() -> Panel:
    """A list of the other boards of the set; the tag is put in when the language is known."""
    options = {
        "showSearch": True,
        "showStarred": False,
        "showRecentlyViewed": False,
        "showHeadings": False,
        "tags": [TAG],
        "includeVars": True,
        "keepTime": False,
        "maxItems": 20,
        "query": "",
    }
    return Panel("dashlist", "Boards", "All boards of this set.", 5, options=options)


_NOW = row(
    4,
    stat(
        "Power now",
        "Output of all inverters, of the last 20 minutes.",
        6,
        [total("now", "pv_plant", ["power_kw"], within=FRESH)],
        KW,
        empty="No data for 20 min",
        decimals=1,
    ),
    stat(
        "Yield today",
        "Of all plants, since each plant's own midnight.",
        6,
        [total("today", "pv_plant", ["today_yield_kwh"], within=FRESH)],
        ENERGY,
    ),
    stat(
        "Open alarms",
        "In the vendors' alarm lists, of all chosen plants.",
        6,
        [open_in_all()],
        COUNT,
        decimals=0,
        empty="None",
        empty_colour=colours.GOOD,
        defaults={
            "color": {"mode": "thresholds"},
            "thresholds": thresholds(colours.GOOD, (1, colours.FAULT)),
        },
    ),
    stat(
        "History ready in",
        "How long the filling of history still takes at the pace that the vendors allow.",
        6,
        [
            total(
                "eta",
                "collector_job",
                ["eta_s"],
                within="1d",
                per=("account", "interface"),
                where=(ACCOUNT,),
                fn="max",
            )
        ],
        DURATION,
        colour="text",
        decimals=0,
        empty="Not told today",
        defaults={"mappings": [*mappings.DONE, nothing("Not told today", colours.NIGHT)]},
    ),
)

_WRONG = row(5, fault_table(24))

_REST = row(
    12,
    series(
        "Power, last 24 hours",
        "Output of all inverters together. Gaps of more than 15 minutes stay open.",
        9,
        [curve("power", "pv_inverter", [Part("kw", "active_power_kw")], per=("plant_id", "device_id"))],
        KW,
        lowest=0,
        fill=30,
        overrides=[column("kw", "Power", colour=colours.PRODUCTION)],
        legend="hidden",
    ),
    table(
        "Plants whose data may not be read",
        "The cloud knows the plant but gives no data: why, since when, and what the owner must click.",
        10,
        [without_access()],
        [
            column("plant", "Plant", width=140, links=to_plant()),
            column("access", "Why", custom__minWidth=260),
            column("account", "Account", width=90),
            column("plant_id", hidden=True),
        ],
        drop=("Time",),
        empty="All plants can be read.",
    ),
    _boards(),
)

_HISTORY = row(7, history_table(24))

BOARD: Final = Board(
    "home",
    "Solar home",
    "Is all well? What is wrong and what to do, and where to look next.",
    (_NOW, _WRONG, _REST, _HISTORY),
    MANY_PLANTS,
    start="now-24h",
    stop="now",
)
