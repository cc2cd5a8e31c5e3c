"""A board: rows of panels, variables, links and annotations, rendered as Grafana's classic JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from collector.render.dashboards import variables
from collector.render.dashboards.language import INFLUXQL
from collector.render.dashboards.variables import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.render.dashboards.language import Language
    from collector.render.dashboards.panels import Panel, Row

Json = dict[str, Any]

SCHEMA: Final = 39  # Grafana 10.4; newer ones lift it by themselves
FRESH: Final = "20m"  # how old a value of "now" may be: four rows of a 5-minute cadence
MOST_PANELS: Final = 24
_UID: Final = "%UID:"  # stands before a board's name in links, until the language is known

TAG: Final = "%TAG%"  # stands for the set's tag

_BUILT_IN: Final[Json] = {
    "builtIn": 1,
    "enable": False,
    "hide": True,
    "name": "Annotations & Alerts",
    "type": "dashboard",
    "iconColor": "rgba(0, 211, 255, 1)",
    "datasource": {"type": "grafana", "uid": "-- Grafana --"},
}


def link_to(board: str, query: str) -> str:
    """The address of another board of the same set, with the viewer's time range."""
    return f"/d/{_UID}{board}%?{query}&var-datasource=${{datasource}}&${{__url_time_range}}"


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard.

    Attributes:
        name: For ever: the uid is ``solar-NAME``, the file NAME.json.
        title: Shown in lists.
        description: What it is for.
        rows: From the top.
        variables: Made for a language.
        start: First time shown.
        stop: Last time shown.
        zone: "browser", or "utc" where calendar rows stand on an axis of time.
        alarms: Whether raised alarms are marked in curves.
    """

    name: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Callable[[Language], Json], ...]
    start: str = "now/d"
    stop: str = "now/d"
    zone: str = "browser"
    alarms: bool = False

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, in reading order."""
        return tuple(panel for one in self.rows for panel in one.panels)


def _target(language: Language, ref: str, influxql: str, flux: str) -> Json:
    if language is INFLUXQL:
        return {
            "refId": ref,
            "datasource": SOURCE,
            "rawQuery": True,
            "resultFormat": "table",
            "query": influxql,
        }
    return {"refId": ref, "datasource": SOURCE, "query": flux}


def _panel(panel: Panel, language: Language, number: int, place: Json) -> Json:
    made: Json = {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "gridPos": place,
        "options": dict(panel.options),
    }
    if panel.queries:
        defaults = {"unit": panel.unit, "mappings": [], **panel.defaults}
        made["datasource"] = SOURCE
        made["targets"] = [_target(language, one.ref, one.influxql, one.flux) for one in panel.queries]
        made["fieldConfig"] = {"defaults": defaults, "overrides": list(panel.overrides)}
        made["transformations"] = list(panel.transformations)
    return {**made, **panel.extra}


def _annotation(language: Language) -> Json:
    influxql = (
        'SELECT "name" AS title, cause AS text, severity FROM pv_alarm'
        " WHERE $timeFilter AND plant_id =~ /^${plant:regex}$/"
    )
    flux = (
        "from(bucket: v.defaultBucket) |> range(start: v.timeRangeStart, stop: v.timeRangeStop)\n"
        '  |> filter(fn: (r) => r._measurement == "pv_alarm" and r.plant_id =~ /^${plant:regex}$/)\n'
        '  |> filter(fn: (r) => r._field == "name" or r._field == "cause")\n'
        '  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> group()\n'
        "  |> map(fn: (r) => ({time: r._time, title: r.name, text: r.cause, tags: r.severity}))"
    )
    target: Json = {"refId": "Anno", "query": flux}
    if language is INFLUXQL:
        target |= {
            "query": influxql,
            "fromAnnotations": True,  # with Flux it would ask in InfluxQL
            "rawQuery": True,
            "textEditor": True,
            "titleColumn": "title",
            "textColumn": "text",
            "tagsColumn": "severity",
        }
    return {
        "name": "Alarms raised",
        "enable": True,
        "iconColor": "#C4162A",
        "datasource": SOURCE,
        **({} if language is INFLUXQL else {"mappings": {}}),
        "target": target,
    }


def _resolved(value: Any, language: Language) -> Any:
    """Links to boards with the set's own uids, and its tag."""
    if value == TAG:
        return language.tag
    if isinstance(value, str) and _UID in value:
        head, rest = value.split(_UID, 1)
        name, tail = rest.split("%", 1)
        return f"{head}{language.uid(name)}{tail}"
    if isinstance(value, dict):
        return {key: _resolved(one, language) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_resolved(one, language) for one in value]
    return value


def render_board(board: Board, language: Language) -> Json:
    """The dashboard as Grafana reads it from a file."""
    panels: list[Json] = []
    number, y = 1, 0
    for one in board.rows:
        if one.title:
            place = {"x": 0, "y": y, "w": 24, "h": 1}
            panels.append(
                {
                    "id": number,
                    "type": "row",
                    "title": one.title,
                    "collapsed": False,
                    "gridPos": place,
                    "panels": [],
                }
            )
            number, y = number + 1, y + 1
        x = 0
        for panel in one.panels:
            place = {"x": x, "y": y, "w": panel.width, "h": one.height}
            panels.append(_panel(panel, language, number, place))
            number, x = number + 1, x + panel.width
        y += one.height
    links = [
        {
            "type": "dashboards",
            "tags": [language.tag],
            "asDropdown": True,
            "includeVars": True,
            "keepTime": True,
            "title": "Solar boards",
            "icon": "external link",
            "targetBlank": False,
            "tooltip": "",
            "url": "",
        }
    ]
    made: Json = {
        "uid": language.uid(board.name),
        "title": board.title,
        "description": board.description,
        "tags": [language.tag],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": board.zone,
        "time": {"from": board.start, "to": board.stop},
        "timepicker": {},
        "refresh": "5m",
        "links": links,
        "annotations": {"list": [_BUILT_IN, *([_annotation(language)] if board.alarms else [])]},
        "templating": {
            "list": [variables.datasource(language), *(make(language) for make in board.variables)]
        },
        "panels": panels,
    }
    resolved: Json = _resolved(made, language)
    return resolved
