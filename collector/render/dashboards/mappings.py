"""States in the words of a plant owner, with their colours; the numbers are the catalogue's."""

from __future__ import annotations

from typing import Any, Final

from collector.render.dashboards import colours
from collector.render.dashboards.panels import mapping, nothing, span

Json = dict[str, Any]

HEALTH: Final[tuple[Json, ...]] = (
    mapping(
        {
            "3": ("Healthy", colours.GOOD),
            "2": ("Fault", colours.FAULT),
            "1": ("Disconnected", colours.MAJOR),
        }
    ),
    nothing("No recent data", colours.STALE),
)

INVERTER: Final[tuple[Json, ...]] = (
    span(0, 3, "Standby", colours.NIGHT),
    mapping(
        {
            "256": ("Starting", colours.EXPORT),
            "512": ("Running", colours.GOOD),
            "513": ("Power limited", colours.PALE),
            "514": ("Self-derating", colours.WARNING),
            "515": ("Off-grid", colours.CONSUMPTION),
            "2560": ("Off-grid charging", colours.CONSUMPTION),
            "40960": ("Night", colours.NIGHT),
            "40961": ("No DC input", colours.MAJOR),
            "45056": ("No connection", colours.STALE),
            "49152": ("Loading", colours.NIGHT),
        }
    ),
    span(768, 778, "Shut down", colours.FAULT),
    span(1025, 1029, "Grid scheduling", colours.EXPORT),
    span(1280, 2304, "Self-check", colours.EXPORT),
)

BATTERY: Final[tuple[Json, ...]] = (
    mapping(
        {
            "0": ("Offline", colours.STALE),
            "1": ("Standby", colours.NIGHT),
            "2": ("Running", colours.GOOD),
            "3": ("Fault", colours.FAULT),
            "4": ("Hibernating", colours.NIGHT),
        }
    ),
)

CHARGE_MODE: Final[tuple[Json, ...]] = (
    mapping(
        {
            "0": ("None", colours.NIGHT),
            "1": ("Forced", colours.WARNING),
            "2": ("By tariff", colours.CONSUMPTION),
            "3": ("Fixed", colours.EXPORT),
            "4": ("Automatic", colours.GOOD),
        }
    ),
    span(5, 255, "Other", colours.EXPECTED),
)

DONE: Final[tuple[Json, ...]] = (mapping({"0": ("Complete", colours.GOOD)}),)  # nothing left to wait for

HISTORY: Final[tuple[Json, ...]] = (
    mapping(
        {
            name: (words, "text")
            for name, words in {
                "getDevHistoryKpi": "5-minute readings of devices",
                "getDevFiveMinutes": "5-minute readings, day by day",
                "getKpiStationHour": "Hours of plants",
                "getKpiStationDay": "Days of plants",
                "getKpiStationMonth": "Months of plants",
                "getKpiStationYear": "Years of plants",
                "getDevKpiDay": "Days of devices",
                "getDevKpiMonth": "Months of devices",
                "getDevKpiYear": "Years of devices",
                "getAlarmList": "Alarms",
            }.items()
        }
    ),
)

SEVERITIES: Final = {
    "critical": ("Critical", colours.FAULT),
    "major": ("Major", colours.MAJOR),
    "minor": ("Minor", colours.WARNING),
    "warning": ("Warning", colours.NOTE),
}
SEVERITY: Final[tuple[Json, ...]] = (mapping(SEVERITIES),)

OPEN: Final[tuple[Json, ...]] = (mapping({"1": ("Open", colours.FAULT), "0": ("Closed", colours.GOOD)}),)

MONTHS: Final[tuple[Json, ...]] = (
    mapping(
        {
            str(number): (name, "text")
            for number, name in enumerate(
                ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 101
            )
        }
    ),
)
