"""What several boards share: variables of a board, and panels that are the same everywhere."""

from __future__ import annotations

from functools import partial
from typing import Final

from collector.render.dashboards import colours, mappings, variables
from collector.render.dashboards.board import FRESH, link_to
from collector.render.dashboards.conditions import PLANT
from collector.render.dashboards.live_queries import devices
from collector.render.dashboards.panels import (
    AGO,
    BACKGROUND,
    PERCENT,
    Panel,
    column,
    history,
    join,
    plant_lines,
    split,
    table,
    thresholds,
)
from collector.render.dashboards.period_queries import ratio
from collector.render.dashboards.query import Query, clause, source

_FRESH_VARIABLE: Final = (lambda _language: variables.constant("fresh", FRESH),)
CHOICE: Final = (variables.account, variables.group)
MANY_PLANTS: Final = (*CHOICE, variables.plant, variables.zone, *_FRESH_VARIABLE)
ONE_PLANT: Final = (*CHOICE, partial(variables.plant, single=True), variables.zone, *_FRESH_VARIABLE)

COMPLETE: Final = thresholds(colours.FAULT, (90, colours.WARNING), (99, colours.GOOD))


def to_plant(title: str = "Open the plant") -> list[dict[str, object]]:
    """A data link to the plant of the row."""
    return [{"title": title, "url": link_to("plant", "var-plant=${__data.fields.plant_id}")}]


def open_alarms_query(ref: str = "alarms") -> Query:
    """Alarms that are open, however old; the measurement is tiny."""
    influxql = (
        'SELECT "name" AS alarm, cause, repair, active FROM pv_alarm'  # noqa: S608  choices are escaped by Grafana
        f"{clause([PLANT], 'active = 1')} GROUP BY plant_id, device_id, severity, alarm_id"
    )
    flux = (
        f"{source('pv_alarm', ['active', 'name', 'cause', 'repair'], [PLANT], '0')}\n"
        '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")\n'
        "  |> filter(fn: (r) => exists r.active and r.active == 1.0) |> group()\n"
        "  |> map(fn: (r) => ({Time: r._time, plant_id: r.plant_id, device_id: r.device_id, severity: r.severity, "
        "alarm_id: r.alarm_id, alarm: r.name, cause: r.cause, repair: r.repair, active: r.active}))"
    )
    return Query(ref, influxql, flux)


def open_alarms(width: int, description: str) -> Panel:
    """The table of open alarms, with cause and mend."""
    return table(
        "Open alarms",
        description,
        width,
        [devices(), open_alarms_query()],
        [
            column(
                "severity",
                "Severity",
                width=90,
                custom__cellOptions=BACKGROUND,
                mappings=list(mappings.SEVERITY),
            ),
            column("Time", "Raised", AGO, width=120),
            column("Time pv_alarm", "Raised", AGO, width=120),
            column("plant", "Plant", width=170, links=to_plant()),
            column("device", "Device", width=170),
            column("alarm", "Alarm", width=220),
            column("cause", "Cause"),
            column("repair", "What to do"),
            column("alarm_id", "Code", width=80),
            column("plant_id", hidden=True),
            column("device_id", hidden=True),
            column("active", hidden=True),
        ],
        sort=(("Severity", False), ("Raised", True)),
        transformations=join("device_id", "alarm_id"),
        empty="",
    )


def completeness(width: int, description: str, *, span: str, show: str = "never") -> Panel:
    """Received of expected, a cell per plant and day."""
    from collector.render.dashboards.live_queries import plants

    query = ratio(
        "share", "collector_coverage", "received", "expected", "pct", span=span, by=("plant_id", "account")
    )
    return history(
        "Completeness by plant and day",
        description,
        width,
        [plants(), query],
        PERCENT,
        name="${__field.labels.plant}",
        steps=COMPLETE,
        show=show,
        transformations=(*join("plant_id", "account"), split("plant", "plant_id", "account")),
    )


__all__ = [
    "CHOICE",
    "COMPLETE",
    "MANY_PLANTS",
    "ONE_PLANT",
    "completeness",
    "open_alarms",
    "open_alarms_query",
    "plant_lines",
    "to_plant",
]
