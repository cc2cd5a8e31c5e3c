"""Panels over time and beside each other: curves, bars, states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector.render.dashboards.colours import PRODUCTION
from collector.render.dashboards.columns import by_value, column, fixed, thresholds
from collector.render.dashboards.panel import TEXT, Json, Panel
from collector.render.dashboards.transformations import date_label, ordered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.render.dashboards.query import Query


def series(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    unit: str,
    *,
    overrides: Sequence[Json] = (),
    name: str = "",
    stacked: bool = False,
    fill: int = 15,
    bars: bool = False,
    legend: str = "list",
    lowest: float | None = None,
    highest: float | None = None,
    transformations: Sequence[Json] = (),
    colour: str = "",
    interval: str = "5m",
    gaps: int = 900_000,
    defaults: Mapping[str, Any] | None = None,
    decimals: int | None = None,
    line: int = 1,
    soft_highest: float | None = None,
    **extra: Any,
) -> Panel:
    """Values over time. Lines break where more than 15 minutes are missing. [gaps: ms]"""
    custom: Json = {
        "drawStyle": "bars" if bars else "line",
        "lineInterpolation": "linear",
        "lineWidth": line,
        "fillOpacity": 80 if bars else 45 if stacked else fill,
        "showPoints": "never",
        "spanNulls": gaps,
        "axisPlacement": "auto",
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
    }
    if soft_highest is not None:
        custom["axisSoftMax"] = soft_highest
    made: Json = {"color": fixed(colour) if colour else {"mode": "palette-classic"}, "custom": custom}
    if name:
        made["displayName"] = name
    if lowest is not None:
        made["min"] = lowest
    if highest is not None:
        made["max"] = highest
    if decimals is not None:
        made["decimals"] = decimals
    options = {
        "legend": {
            "displayMode": legend,
            "placement": "bottom",
            "showLegend": legend != "hidden",
            "calcs": [],
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return Panel(
        "timeseries",
        title,
        description,
        width,
        tuple(queries),
        unit,
        {**made, **(defaults or {})},
        tuple(overrides),
        options,
        (*transformations, *ordered(overrides)),
        {"interval": interval, **extra},
    )


def dates(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    unit: str,
    *,
    label: str = "D MMM",
    overrides: Sequence[Json] = (),
    stacked: bool = False,
    colour: str = PRODUCTION,
    transformations: Sequence[Json] = (),
    lowest: float | None = None,
    legend: bool | None = None,
    decimals: int | None = None,
    soft_highest: float | None = None,
    spacing: int = 100,
) -> Panel:
    """Bars per calendar period, labelled with the plant-local date in every viewer's zone."""
    custom: Json = {"lineWidth": 0, "fillOpacity": 85}
    if soft_highest is not None:
        custom["axisSoftMax"] = soft_highest
    made: Json = {"color": fixed(colour), "custom": custom}
    if lowest is not None:
        made["min"] = lowest
    if decimals is not None:
        made["decimals"] = decimals
    shown = len(overrides) > 1 if legend is None else legend
    options = {
        "xField": "Time",
        "barWidth": 0.85,
        "groupWidth": 0.8,
        "stacking": "normal" if stacked else "none",
        "showValue": "never",
        "xTickLabelSpacing": spacing,
        "orientation": "auto",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": shown, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "none"},
    }
    return Panel(
        "barchart",
        title,
        description,
        width,
        tuple(queries),
        unit,
        made,
        (column("Time", "Date", TEXT), *overrides),
        options,
        (*transformations, *ordered(overrides), date_label(label)),
    )


def bars(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    unit: str,
    *,
    value: str,
    label: str,
    of: str = "",
    sort_down: bool = False,
    limit: int = 20,
    lowest: float = 0,
    highest: float | None = None,
    colour: str = PRODUCTION,
    steps: Json | None = None,
    transformations: Sequence[Json] = (),
    decimals: int | None = None,
) -> Panel:
    """A bar per row, `label` beside it, behind that of `of`, sorted by `value`."""
    made: Json = {
        "color": by_value() if steps else fixed(colour),
        "thresholds": steps or thresholds(colour),
        "min": lowest,
    }
    if highest is not None:
        made["max"] = highest
    if decimals is not None:
        made["decimals"] = decimals
    made["displayName"] = (f"${{__data.fields.{of}}} · " if of else "") + f"${{__data.fields.{label}}}"
    shown: tuple[Json, ...] = (
        {
            "id": "filterFieldsByName",
            "options": {"include": {"names": [label, *([of] if of else []), value]}},
        },
        {
            "id": "filterByValue",
            "options": {
                "filters": [{"fieldName": value, "config": {"id": "isNotNull", "options": {}}}],
                "match": "all",
                "type": "include",
            },
        },
        {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": value, "desc": sort_down}]}},
    )
    options = {
        "displayMode": "basic",
        "orientation": "horizontal",
        "valueMode": "color",
        "namePlacement": "left",
        "showUnfilled": True,
        "minVizHeight": 16,
        "minVizWidth": 8,
        "sizing": "auto",
        "text": {"titleSize": 11, "valueSize": 14},  # larger names would be cut where rows are many
        "reduceOptions": {"values": True, "calcs": ["lastNotNull"], "fields": "", "limit": limit},
    }
    return Panel(
        "bargauge",
        title,
        description,
        width,
        tuple(queries),
        unit,
        made,
        (column(label, unit=TEXT),),
        options,
        (*transformations, *shown),
    )


def states(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    mappings: Sequence[Json],
    *,
    name: str,
    transformations: Sequence[Json] = (),
    interval: str = "5m",
) -> Panel:
    """States over time, in words; an outage stays open."""
    made: Json = {
        "color": fixed("#808080"),  # with thresholds as mode the mappings would be ignored
        "mappings": list(mappings),
        "displayName": name,
        "custom": {"lineWidth": 0, "fillOpacity": 80},
    }
    options = {
        "mergeValues": True,
        "showValue": "auto",
        "alignValue": "left",
        "rowHeight": 0.85,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return Panel(
        "state-timeline",
        title,
        description,
        width,
        tuple(queries),
        "none",
        made,
        (),
        options,
        tuple(transformations),
        {"interval": interval},
    )


def history(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    unit: str,
    *,
    name: str,
    steps: Json,
    show: str = "never",
    transformations: Sequence[Json] = (),
    decimals: int | None = 0,
    overrides: Sequence[Json] = (),
) -> Panel:
    """A cell per member and interval, coloured by value."""
    made: Json = {
        "color": by_value(),
        "thresholds": steps,
        "displayName": name,
        "custom": {"lineWidth": 0, "fillOpacity": 90},
    }
    if decimals is not None:
        made["decimals"] = decimals
    options = {
        "showValue": show,
        "colWidth": 0.95,
        "rowHeight": 0.9,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return Panel(
        "status-history",
        title,
        description,
        width,
        tuple(queries),
        unit,
        made,
        tuple(overrides),
        options,
        tuple(transformations),
    )
