"""Panels of numbers: large ones, and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector.render.dashboards.colours import NIGHT, PRODUCTION
from collector.render.dashboards.columns import by_value, fixed, nothing, thresholds
from collector.render.dashboards.panel import COUNT, TEXT, Json, Panel
from collector.render.dashboards.transformations import drop_time, ordered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.render.dashboards.query import Query


def _reduce(calc: str, fields: str, *, rows: bool, limit: int) -> Json:
    options: Json = {"values": rows, "calcs": [calc], "fields": fields}
    if rows:
        options["limit"] = limit
    return options


def stat(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    unit: str,
    *,
    colour: str = PRODUCTION,
    overrides: Sequence[Json] = (),
    calc: str = "lastNotNull",
    fields: str = "",
    tiles: bool = False,
    empty: str = "–",
    empty_colour: str = NIGHT,
    defaults: Mapping[str, Any] | None = None,
    transformations: Sequence[Json] = (),
    decimals: int | None = None,
    **extra: Any,
) -> Panel:
    """Large numbers; `tiles` fills a tile per number with its colour."""
    made: Json = {"color": fixed(colour), "thresholds": thresholds(colour), "noValue": empty}
    made["mappings"] = [nothing(empty, empty_colour)]
    if decimals is not None:
        made["decimals"] = decimals
    options = {
        "reduceOptions": _reduce(calc, fields, rows=False, limit=0),
        "colorMode": "background_solid" if tiles else "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "textMode": "value_and_name" if tiles or len(overrides) > 1 else "value",
        "wideLayout": True,
    }
    return Panel(
        "stat",
        title,
        description,
        width,
        tuple(queries),
        unit,
        {**made, **(defaults or {})},
        tuple(overrides),
        options,
        (drop_time(*(query.ref for query in queries)), *transformations, *ordered(overrides))
        if not fields
        else tuple(transformations),
        extra,
    )


def total_stat(title: str, description: str, width: int, query: Query, look: str | Json) -> Panel:
    """A count, in one colour or coloured by thresholds; nothing is 0."""
    defaults: Json = {}
    if isinstance(look, dict):
        defaults |= {"color": by_value(), "thresholds": look}
    return stat(
        title,
        description,
        width,
        [query],
        COUNT,
        colour=look if isinstance(look, str) else PRODUCTION,
        defaults=defaults,
        decimals=0,
        empty="0",
        empty_colour=look["steps"][0]["color"] if isinstance(look, dict) else look,
    )


def table(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    columns: Sequence[Json],
    *,
    unit: str = TEXT,
    sort: Sequence[tuple[str, bool]] = (),
    transformations: Sequence[Json] = (),
    empty: str = "–",
    order: Sequence[str] = (),
    drop: Sequence[str] = (),
    defaults: Mapping[str, Any] | None = None,
    **extra: Any,
) -> Panel:
    """A table; columns stand in the order of `order`, else of `columns`, whatever order the database gives."""
    names = list(order) or [one["matcher"]["options"] for one in columns]
    organize: Json = {
        "id": "organize",
        "options": {
            "indexByName": {name: number for number, name in enumerate(names)},
            "excludeByName": dict.fromkeys(drop, True),
            "renameByName": {},
        },
    }
    made: Json = {
        "color": by_value(),
        "thresholds": thresholds("text"),
        "noValue": empty,
        "custom": {"align": "auto", "inspect": True, "minWidth": 100},
    }
    options = {
        "showHeader": True,
        "cellHeight": "sm",
        "footer": {"show": False, "reducer": ["sum"]},
        "sortBy": [{"displayName": name, "desc": down} for name, down in sort],
    }
    return Panel(
        "table",
        title,
        description,
        width,
        tuple(queries),
        unit,
        {**made, **(defaults or {})},
        tuple(columns),
        options,
        (*transformations, organize),
        extra,
    )
