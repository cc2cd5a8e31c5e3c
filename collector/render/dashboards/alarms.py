"""Alarms: what is open, since when, what to do; what comes back again and again."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours, mappings
from collector.render.dashboards.board import Board
from collector.render.dashboards.conditions import matches
from collector.render.dashboards.event_queries import alarm_names, alarms_query, open_count, raised_per_day
from collector.render.dashboards.live_queries import curve, devices, latest
from collector.render.dashboards.panels import (
    AGO,
    BACKGROUND,
    COUNT,
    DURATION,
    bars,
    column,
    dates,
    device_lines,
    join,
    row,
    stat,
    states,
    table,
)
from collector.render.dashboards.parts import MANY_PLANTS, open_alarms, to_plant
from collector.render.dashboards.period_queries import summary
from collector.render.dashboards.query import DEVICE, Part

_SEVERITIES: Final = [
    column(name, text, colour=colour) for name, (text, colour) in mappings.SEVERITIES.items()
]
_POLL: Final = matches("interface", ("getAlarmList", "alarmList"))

_NOW = row(
    4,
    stat(
        "Open alarms",
        "Alarms in the vendors' lists, by severity. No number: none.",
        12,
        [open_count(name) for name in mappings.SEVERITIES],
        COUNT,
        overrides=_SEVERITIES,
        empty="None",
        empty_colour=colours.GOOD,
        decimals=0,
    ),
    stat(
        "Mean time open",
        "Of alarms raised in the time range that have ended: from raised to the first complete list without them.",
        6,
        [summary("open", "pv_alarm", {"duration_s": ("mean", "duration_s")}, ())],
        DURATION,
        colour="text",
        decimals=0,
    ),
    stat(
        "Lists last read",
        "When the alarm lists were last asked for. Old: then no alarm means nothing.",
        6,
        [latest("poll", "collector_api", ["calls"], ["account", "interface"], where=(_POLL,), time=True)],
        AGO,
        colour="text",
        fields="/^Time$/",
        calc="max",
    ),
)

_OPEN = row(
    9,
    open_alarms(
        24,
        "Most severe first. Click a cell to read a long text. The list comes from the vendor's cloud; an alarm closes when a "
        "complete list comes without it.",
    ),
)

_COUNTS = row(
    8,
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
    bars(
        "Most frequent alarms, 30 days",
        "How often each alarm was raised.",
        8,
        [
            alarm_names(),
            summary("codes", "pv_alarm", {"raised": ("count", "active")}, ("alarm_id",), within="30d"),
        ],
        COUNT,
        value="raised",
        label="alarm",
        sort_down=True,
        limit=12,
        colour=colours.MAJOR,
        decimals=0,
        transformations=join("alarm_id", "raised", time=False),
    ),
    bars(
        "Devices with most alarms, 30 days",
        "How many alarms each device raised.",
        8,
        [
            devices(),
            summary(
                "devices",
                "pv_alarm",
                {"raised": ("count", "active")},
                ("device_id", "plant_id"),
                within="30d",
            ),
        ],
        COUNT,
        value="raised",
        label="device",
        of="plant",
        sort_down=True,
        limit=12,
        colour=colours.MAJOR,
        decimals=0,
        transformations=join("device_id", "plant_id", time=False),
    ),
)

_PAST = row(
    9,
    table(
        "Alarms raised in this range",
        "Open and closed, newest first, with the time that they were open.",
        14,
        [devices(), alarms_query()],
        [
            column("Time", "Raised", AGO, width=120),
            column("Time pv_alarm", "Raised", AGO, width=120),
            column(
                "severity",
                "Severity",
                width=90,
                custom__cellOptions=BACKGROUND,
                custom__align="left",
                mappings=[*mappings.SEVERITY],
            ),
            column(
                "active",
                "State",
                width=80,
                custom__cellOptions={"type": "color-text"},
                custom__align="left",
                mappings=[*mappings.OPEN],
            ),
            column("plant", "Plant", custom__minWidth=120, links=to_plant()),
            column("device", "Device", custom__minWidth=120),
            column("alarm", "Alarm", custom__minWidth=120),
            column("duration_s", "Open for", DURATION, width=90),
            column("alarm_id", "Code", width=80),
            column("plant_id", hidden=True),
            column("device_id", hidden=True),
        ],
        drop=("cause", "repair"),
        sort=(("Raised", True),),
        transformations=join("device_id", "alarm_id"),
    ),
    table(
        "Coming back: alarms of 7 days",
        "How often the same alarm of the same device was raised within 7 days; three times or more needs somebody on site.",
        10,
        [
            devices(),
            summary(
                "again", "pv_alarm", {"raised": ("count", "active")}, ("device_id", "alarm_id"), within="7d"
            ),
        ],
        [
            column("raised", "Times", COUNT, decimals=0, width=80),
            column("alarm_id", "Code", width=90),
            column("device", "Device", custom__minWidth=120),
            column("plant", "Plant", custom__minWidth=120),
            column("device_id", hidden=True),
        ],
        sort=(("Times", True),),
        transformations=join("device_id", "alarm_id", time=False),
    ),
)

_LINE = row(
    8,
    states(
        "Inverter states meanwhile",
        "What the inverters did meanwhile.",
        24,
        [
            devices(),
            curve(
                "state", "pv_inverter", [Part("state", "inverter_state")], per=DEVICE, by=DEVICE, fn="last"
            ),
        ],
        mappings.INVERTER,
        name="${__field.labels.plant} · ${__field.labels.device}",
        interval="15m",
        transformations=device_lines(),
    ),
)

BOARD: Final = Board(
    "alarms",
    "Alarms",
    "Open alarms with cause and mend, how often they come, and whether the lists are read at all.",
    (_NOW, _OPEN, _COUNTS, _PAST, _LINE),
    MANY_PLANTS,
    start="now-7d",
    stop="now",
)
