"""Data completeness: what is held of what there should be, how far history has come, whether numbers agree."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours, mappings
from collector.render.dashboards.board import Board
from collector.render.dashboards.conditions import ACCOUNT
from collector.render.dashboards.event_queries import first_row
from collector.render.dashboards.live_queries import curve, plants, total
from collector.render.dashboards.panels import (
    COUNT,
    DURATION,
    ENERGY,
    GAUGE,
    PERCENT,
    SECONDS,
    SHARE,
    column,
    dates,
    join,
    nothing,
    plant_lines,
    row,
    series,
    stat,
    table,
    thresholds,
)
from collector.render.dashboards.parts import COMPLETE, MANY_PLANTS, completeness, history_table, to_plant
from collector.render.dashboards.period_queries import calendar, ratio, summary
from collector.render.dashboards.query import Part

_NOW = row(
    4,
    stat(
        "Held of yesterday",
        "Readings received of those that there should be, of all chosen plants together.",
        6,
        [ratio("day", "collector_coverage", "received", "expected", "pct", span="48h", until="24h")],
        PERCENT,
        fields="/^pct$/",
        defaults={"color": {"mode": "thresholds"}, "thresholds": COMPLETE},
        decimals=1,
    ),
    stat(
        "Held of 30 days",
        "The same for the last 30 days.",
        6,
        [
            ratio(
                "month",
                "collector_coverage",
                "received",
                "expected",
                "pct",
                span="30d",
                until="24h",
                by=("account",),
                daily=False,
            )
        ],
        PERCENT,
        fields="/^pct$/",
        calc="mean",
        defaults={"color": {"mode": "thresholds"}, "thresholds": COMPLETE},
        decimals=1,
    ),
    stat(
        "History ready in",
        "The longest of all jobs at the pace that the quota allows; live readings come first.",
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
    stat(
        "Periods of history",
        "Fetched of those to fetch, of all jobs.",
        6,
        [
            total(
                "jobs",
                "collector_job",
                ["done", "total"],
                within="1d",
                per=("account", "interface"),
                where=(ACCOUNT,),
            )
        ],
        COUNT,
        overrides=[column("done", "Done", colour=colours.GOOD), column("total", "In all", colour="text")],
        empty="Not told today",
        decimals=0,
    ),
)

_MAP = row(
    9,
    completeness(
        24,
        "Readings received of those that there should be, per day: green from 99 %, amber from 90 %, red below. A column of red: "
        "the collector or its network was down. A row of red: the plant.",
        span="31d",
        show="auto",
    ),
)

_TABLES = row(
    9,
    table(
        "Gaps of 30 days, most first",
        "What is missing per plant. The collector repairs gaps by itself as far as the vendor still has the data.",
        12,
        [
            plants(),
            summary(
                "gaps",
                "collector_coverage",
                {"received": ("sum", "received"), "expected": ("sum", "expected")},
                ("plant_id", "account"),
                within="30d",
            ),
        ],
        [
            column("plant", "Plant", custom__minWidth=150, links=to_plant()),
            column("missing", "Missing", COUNT, decimals=0, width=90),
            column("received", "Held", COUNT, decimals=0, width=90),
            column("expected", "Expected", COUNT, decimals=0, width=90),
            column(
                "held",
                "Share",
                SHARE,
                decimals=1,
                min=0,
                max=1,
                thresholds=thresholds(colours.FAULT, (0.9, colours.WARNING), (0.99, colours.GOOD)),
                custom__cellOptions=GAUGE,
            ),
            column("account", "Account", width=90),
            column("plant_id", hidden=True),
        ],
        sort=(("Missing", True),),
        transformations=(
            *join("plant_id", "account", time=False),
            {
                "id": "calculateField",
                "options": {
                    "mode": "binary",
                    "alias": "missing",
                    "binary": {"left": "expected", "operator": "-", "right": "received"},
                    "replaceFields": False,
                },
            },
            {
                "id": "calculateField",
                "options": {
                    "mode": "binary",
                    "alias": "held",
                    "binary": {"left": "received", "operator": "/", "right": "expected"},
                    "replaceFields": False,
                },
            },
        ),
    ),
    history_table(12),
)

_AGES = row(
    9,
    series(
        "Age of the newest reading",
        "Of each plant's devices, when it was written. 5 to 10 minutes are usual; a staircase is a silent data logger.",
        12,
        [
            plants(),
            curve(
                "age",
                "pv_plant",
                [Part("age", "data_age_s")],
                per=("plant_id", "vendor"),
                by=("plant_id", "vendor"),
                fn="max",
            ),
        ],
        SECONDS,
        name="${__field.labels.plant}",
        lowest=0,
        fill=0,
        interval="15m",
        transformations=plant_lines(),
    ),
    table(
        "How far back readings reach",
        "The oldest day of each plant that is held.",
        12,
        [plants(), first_row("days", "pv_plant_day", "yield_kwh", "first_day")],
        [
            column("plant", "Plant", custom__minWidth=150, links=to_plant()),
            column("Time", "Oldest day", "time:D MMM YYYY"),
            column("Time pv_plant_day", "Oldest day", "time:D MMM YYYY"),
            column("first_day", "Yield of it", "suffix:kWh", decimals=1),
            column("plant_id", hidden=True),
        ],
        sort=(("Oldest day", True),),
        transformations=join("plant_id", "first_day"),
    ),
)

_CHECK = row(
    8,
    dates(
        "Do plant and inverters agree?",
        "The plants' day rows beside the sum of their inverters' day rows. Much apart: an inverter is missing, or a unit is wrong. With a "
        "battery behind the inverter a difference is usual.",
        24,
        [
            calendar("plant", "pv_plant_day", [Part("plant_kwh", "yield_kwh")], span="31d"),
            calendar("devices", "pv_device_day", [Part("devices_kwh", "yield_kwh")], span="31d"),
        ],
        ENERGY,
        lowest=0,
        overrides=[
            column("plant_kwh", "Plants", colour=colours.PRODUCTION),
            column("devices_kwh", "Sum of inverters", colour=colours.CONSUMPTION),
        ],
        transformations=({"id": "joinByField", "options": {"byField": "Time", "mode": "outer"}},),
    ),
)

BOARD: Final = Board(
    "completeness",
    "Data completeness",
    "What is held of what there should be, gaps, history, and whether numbers agree.",
    (_NOW, _MAP, _TABLES, _AGES, _CHECK),
    MANY_PLANTS,
    start="now-2d",
    stop="now",
    zone="utc",
)
