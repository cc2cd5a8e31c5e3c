"""Strings: deviation, the weakest, current, voltage, energy per MPPT."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours
from collector.render.dashboards.conditions import INVERTER, equals
from collector.render.dashboards.live_queries import curve, devices
from collector.render.dashboards.panels import (
    GAUGE,
    KWH,
    PERCENT,
    column,
    history,
    join,
    row,
    series,
    split,
    table,
    thresholds,
)
from collector.render.dashboards.parts import FORTNIGHT
from collector.render.dashboards.period_queries import counted, summary
from collector.render.dashboards.query import Part

_BANDS: Final = thresholds(
    colours.FAULT,
    (-20, colours.MAJOR),
    (-10, colours.WARNING),
    (-5, colours.PALE),
    (-3, colours.NEUTRAL),
    (3, colours.NOTE),
)


NAMES: Final = devices("names", equals("device_type", "inverter"))


STRINGS = row(
    12,
    history(
        "String current against the inverter's median, 30 minutes",
        "Deviation of each string of the chosen inverter from the median of its strings, where that is above 1 A. A coloured line all day: "
        "dirt, shade, a fuse, a plug. All strings coloured for a moment: clouds.",
        14,
        [
            curve(
                "strings",
                "pv_string",
                [Part("dev", "dev_pct")],
                per=("string",),
                by=("string",),
                where=(INVERTER,),
                every="30m",
            )
        ],
        PERCENT,
        name="String ${__field.labels.string}",
        steps=_BANDS,
        transformations=(split("string"),),
    ),
    table(
        "Weakest strings, 7 days",
        "Mean and lowest deviation from the median of the inverter's strings. Below −10 % in the mean look at the string.",
        10,
        [
            NAMES,
            summary(
                "weak",
                "pv_string",
                {
                    "mean_pct": ("mean", "dev_pct"),
                    "lowest_pct": ("min", "dev_pct"),
                    "current_a": ("max", "current_a"),
                },
                ("device_id", "string"),
                within="7d",
            ),
        ],
        [
            column("device", "Inverter"),
            column("string", "String", width=80),
            column(
                "mean_pct",
                "Mean deviation",
                PERCENT,
                min=-30,
                max=0,
                decimals=1,
                custom__cellOptions=GAUGE,
                thresholds=thresholds(colours.FAULT, (-10, colours.WARNING), (-3, colours.GOOD)),
            ),
            column("lowest_pct", "Lowest", PERCENT, decimals=0, width=80),
            column("current_a", "Peak", "amp", decimals=1, width=80),
            column("plant", hidden=True),
            column("device_id", hidden=True),
        ],
        sort=(("Mean deviation", False),),
        transformations=join("device_id", "string", time=False),
    ),
)


DC = row(
    8,
    series(
        "String current",
        "Current of each string of the chosen inverter. Strings of one size and roof lie on one line.",
        8,
        [curve("strings", "pv_string", ["current_a"], per=("string",), by=("string",), where=(INVERTER,))],
        "amp",
        name="String ${__field.labels.string}",
        lowest=0,
        fill=0,
        transformations=(split("string"),),
    ),
    series(
        "String voltage",
        "Voltage of each string of the chosen inverter. Strings of one length lie on one line.",
        8,
        [curve("strings", "pv_string", ["voltage_v"], per=("string",), by=("string",), where=(INVERTER,))],
        "volt",
        name="String ${__field.labels.string}",
        fill=0,
        transformations=(split("string"),),
    ),
    series(
        "Energy per MPPT and day",
        "What the lifetime counter of each MPPT of the chosen inverter grew by, per plant-local day. The last 14 days.",
        8,
        [
            counted(
                "mppt", "pv_mppt", ["energy_kwh"], by=("mppt",), per=("device_id", "mppt"), where=(INVERTER,)
            )
        ],
        KWH,
        name="MPPT ${__field.labels.mppt}",
        bars=True,
        stacked=True,
        interval="1d",
        timeFrom=FORTNIGHT,
        hideTimeOverride=True,
        lowest=0,
        transformations=(split("mppt"),),
    ),
)
