"""Energy and money: days, months and years, where the energy went, what it earned."""

from __future__ import annotations

from typing import Any, Final

from collector.render.dashboards import colours, variables
from collector.render.dashboards.board import Board
from collector.render.dashboards.energy_years import (
    MATRIX,
    QUALITY,
)
from collector.render.dashboards.event_queries import running_sum
from collector.render.dashboards.live_queries import total
from collector.render.dashboards.panels import (
    ENERGY,
    MONEY,
    YIELD,
    Panel,
    column,
    dates,
    row,
    stat,
)
from collector.render.dashboards.parts import MANY_PLANTS
from collector.render.dashboards.period_queries import calendar, ratio
from collector.render.dashboards.query import Part

_DAYS: Final = "$days"
_MONTHS: Final = "760d"
_YEARS: Final = "7300d"
_USE: Final = (
    Part("self_use_kwh", "self_use_kwh"),
    Part("export_kwh", "export_kwh"),
    Part("import_kwh", "import_kwh", down=True),
)
_USES: Final = [
    column("self_use_kwh", "Self-use", colour=colours.CHARGE),
    column("export_kwh", "Export", colour=colours.EXPORT),
    column("import_kwh", "Import", colour=colours.IMPORT),
]


def _sum(  # noqa: PLR0917  a row of a table
    title: str, description: str, measurement: str, field: str, within: str, unit: str, colour: str
) -> Panel:
    return stat(
        title,
        description,
        4,
        [total("sum", measurement, [field], within=within)],
        unit,
        colour=colour,
        decimals=0 if unit == MONEY else None,
    )


_NOW = row(
    4,
    _sum(
        "Yield this month", "Months so far.", "pv_plant_month", "yield_kwh", "32d", ENERGY, colours.PRODUCTION
    ),
    _sum(
        "Yield this year", "Years so far.", "pv_plant_year", "yield_kwh", "367d", ENERGY, colours.PRODUCTION
    ),
    _sum(
        "Income this month ${currency:csv}",
        "Months so far, as the vendor's portal computes them.",
        "pv_plant_month",
        "income_cur",
        "32d",
        MONEY,
        colours.GOOD,
    ),
    _sum(
        "Income this year ${currency:csv}",
        "Years so far, as the vendor's portal computes them.",
        "pv_plant_year",
        "income_cur",
        "367d",
        MONEY,
        colours.GOOD,
    ),
    stat(
        "The last 365 days, and the 365 before",
        "Sums of day rows. The second is smaller while history is still being filled: see the board of completeness.",
        8,
        [
            calendar("year", "pv_plant_day", [Part("year_kwh", "yield_kwh")], span="365d"),
            calendar("before", "pv_plant_day", [Part("before_kwh", "yield_kwh")], span="730d", until="365d"),
        ],
        ENERGY,
        calc="sum",
        overrides=[
            column("year_kwh", "365 days", colour=colours.PRODUCTION),
            column("before_kwh", "365 before", colour=colours.EXPECTED),
        ],
    ),
)

_BARS = row(
    9,
    dates(
        "Yield per day",
        "By plant-local date; today is not complete. How many days is chosen above.",
        12,
        [calendar("days", "pv_plant_day", ["yield_kwh"], span=_DAYS)],
        ENERGY,
        overrides=[column("yield_kwh", "Yield")],
        lowest=0,
    ),
    dates(
        "Where the energy went, per day",
        "Self-use + export = yield; import below zero. Needs a meter.",
        12,
        [calendar("days", "pv_plant_day", _USE, span=_DAYS)],
        ENERGY,
        stacked=True,
        overrides=_USES,
    ),
)

_MONTHLY = row(
    9,
    dates(
        "Yield per month",
        "The last two years; this month is not complete.",
        9,
        [calendar("months", "pv_plant_month", ["yield_kwh"], span=_MONTHS)],
        ENERGY,
        label="MMM YY",
        overrides=[column("yield_kwh", "Yield")],
        lowest=0,
    ),
    dates(
        "Where the energy went, per month",
        "Self-use + export = yield; import below zero. Needs a meter.",
        9,
        [calendar("months", "pv_plant_month", _USE, span=_MONTHS)],
        ENERGY,
        label="MMM YY",
        stacked=True,
        overrides=_USES,
    ),
    dates(
        "Yield per year",
        "This year is not complete.",
        6,
        [calendar("years", "pv_plant_year", ["yield_kwh"], span=_YEARS)],
        ENERGY,
        label="YYYY",
        spacing=40,
        overrides=[column("yield_kwh", "Yield")],
        lowest=0,
    ),
)

_MONEY = row(
    8,
    dates(
        "Income per month ${currency:csv}",
        "As the vendor's portal computes it, with the prices and the currency set there.",
        9,
        [calendar("months", "pv_plant_month", ["income_cur"], span=_MONTHS)],
        MONEY,
        label="MMM YY",
        colour=colours.GOOD,
        overrides=[column("income_cur", "Income")],
        lowest=0,
    ),
    dates(
        "Income since the beginning ${currency:csv}",
        "Month by month added up: compare with what the plant has cost.",
        9,
        [running_sum("sum", "pv_plant_month", "income_cur", "paid_cur", _YEARS)],
        MONEY,
        label="MMM YY",
        colour=colours.GOOD,
        overrides=[column("paid_cur", "Income so far")],
        lowest=0,
    ),
    dates(
        "Specific yield per year",
        "Yield / installed capacity: comparable between plants and years. A slow fall of about half a percent a year is usual.",
        6,
        [ratio("years", "pv_plant_year", "yield_kwh", "capacity_kwp", "specific", factor=1, span=_YEARS)],
        YIELD,
        label="YYYY",
        spacing=40,
        overrides=[column("specific", "Specific yield")],
        lowest=0,
    ),
)


def _days(_language: object) -> dict[str, Any]:
    return variables.choice(
        "days", "Days shown", {"31 days": "31d", "92 days": "92d", "366 days": "366d"}, "31d"
    )


BOARD: Final = Board(
    "energy",
    "Energy & money",
    "Yield per day, month and year, where the energy went, income, performance, the same months of other years.",
    (_NOW, _BARS, _MONTHLY, _MONEY, QUALITY, MATRIX),
    (*MANY_PLANTS, variables.currency, _days),
    start="now-31d",
    stop="now",
    zone="utc",
)
