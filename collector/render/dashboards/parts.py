"""What several boards share: variables of a board, and panels that are the same everywhere."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from collector.render.dashboards import colours, mappings, variables
from collector.render.dashboards.board import FRESH, link_to
from collector.render.dashboards.conditions import ACCOUNT
from collector.render.dashboards.event_queries import faults, open_alarms_query
from collector.render.dashboards.live_queries import devices, latest, plants
from collector.render.dashboards.panels import (
    AGO,
    BACKGROUND,
    COLOURED,
    COUNT,
    DURATION,
    GAUGE,
    PERCENT,
    SHARE,
    Panel,
    column,
    fixed,
    history,
    join,
    split,
    table,
    thresholds,
)
from collector.render.dashboards.period_queries import ratio

_FRESH_VARIABLE: Final = (lambda _language: variables.constant("fresh", FRESH),)
CHOICE: Final = (variables.account, variables.group)
MANY_PLANTS: Final = (*CHOICE, variables.plant, variables.zone, *_FRESH_VARIABLE)
ONE_PLANT: Final = (*CHOICE, partial(variables.plant, single=True), variables.zone, *_FRESH_VARIABLE)
ONE_METERED: Final = (
    *CHOICE,
    variables.metered,
    partial(variables.plant, single=True, among="metered"),
    variables.zone,
    *_FRESH_VARIABLE,
)

FORTNIGHT: Final = "13d/d"  # from a midnight, so that the first bar is a whole day

COMPLETE: Final = thresholds(colours.FAULT, (90, colours.WARNING), (99, colours.GOOD))


def to_plant(title: str = "Open the plant") -> list[dict[str, object]]:
    """A data link to the plant of the row."""
    return [{"title": title, "url": link_to("plant", "var-plant=${__data.fields.plant_id}")}]


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
                custom__align="left",
                mappings=list(mappings.SEVERITY),
            ),
            column("Time", "Raised", AGO, width=120),
            column("Time pv_alarm", "Raised", AGO, width=120),
            column("plant", "Plant", noValue="–", width=170, links=to_plant()),
            column("device", "Device", noValue="–", width=170),
            column("alarm", "Alarm", noValue="–", width=220),
            column("cause", "Cause", noValue="–"),
            column("repair", "What to do", noValue="–"),
            column("alarm_id", "Code", width=80),
            column("plant_id", hidden=True),
            column("device_id", hidden=True),
            column("active", hidden=True),
            column("duration_s", hidden=True),
        ],
        sort=(("Severity", False), ("Raised", True)),
        transformations=join("device_id", "alarm_id"),
        empty="No open alarm.",
    )


def completeness(width: int, description: str, *, span: str, show: str = "never") -> Panel:
    """Received of expected, a cell per plant and day."""
    query = ratio(
        "share", "collector_coverage", "received", "expected", "pct", span=span, by=("plant_id", "account")
    )
    panel = history(
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
    # Rows of dates stand up to 14 hours ahead of the clock.
    return replace(panel, extra={"timeFrom": "30d/d", "hideTimeOverride": True})


def fault_table(width: int) -> Panel:
    """What is wrong now, in words, with its mend."""
    return table(
        "What is wrong now, and what to do",
        "Faults that the collector sees itself: logins, permissions, quotas, the way into the database. Empty: none.",
        width,
        [faults("faults")],
        [
            column(
                "words",
                "What is wrong, and what to do",
                custom__cellOptions=COLOURED,
                custom__minWidth=600,
                color=fixed(colours.FAULT),
            ),
            column("Time", "Since", AGO, width=140),
            column("account", "Account", width=120),
            column("subject", "Subject", width=140),
            column("active", hidden=True),
        ],
        sort=(("Since", True),),
        empty="No fault.",
    )


def history_table(width: int) -> Panel:
    """How far the filling of history has come."""
    return table(
        "Filling history",
        "Periods fetched of those to fetch, and how long it still takes at the pace that the vendors allow. Live readings come first.",
        width,
        [
            latest(
                "jobs",
                "collector_job",
                ["done", "total", "eta_s"],
                ["account", "interface"],
                where=(ACCOUNT,),
                within="7d",
            )
        ],
        [
            column("interface", "What", mappings=list(mappings.HISTORY), custom__minWidth=200),
            column("account", "Account", width=90),
            column(
                "share",
                "Done",
                SHARE,
                width=150,
                min=0,
                max=1,
                decimals=0,
                custom__cellOptions=GAUGE,
                color=fixed(colours.GOOD),
            ),
            column("done", "Periods held", COUNT, decimals=0, width=105),
            column("total", "In all", COUNT, decimals=0, width=70),
            column("eta_s", "Ready in", DURATION, decimals=0, width=110, mappings=list(mappings.DONE)),
        ],
        drop=("Time",),
        sort=(("Ready in", True),),
        transformations=(
            {
                "id": "calculateField",
                "options": {
                    "mode": "binary",
                    "alias": "share",
                    "binary": {"left": "done", "operator": "/", "right": "total"},
                    "replaceFields": False,
                },
            },
        ),
        empty="Nothing to fill.",
    )


__all__ = [
    "CHOICE",
    "COMPLETE",
    "FORTNIGHT",
    "MANY_PLANTS",
    "ONE_METERED",
    "ONE_PLANT",
    "completeness",
    "fault_table",
    "history_table",
    "open_alarms",
    "to_plant",
]
