"""The collector's own health: faults in words, calls against what the vendors allow."""

from __future__ import annotations

from typing import Any, Final

from collector.catalogue.fusionsolar import INTERFACES
from collector.render.dashboards import colours, variables
from collector.render.dashboards.board import FRESH as FRESH_FOR
from collector.render.dashboards.board import Board
from collector.render.dashboards.conditions import ACCOUNT, Condition, matches
from collector.render.dashboards.event_queries import faults
from collector.render.dashboards.live_queries import curve, latest
from collector.render.dashboards.panels import (
    AGO,
    COUNT,
    GAUGE,
    SHARE,
    Panel,
    column,
    merge,
    row,
    series,
    split,
    stat,
    table,
    thresholds,
    total_stat,
)
from collector.render.dashboards.parts import fault_table, history_table
from collector.render.dashboards.period_queries import summary

_BY: Final = ("account", "interface")
_WORDS: Final = {300: "5m", 600: "10m", 1800: "30m", 3600: "1h"}
_USED: Final[Any] = {
    "id": "calculateField",
    "options": {
        "mode": "binary",
        "alias": "used",
        "binary": {"left": "calls", "operator": "/", "right": "budget"},
        "replaceFields": False,
    },
}


def _short() -> dict[int, tuple[str, ...]]:
    """Interfaces whose window is shorter than a day, by window. [s]"""
    windows: dict[int, tuple[str, ...]] = {}
    for one in INTERFACES.values():
        if one.budget.window_s in _WORDS:
            windows[one.budget.window_s] = (*windows.get(one.budget.window_s, ()), one.name)
    return dict(sorted(windows.items()))


_SHORT: Final = _short()
_DAILY: Final = matches("interface", tuple(name for names in _SHORT.values() for name in names), negate=True)


def _used(ref: str, within: str, which: Condition) -> Any:
    columns = {"calls": ("sum", "calls"), "budget": ("last", "budget"), "refused": ("sum", "rate_limited")}
    return summary(ref, "collector_api", columns, _BY, within=within, where=(ACCOUNT, which))


def _allowance(title: str, description: str, queries: list[Any]) -> Panel:
    return table(
        title,
        description,
        12,
        queries,
        [
            column("account", "Account"),
            column("interface", "Interface", width=170),
            column("calls", "Calls", COUNT, decimals=0),
            column("budget", "Allowed", COUNT, decimals=0),
            column(
                "used",
                "Used",
                SHARE,
                min=0,
                max=1,
                decimals=0,
                custom__cellOptions=GAUGE,
                thresholds=thresholds(colours.GOOD, (0.9, colours.WARNING), (1.001, colours.FAULT)),
            ),
            column(
                "refused",
                "Refused",
                COUNT,
                decimals=0,
                custom__cellOptions={"type": "color-text"},
                thresholds=thresholds("text", (1, colours.FAULT)),
            ),
        ],
        sort=(("Used", True),),
        transformations=(
            {"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}},
            merge(),
            _USED,
        ),
    )


_NOW = row(
    4,
    stat(
        "Last call",
        "When the vendor's cloud was last asked anything. More than 20 minutes ago: the collector is down, or blocked.",
        6,
        [latest("call", "collector_api", ["calls"], _BY, where=(ACCOUNT,), time=True)],
        AGO,
        colour="text",
        fields="/^Time$/",
        calc="max",
        empty="Never",
    ),
    total_stat(
        "Calls in 24 hours",
        "Of all accounts and interfaces.",
        6,
        summary("calls", "collector_api", {"calls": ("sum", "calls")}, (), within="24h", where=(ACCOUNT,)),
        "text",
    ),
    total_stat(
        "Refused in 24 hours",
        "Calls that the cloud refused as too frequent. One at a first start is usual; more: another program uses the same API user.",
        6,
        summary(
            "refused",
            "collector_api",
            {"refused": ("sum", "rate_limited")},
            (),
            within="24h",
            where=(ACCOUNT,),
        ),
        thresholds(colours.GOOD, (1, colours.WARNING), (10, colours.FAULT)),
    ),
    total_stat(
        "Logins in 10 minutes",
        "Five wrong ones within 10 minutes lock the user; the collector logs in only when it has no valid token.",
        6,
        summary(
            "logins",
            "collector_api",
            {"logins": ("sum", "calls")},
            (),
            within="10m",
            where=(ACCOUNT, matches("interface", ("login",))),
        ),
        thresholds(colours.GOOD, (3, colours.WARNING), (5, colours.FAULT)),
    ),
)

_FAULTS = row(5, fault_table(24))

_QUOTA = row(
    9,
    _allowance(
        "Daily allowances, last 24 hours",
        "Calls against what the cloud allows a day. Nearly full is as meant: what live readings leave over fills history.",
        [_used("day", "24h", _DAILY)],
    ),
    _allowance(
        "Short allowances, last window",
        "The same for interfaces with windows of 5 minutes to an hour.",
        [
            _used(f"w{seconds}", _WORDS[seconds], matches("interface", names))
            for seconds, names in _SHORT.items()
        ],
    ),
)

_CURVES = row(
    8,
    series(
        "Calls per hour",
        "By account and interface.",
        12,
        [curve("calls", "collector_api", ["calls"], per=_BY, by=_BY, fn="sum", every="1h", where=(ACCOUNT,))],
        COUNT,
        name="${__field.labels.account} · ${__field.labels.interface}",
        bars=True,
        stacked=True,
        interval="1h",
        decimals=0,
        transformations=(split(*_BY),),
    ),
    series(
        "Refused calls per hour",
        "By account and interface. The collector widens the gap of an interface after each refusal.",
        12,
        [
            curve(
                "refused",
                "collector_api",
                ["rate_limited"],
                per=_BY,
                by=_BY,
                fn="sum",
                every="1h",
                where=(ACCOUNT,),
            )
        ],
        COUNT,
        name="${__field.labels.account} · ${__field.labels.interface}",
        bars=True,
        stacked=True,
        interval="1h",
        lowest=0,
        soft_highest=4,
        decimals=0,
        transformations=(split(*_BY),),
    ),
)

_NEXT = row(
    8,
    table(
        "Next possible call",
        "When each interface may be asked again; in the past: now.",
        12,
        [
            summary(
                "next",
                "collector_api",
                {"next_allowed_s": ("last", "next_allowed_s")},
                _BY,
                within="2d",
                where=(ACCOUNT,),
            )
        ],
        [
            column("account", "Account"),
            column("interface", "Interface", width=170),
            column("next_ms", "Next call", AGO),
            column("next_allowed_s", "", "s", hidden=True),
        ],
        sort=(("Next call", True),),
        drop=("Time",),
        transformations=(
            {
                "id": "calculateField",
                "options": {
                    "mode": "binary",
                    "alias": "next_ms",
                    "binary": {"left": "next_allowed_s", "operator": "*", "right": "1000"},
                    "replaceFields": False,
                },
            },
        ),
    ),
    history_table(12),
)

_PAST = row(
    8,
    table(
        "Faults told in 30 days",
        "What the collector reported, newest first, with its mend.",
        24,
        [faults("past", within="30d")],
        [
            column("Time", "When", AGO, width=140),
            column("account", "Account", width=120),
            column("subject", "Subject", width=120),
            column("words", "What happened, and what to do"),
            column("active", hidden=True),
        ],
        sort=(("When", True),),
        empty="No fault.",
    ),
)


def _fresh(_language: object) -> dict[str, Any]:
    return variables.constant("fresh", FRESH_FOR)


BOARD: Final = Board(
    "collector",
    "Collector health & API quota",
    "Whether the collector works, what it cannot do and why, and calls against what the vendors allow.",
    (_NOW, _FAULTS, _QUOTA, _CURVES, _NEXT, _PAST),
    (variables.account, _fresh),
    start="now-24h",
    stop="now",
)
