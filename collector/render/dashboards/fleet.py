"""All plants: what they do now, which one needs somebody, and how the fleet has done."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours, mappings, variables
from collector.render.dashboards.board import Board
from collector.render.dashboards.event_queries import open_count, raised_per_day
from collector.render.dashboards.fleet_now import (
    MORNING,
    NOW,
    WHERE,
)
from collector.render.dashboards.live_queries import plants, total
from collector.render.dashboards.panels import (
    COUNT,
    ENERGY,
    MONEY,
    YIELD,
    bars,
    column,
    dates,
    drop_time,
    merge,
    row,
    stat,
)
from collector.render.dashboards.parts import MANY_PLANTS
from collector.render.dashboards.period_queries import both, calendar, ratio
from collector.render.dashboards.query import FRESH

_SEVERITIES: Final = [
    column(name, text, colour=colour) for name, (text, colour) in mappings.SEVERITIES.items()
]


_ENERGY = row(
    4,
    stat(
        "Yield today",
        "Since each plant's own midnight.",
        4,
        [total("today", "pv_plant", ["today_yield_kwh"], within=FRESH)],
        ENERGY,
    ),
    stat(
        "Yield this month",
        "Months so far.",
        4,
        [total("month", "pv_plant_month", ["yield_kwh"], within="32d")],
        ENERGY,
    ),
    stat(
        "Yield this year",
        "Years so far.",
        4,
        [total("year", "pv_plant_year", ["yield_kwh"], within="367d")],
        ENERGY,
    ),
    stat(
        "Yield, lifetime",
        "Sum of the plants' own counters.",
        4,
        [total("life", "pv_plant", ["total_yield_kwh"], within="30d")],
        ENERGY,
    ),
    stat(
        "Income today ${currency:csv}",
        "As the vendor's portal computes it, in the currency that is set there. More than one currency in the title: choose plants of one.",
        4,
        [total("income", "pv_plant", ["day_income_cur"], within=FRESH)],
        MONEY,
        colour=colours.GOOD,
        decimals=2,
    ),
    stat(
        "Income this month ${currency:csv}",
        "Months so far, as the vendor's portal computes them.",
        4,
        [total("income", "pv_plant_month", ["income_cur"], within="32d")],
        MONEY,
        colour=colours.GOOD,
        decimals=0,
    ),
)


_DAYS = row(
    8,
    dates(
        "Yield per day",
        "All chosen plants together, by plant-local date; today is not complete.",
        12,
        [calendar("days", "pv_plant_day", ["yield_kwh"], span="31d")],
        ENERGY,
        overrides=[column("yield_kwh", "Yield")],
        lowest=0,
    ),
    bars(
        "Specific yield yesterday, lowest first",
        "Yield / installed capacity of yesterday, in kWh per kWp: plants of one place should be alike.",
        12,
        [
            plants(),
            ratio(
                "yield",
                "pv_plant_day",
                "yield_kwh",
                "capacity_kwp",
                "specific",
                factor=1,
                span="48h",
                until="24h",
                by=("plant_id", "vendor"),
                daily=False,
            ),
        ],
        YIELD,
        value="specific",
        label="plant",
        decimals=2,
        transformations=(drop_time("names", "yield"), merge()),
    ),
)

_PLAN = row(
    8,
    dates(
        "Theoretical and real yield per month",
        "Of plants that have a source of irradiation. Theoretical yield is installed capacity × irradiation.",
        12,
        [both("months", "pv_plant_month", "theory_kwh", "yield_kwh", span="760d")],
        ENERGY,
        label="MMM YY",
        lowest=0,
        overrides=[
            column("theory_kwh", "Theoretical", colour=colours.EXPECTED),
            column("yield_kwh", "Yield", colour=colours.PRODUCTION),
        ],
    ),
    stat(
        "Open alarms",
        "Alarms in the vendors' lists, by severity. No number: none. See the board of alarms for causes and mends.",
        4,
        [open_count(name) for name in mappings.SEVERITIES],
        COUNT,
        overrides=_SEVERITIES,
        empty="None",
        empty_colour=colours.GOOD,
        decimals=0,
    ),
    dates(
        "Alarms raised per day",
        "By severity, days in UTC.",
        8,
        [raised_per_day(name) for name in mappings.SEVERITIES],
        COUNT,
        stacked=True,
        lowest=0,
        soft_highest=4,
        overrides=_SEVERITIES,
        transformations=({"id": "joinByField", "options": {"byField": "Time", "mode": "outer"}},),
        decimals=0,
    ),
)

BOARD: Final = Board(
    "fleet",
    "Fleet overview",
    "All plants: power now, states, which plant needs somebody, and how the fleet has done.",
    (NOW, MORNING, WHERE, _ENERGY, _DAYS, _PLAN),
    (*MANY_PLANTS, variables.currency),
)
