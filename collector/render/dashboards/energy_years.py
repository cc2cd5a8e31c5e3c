"""The lower half of the board of energy and money: quality by month, and years beside each other."""

from __future__ import annotations

from typing import Any, Final

from collector.render.dashboards import colours, mappings
from collector.render.dashboards.event_queries import matrix
from collector.render.dashboards.panels import (
    ENERGY,
    KWH,
    PERCENT,
    TEXT,
    Panel,
    cell,
    column,
    date_label,
    dates,
    drop_time,
    row,
    table,
)
from collector.render.dashboards.period_queries import calendar, ratio

_MONTHS: Final = "760d"

QUALITY = row(
    8,
    dates(
        "Performance ratio per month",
        "Sum of yield / sum of theoretical yield, months with irradiation only.",
        8,
        [ratio("pr", "pv_plant_month", "yield_kwh", "theory_kwh", "pr_pct", span=_MONTHS)],
        PERCENT,
        label="MMM YY",
        colour=colours.GOOD,
        overrides=[column("pr_pct", "Performance ratio")],
        lowest=0,
        decimals=0,
    ),
    dates(
        "Autarky per month",
        "(Use − import) / use: how much of the consumption came from the plant.",
        8,
        [
            ratio(
                "autarky",
                "pv_plant_month",
                "use_kwh",
                "use_kwh",
                "autarky_pct",
                less="import_kwh",
                span=_MONTHS,
            )
        ],
        PERCENT,
        label="MMM YY",
        colour=colours.CHARGE,
        overrides=[column("autarky_pct", "Autarky")],
        lowest=0,
        decimals=0,
    ),
    dates(
        "Self-consumption per month",
        "(Yield − export) / yield: how much of the yield was used on site.",
        8,
        [
            ratio(
                "self",
                "pv_plant_month",
                "yield_kwh",
                "yield_kwh",
                "self_pct",
                less="export_kwh",
                span=_MONTHS,
            )
        ],
        PERCENT,
        label="MMM YY",
        colour=colours.CONSUMPTION,
        overrides=[column("self_pct", "Self-consumption")],
        lowest=0,
        decimals=0,
    ),
)


def _ranked(title: str, description: str, *, best: bool) -> Panel:
    rank: Any = {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": "yield_kwh", "desc": best}]}}
    return table(
        title,
        description,
        5,
        [calendar("days", "pv_plant_day", ["yield_kwh"], span="366d", until="24h")],
        [column("Time", "Date", TEXT), column("yield_kwh", "Yield", KWH, decimals=0)],
        transformations=(rank, {"id": "limit", "options": {"limitField": 12}}, date_label("D MMM YYYY")),
    )


MATRIX = row(
    14,
    table(
        "Yield by month and year",
        "All chosen plants together. Compare a month with the same month of other years.",
        14,
        [matrix()],
        [
            column(
                "month\\year", "Month", TEXT, mappings=[*mappings.MONTHS], custom__cellOptions=cell("auto")
            ),
        ],
        unit=ENERGY,
        sort=(("Month", False),),
        defaults={
            "color": {"mode": "continuous-blues"},
            "custom": {
                "align": "auto",
                "cellOptions": {"type": "color-background", "mode": "basic"},
                "inspect": False,
            },
        },
        transformations=(
            drop_time(),
            {
                "id": "groupingToMatrix",
                "options": {
                    "columnField": "year",
                    "rowField": "month",
                    "valueField": "yield_kwh",
                    "emptyValue": "null",
                },
            },
        ),
    ),
    _ranked("Best days of a year", "Highest yields of the last 366 days, without today.", best=True),
    _ranked(
        "Poorest days of a year",
        "Lowest yields of the last 366 days, without today: snow, clouds, or an outage.",
        best=False,
    ),
)
