"""Panels: what is shown, in which unit, with which words; core panels of Grafana 10.4 and newer only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from collector.render.dashboards.colours import PRODUCTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.render.dashboards.query import Query

KW: Final = "suffix: kW"  # one unit for a row of numbers; `kwatt` would change to W and MW by itself
KWH: Final = "suffix: kWh"
ENERGY: Final = "kwatth"  # single numbers and axes: grows to MWh and GWh
KWP: Final = "suffix: kWp"
YIELD: Final = "suffix: kWh/kWp"
PERCENT: Final = "percent"
SHARE: Final = "percentunit"
MONEY: Final = "locale"
COUNT: Final = "short"
SECONDS: Final = "s"
DURATION: Final = "dtdurations"
AGO: Final = "dateTimeFromNow"
TEXT: Final = "string"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel, but for its place and language.

    Attributes:
        kind: Grafana's name of the panel type.
        title: What is seen, and of when.
        description: How it is computed, and how to read it.
        width: Of 24 columns.
        queries: At most 4.
        unit: Of every number without a unit of its own.
        defaults: More of fieldConfig.defaults.
        overrides: Per column.
        options: Of the panel type.
        transformations: In order.
        extra: Further keys of the panel, e.g. ``interval``.
    """

    kind: str
    title: str
    description: str
    width: int
    queries: tuple[Query, ...] = ()
    unit: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    overrides: tuple[Json, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    transformations: tuple[Json, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side, of one height; 1 is about 36 px. `title` begins a section."""

    height: int
    panels: tuple[Panel, ...]
    title: str = ""


def row(height: int, *panels: Panel, title: str = "") -> Row:
    """A row; its panels' widths come to at most 24."""
    return Row(height, panels, title)


# --- columns


def column(
    name: str,
    title: str = "",
    unit: str = "",
    *,
    colour: str = "",
    hidden: bool = False,
    width: int = 0,
    decimals: int | None = None,
    **more: Any,
) -> Json:
    """An override of one column: its words, unit and colour; `more` are further properties, with ``__`` for dots."""
    properties: list[Json] = []
    if title:
        properties.append({"id": "displayName", "value": title})
    if unit:
        properties.append({"id": "unit", "value": unit})
    if colour:
        properties.append({"id": "color", "value": fixed(colour)})
    if hidden:
        properties.append({"id": "custom.hidden", "value": True})
    if width:
        properties.append({"id": "custom.width", "value": width})
    if decimals is not None:
        properties.append({"id": "decimals", "value": decimals})
    properties.extend({"id": key.replace("__", "."), "value": value} for key, value in more.items())
    return {"matcher": {"id": "byName", "options": name}, "properties": properties}


def frame(ref: str, **more: Any) -> Json:
    """An override of all columns of one query."""
    properties = [{"id": key.replace("__", "."), "value": value} for key, value in more.items()]
    return {"matcher": {"id": "byFrameRefID", "options": ref}, "properties": properties}


def fixed(colour: str) -> Json:
    """One colour, whatever the value."""
    return {"mode": "fixed", "fixedColor": colour}


def by_value() -> Json:
    """Coloured by thresholds."""
    return {"mode": "thresholds"}


def thresholds(base: str, *steps: tuple[float, str]) -> Json:
    """Colours from a value on; `base` below the first."""
    rest = [{"color": colour, "value": value} for value, colour in steps]
    return {"mode": "absolute", "steps": [{"color": base, "value": None}, *rest]}


def cell(kind: str, **more: Any) -> Json:
    """How a table draws a cell: color-background, color-text or gauge."""
    return {"type": kind, **more}


BACKGROUND: Final[Json] = cell("color-background", mode="basic")
GAUGE: Final[Json] = cell("gauge", mode="basic", valueDisplayMode="text")
COLOURED: Final[Json] = cell("color-text")


# --- kinds


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
    defaults: Mapping[str, Any] | None = None,
    transformations: Sequence[Json] = (),
    decimals: int | None = None,
    **extra: Any,
) -> Panel:
    """Large numbers; `tiles` fills a tile per number with its colour."""
    made: Json = {"color": fixed(colour), "thresholds": thresholds(colour), "noValue": empty}
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
        (drop_time(*(query.ref for query in queries)), *transformations)
        if not fields
        else tuple(transformations),
        extra,
    )


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
    **extra: Any,
) -> Panel:
    """Values over time. Lines break where more than 15 minutes are missing. [gaps: ms]"""
    custom: Json = {
        "drawStyle": "bars" if bars else "line",
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "fillOpacity": 80 if bars else 45 if stacked else fill,
        "showPoints": "never",
        "spanNulls": gaps,
        "insertNulls": False,
        "axisPlacement": "auto",
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
    }
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
        tuple(transformations),
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
) -> Panel:
    """Bars per calendar period, labelled with the plant-local date in every viewer's zone."""
    made: Json = {"color": fixed(colour), "custom": {"lineWidth": 0, "fillOpacity": 85}}
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
        "xTickLabelSpacing": 100,
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
        (*transformations, date_label(label)),
    )


def table(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    columns: Sequence[Json],
    *,
    unit: str = COUNT,
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
        "custom": {"align": "auto", "inspect": True},
    }
    options = {
        "showHeader": True,
        "cellHeight": "sm",
        "footer": {"show": False, "reducer": ["sum"], "fields": ""},
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


def bars(
    title: str,
    description: str,
    width: int,
    queries: Sequence[Query],
    unit: str,
    *,
    value: str,
    label: str,
    sort_down: bool = False,
    limit: int = 20,
    lowest: float = 0,
    highest: float | None = None,
    colour: str = PRODUCTION,
    steps: Json | None = None,
    transformations: Sequence[Json] = (),
    decimals: int | None = None,
) -> Panel:
    """A bar per row, `label` beside it, sorted by `value`."""
    made: Json = {
        "color": by_value() if steps else fixed(colour),
        "thresholds": steps or thresholds(colour),
        "min": lowest,
    }
    if highest is not None:
        made["max"] = highest
    if decimals is not None:
        made["decimals"] = decimals
    keep: Json = {
        "id": "organize",
        "options": {"indexByName": {label: 0, value: 1}, "excludeByName": {"Time": True}, "renameByName": {}},
    }
    options = {
        "displayMode": "basic",
        "orientation": "horizontal",
        "valueMode": "color",
        "namePlacement": "left",
        "showUnfilled": True,
        "minVizHeight": 16,
        "minVizWidth": 8,
        "sizing": "auto",
        "reduceOptions": {"values": True, "calcs": ["lastNotNull"], "fields": f"/^{value}$/", "limit": limit},
    }
    sort: Json = {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": value, "desc": sort_down}]}}
    return Panel(
        "bargauge",
        title,
        description,
        width,
        tuple(queries),
        unit,
        made,
        (),
        options,
        (*transformations, keep, sort),
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
        "custom": {"lineWidth": 0, "fillOpacity": 80, "insertNulls": False, "spanNulls": False},
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


def words(title: str, description: str, width: int, markdown: str) -> Panel:
    """A text."""
    options = {
        "mode": "markdown",
        "content": markdown,
        "code": {"language": "plaintext", "showLineNumbers": False, "showMiniMap": False},
    }
    return Panel("text", title, description, width, options=options)


def with_extra(panel: Panel, **extra: Any) -> Panel:
    """The panel with further keys."""
    return replace(panel, extra={**panel.extra, **extra})


# --- transformations


def drop_time(*refs: str) -> Json:
    """Leaves `Time` out of the tables of these queries, so that they can be joined."""
    made: Json = {"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}}
    if refs:
        made["filter"] = {"id": "byRefId", "options": f"/^({'|'.join(refs)})$/"}
    return made


def date_label(pattern: str) -> Json:
    """Times as dates in UTC, which for calendar rows is the plant-local date."""
    return {
        "id": "formatTime",
        "options": {"timeField": "Time", "outputFormat": pattern, "timezone": "utc", "useTimezone": True},
    }


def merge() -> Json:
    """Joins tables on the columns that they share."""
    return {"id": "merge", "options": {}}


def join(by: str, marker: str) -> tuple[Json, ...]:
    """Joins a query's rows to `names`; names without a row, told by an empty `marker`, are left out."""
    return (
        drop_time("names"),
        {"id": "joinByField", "options": {"byField": by, "mode": "outerTabular"}},
        {
            "id": "filterByValue",
            "options": {
                "filters": [{"fieldName": marker, "config": {"id": "isNull", "options": {}}}],
                "match": "any",
                "type": "exclude",
            },
        },
    )


def split(*keys: str) -> Json:
    """One series for each combination of these columns, which become its labels."""
    return {
        "id": "partitionByValues",
        "options": {"fields": list(keys), "keepFields": False, "naming": {"asLabels": True}},
    }


def plant_lines() -> tuple[Json, ...]:
    """A series per plant, labelled with its name; the query gives plant_id and vendor, `names` the names."""
    return (*join("plant_id", "vendor"), split("plant", "plant_id", "vendor"))


def device_lines(*more: str) -> tuple[Json, ...]:
    """A series per device, labelled with its name; the query gives plant_id and device_id, `names` the names."""
    return (*join("device_id", "plant_id"), split("device", "plant", "device_id", "plant_id", *more))


# --- words for values


def mapping(values: Mapping[str, tuple[str, str]]) -> Json:
    """Words and colours of single values."""
    options = {
        value: {"text": text, "color": colour, "index": number}
        for number, (value, (text, colour)) in enumerate(values.items())
    }
    return {"type": "value", "options": options}


def span(first: float, last: float, text: str, colour: str) -> Json:
    """Words and colour of a range of values."""
    return {
        "type": "range",
        "options": {"from": first, "to": last, "result": {"text": text, "color": colour}},
    }


def nothing(text: str, colour: str) -> Json:
    """Words and colour of a missing value."""
    return {"type": "special", "options": {"match": "null", "result": {"text": text, "color": colour}}}
