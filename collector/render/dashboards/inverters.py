"""Inverters and strings of one plant: states, comparison, strings that fall behind, grid."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours, mappings, variables
from collector.render.dashboards.board import Board
from collector.render.dashboards.conditions import equals
from collector.render.dashboards.event_queries import hours_in, moments
from collector.render.dashboards.live_queries import curve, devices
from collector.render.dashboards.panels import (
    KW,
    PERCENT,
    YIELD,
    bars,
    column,
    device_lines,
    drop_time,
    merge,
    row,
    series,
    split,
    states,
    table,
)
from collector.render.dashboards.parts import FORTNIGHT, ONE_PLANT
from collector.render.dashboards.period_queries import ratio
from collector.render.dashboards.query import DEVICE, Part
from collector.render.dashboards.strings import (
    DC,
    STRINGS,
)

_DEVICE: Final = "${__field.labels.device}"
_IS: Final = equals("device_type", "inverter")
_NAMES: Final = devices("names", _IS)

_STATES = row(
    7,
    states(
        "State of each inverter",
        "Gaps: nothing was received. Night and standby are grey; yellow is limited by the grid operator, orange by the inverter itself.",
        14,
        [
            _NAMES,
            curve(
                "state", "pv_inverter", [Part("state", "inverter_state")], per=DEVICE, by=DEVICE, fn="last"
            ),
        ],
        mappings.INVERTER,
        name=_DEVICE,
        transformations=device_lines(),
    ),
    bars(
        "Specific yield, last 7 days, lowest first",
        "Yield / installed capacity of each inverter, summed over 7 days. Inverters of one roof should be alike.",
        10,
        [
            _NAMES,
            ratio(
                "yield",
                "pv_device_day",
                "yield_kwh",
                "capacity_kwp",
                "specific",
                factor=1,
                span="7d",
                by=("device_id",),
                daily=False,
            ),
        ],
        YIELD,
        value="specific",
        label="device",
        decimals=2,
        transformations=(drop_time("names", "yield"), merge()),
    ),
)

_POWER = row(
    9,
    series(
        "AC power of each inverter",
        "Output of each inverter. Inverters of one size and roof lie on one line.",
        12,
        [_NAMES, curve("power", "pv_inverter", [Part("kw", "active_power_kw")], per=DEVICE, by=DEVICE)],
        KW,
        name=_DEVICE,
        lowest=0,
        fill=0,
        transformations=device_lines(),
    ),
    series(
        "DC power of each inverter",
        "Power from all strings of each inverter.",
        12,
        [_NAMES, curve("power", "pv_inverter", [Part("kw", "dc_power_kw")], per=DEVICE, by=DEVICE)],
        KW,
        name=_DEVICE,
        lowest=0,
        fill=0,
        transformations=device_lines(),
    ),
)


_LOSSES = row(
    8,
    series(
        "Hours limited or shut down per day",
        "Hours of all inverters together, counted as 5 minutes a row: limited by the grid operator (513), by the inverter itself (514), "
        "shut down (768 to 778). An upper bound for what was lost. The last 14 days.",
        8,
        [hours_in("limited", 513, 513), hours_in("derated", 514, 514), hours_in("shut", 768, 778)],
        "h",
        defaults={"noValue": "None seen in 14 days"},
        bars=True,
        stacked=True,
        interval="1d",
        timeFrom=FORTNIGHT,
        hideTimeOverride=True,
        lowest=0,
        overrides=[
            column("limited", "Limited by the grid", colour=colours.PALE),
            column("derated", "Self-derating", colour=colours.WARNING),
            column("shut", "Shut down", colour=colours.FAULT),
        ],
    ),
    series(
        "Efficiency",
        "DC to AC, as each inverter reports it. Low at dawn and dusk; compare inverters at noon.",
        8,
        [_NAMES, curve("efficiency", "pv_inverter", [Part("pct", "efficiency_pct")], per=DEVICE, by=DEVICE)],
        PERCENT,
        name=_DEVICE,
        fill=0,
        highest=100,
        transformations=device_lines(),
    ),
    series(
        "Temperature inside",
        "Above about 60 °C inverters derate; look at fans, dust and shade over the inverter.",
        8,
        [
            _NAMES,
            curve("temperature", "pv_inverter", [Part("degrees", "temperature_c")], per=DEVICE, by=DEVICE),
        ],
        "celsius",
        name=_DEVICE,
        fill=0,
        transformations=device_lines(),
    ),
)

_GRID = row(
    8,
    series(
        "Grid voltage of each phase",
        "Highest of all inverters' phases within each interval. Inverters must switch off above their country's limit (often 253 V): "
        "then ask the grid operator.",
        8,
        [
            curve(
                "volts",
                "pv_inverter",
                ["phase_a_v", "phase_b_v", "phase_c_v"],
                per=("plant_id",),
                by=("plant_id",),
                fn="max",
            )
        ],
        "volt",
        fill=0,
        overrides=[
            column("phase_a_v", "Phase A", colour=colours.PRODUCTION),
            column("phase_b_v", "Phase B", colour=colours.CONSUMPTION),
            column("phase_c_v", "Phase C", colour=colours.DISCHARGE),
        ],
        transformations=(split("plant_id"),),
    ),
    series(
        "Grid frequency and power factor",
        "Means of all inverters. Power factor on the right axis.",
        8,
        [
            curve(
                "grid",
                "pv_inverter",
                ["frequency_hz", "power_factor_ratio"],
                per=("plant_id",),
                by=("plant_id",),
            )
        ],
        "hertz",
        fill=0,
        overrides=[
            column("frequency_hz", "Frequency", colour=colours.CONSUMPTION),
            column(
                "power_factor_ratio",
                "Power factor",
                "none",
                colour=colours.DISCHARGE,
                custom__axisPlacement="right",
            ),
        ],
        transformations=(split("plant_id"),),
    ),
    table(
        "Last start and stop",
        "When each inverter last began and ended to feed in. An inverter that starts later than its neighbours deserves a look.",
        8,
        [_NAMES, moments("times", "pv_inverter", {"opened": "open_time_s", "closed": "close_time_s"}, "2d")],
        [
            column("device", "Inverter"),
            column("opened", "Started", "dateTimeAsIsoNoDateIfToday"),
            column("closed", "Stopped", "dateTimeAsIsoNoDateIfToday"),
            column("plant", hidden=True),
            column("device_id", hidden=True),
        ],
        transformations=(drop_time("names", "times"), merge()),
        sort=(("Started", True),),
    ),
)

BOARD: Final = Board(
    "inverters",
    "Inverters & strings",
    "Inverters and strings of one plant: states, comparison, weak strings, grid.",
    (_STATES, _POWER, STRINGS, DC, _LOSSES, _GRID),
    (*ONE_PLANT, variables.inverter),
)
