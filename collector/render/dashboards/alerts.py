"""Ten alert rules, in InfluxQL, which every supported database understands.

Rules give one alert per plant, never one per device: alarms of devices flood. A rule without rows is well (noDataState OK);
a query that fails is told (execErrState Error). Nearness of a quota is no alert: history uses what is left over by design.
"""

from __future__ import annotations

from typing import Any, Final

from collector.render.dashboards.language import INFLUXQL

Json = dict[str, Any]

FOLDER: Final = "Solar alerts"
_HOUR: Final = 3600
_DAY: Final = 86_400


def _query(ref: str, text: str, back_s: int, until_s: int = 0) -> Json:
    model = {"refId": ref, "rawQuery": True, "resultFormat": "time_series", "query": text}
    return {
        "refId": ref,
        "relativeTimeRange": {"from": back_s, "to": until_s},
        "datasourceUid": INFLUXQL.source_uid,
        "model": model,
    }


def _reduce(ref: str, of: str, reducer: str = "last") -> Json:
    # dropNN: buckets without a number say nothing.
    model = {
        "refId": ref,
        "type": "reduce",
        "expression": of,
        "reducer": reducer,
        "settings": {"mode": "dropNN"},
        "datasource": {"type": "__expr__", "uid": "__expr__"},
    }
    return {
        "refId": ref,
        "datasourceUid": "__expr__",
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": model,
    }


def _threshold(of: str, kind: str, value: float) -> Json:
    model = {
        "refId": "Z",
        "type": "threshold",
        "expression": of,
        "conditions": [{"evaluator": {"type": kind, "params": [value]}}],
        "datasource": {"type": "__expr__", "uid": "__expr__"},
    }
    return {
        "refId": "Z",
        "datasourceUid": "__expr__",
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": model,
    }


def _math(expression: str) -> Json:
    model = {
        "refId": "Z",
        "type": "math",
        "expression": expression,
        "datasource": {"type": "__expr__", "uid": "__expr__"},
    }
    return {
        "refId": "Z",
        "datasourceUid": "__expr__",
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": model,
    }


def _rule(  # noqa: PLR0917  a row of a table
    name: str, title: str, summary: str, mend: str, board: str, severity: str, pending: str, *data: Json
) -> Json:
    query = "" if board in {"collector", "completeness"} else "?var-plant={{ $labels.plant_id }}"
    return {
        "uid": f"solar-{name}",
        "title": title,
        "condition": "Z",
        "data": list(data),
        "for": pending,
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": {"severity": severity},
        "annotations": {"summary": summary, "description": mend, "link": f"/d/{INFLUXQL.uid(board)}{query}"},
        "isPaused": False,
    }


_PLANT: Final = "Plant {{ $labels.plant_id }}"

RULES: Final[tuple[Json, ...]] = (
    _rule(
        "collector-silent",
        "Collector is silent",
        "No call to the vendor's cloud has been recorded for 20 minutes.",
        "See whether the container runs, and what `solar-collector status` says.",
        "collector",
        "critical",
        "10m",
        _query(
            "A",
            "SELECT count(calls) FROM collector_api WHERE $timeFilter GROUP BY time(10m) fill(0)",
            2 * _DAY,
        ),
        _reduce("B", "A"),
        _threshold("B", "lt", 1),
    ),
    _rule(
        "plant-disconnected",
        "Plant disconnected by day",
        f"{_PLANT}: disconnected for an hour, though it produced at this hour yesterday.",
        "Look after the data logger's power and network, then after the plant's mains.",
        "plant",
        "critical",
        "1h",
        _query("A", "SELECT last(health_state) FROM pv_plant WHERE $timeFilter GROUP BY plant_id", _HOUR),
        _reduce("B", "A"),
        _query(
            "C",
            "SELECT max(power_kwp_ratio) FROM pv_plant WHERE $timeFilter GROUP BY plant_id",
            25 * _HOUR,
            23 * _HOUR,
        ),
        _reduce("D", "C", "max"),
        _math("$B == 1 && $D > 0.02"),
    ),
    _rule(
        "inverter-idle",
        "Inverter gives nothing while others do",
        f"{_PLANT}: inverter {{{{ $labels.device_id }}}} at 0 kW while the plant gives more than 20 % of its capacity.",
        "Read its state and alarms; a fault, a tripped breaker or an open DC switch.",
        "inverters",
        "critical",
        "30m",
        _query(
            "A",
            "SELECT max(active_power_kw) FROM pv_inverter WHERE $timeFilter GROUP BY plant_id, device_id",
            1800,
        ),
        _reduce("B", "A", "max"),
        _query("C", "SELECT last(power_kwp_ratio) FROM pv_plant WHERE $timeFilter GROUP BY plant_id", 1800),
        _reduce("D", "C"),
        _math("$B < 0.01 && $D > 0.2"),
    ),
    _rule(
        "weak-string",
        "Weak string for three days",
        f"{_PLANT}: the weakest string gives {{{{ humanizePercentage $values.B.Value }}}} of its inverter's usual string.",
        "See which on the board of inverters and strings; shade, dirt, snow, a fuse, a plug.",
        "inverters",
        "warning",
        "30m",
        _query(
            "A",
            "SELECT percentile(worst_string_ratio, 75) FROM pv_plant WHERE $timeFilter GROUP BY plant_id",
            3 * _DAY,
        ),
        _reduce("B", "A"),
        _threshold("B", "lt", 0.8),
    ),
    _rule(
        "critical-alarm",
        "Critical alarm",
        f"{_PLANT}: {{{{ $values.B.Value }}}} critical alarm(s) open.",
        "The board of alarms says cause and mend.",
        "alarms",
        "critical",
        "0s",
        _query(
            "A",
            "SELECT sum(active) FROM pv_alarm WHERE $timeFilter AND severity = 'critical' GROUP BY plant_id",
            30 * _DAY,
        ),
        _reduce("B", "A"),
        _threshold("B", "gt", 0),
    ),
    _rule(
        "low-performance",
        "Performance ratio has fallen",
        f"{_PLANT}: yesterday's performance ratio was {{{{ humanize $values.B.Value }}}} %, usual are {{{{ humanize $values.D.Value }}}} %.",
        "Snow and dirt first; then an inverter or strings that are off; then the irradiation sensor.",
        "plant",
        "warning",
        "1h",
        _query(
            "A",
            "SELECT last(pr_pct) FROM pv_plant_day WHERE $timeFilter GROUP BY plant_id",
            54 * _HOUR,
            24 * _HOUR,
        ),
        _reduce("B", "A"),
        _query(
            "C",
            "SELECT median(pr_pct) FROM pv_plant_day WHERE $timeFilter GROUP BY plant_id",
            31 * _DAY,
            24 * _HOUR,
        ),
        _reduce("D", "C"),
        _query(
            "E",
            "SELECT sum(received) / sum(expected) * 100 FROM collector_coverage WHERE $timeFilter GROUP BY plant_id",
            54 * _HOUR,
            24 * _HOUR,
        ),
        _reduce("F", "E"),
        _math("$B < $D - 15 && $F >= 80"),
    ),
    _rule(
        "calls-refused",
        "Vendor's cloud refuses calls",
        "Account {{ $labels.account }}: {{ $values.B.Value }} call(s) refused as too frequent within an hour.",
        "Another program may use the same API user; the collector slows down by itself.",
        "collector",
        "warning",
        "5m",
        _query("A", "SELECT sum(rate_limited) FROM collector_api WHERE $timeFilter GROUP BY account", _HOUR),
        _reduce("B", "A"),
        _threshold("B", "gt", 0),
    ),
    _rule(
        "readings-late",
        "Readings arrive late",
        f"{_PLANT}: the newest reading is {{{{ humanizeDuration $values.B.Value }}}} old.",
        "The collector's board tells whether calls, the vendor or the way into the database are behind.",
        "plant",
        "warning",
        "30m",
        _query("A", "SELECT last(data_age_s) FROM pv_plant WHERE $timeFilter GROUP BY plant_id", _HOUR),
        _reduce("B", "A"),
        _threshold("B", "gt", 3600),
    ),
    _rule(
        "battery-unwell",
        "Battery faulty or worn",
        f"{_PLANT}: a battery reports a fault, or less than 70 % of health.",
        "Read its status and alarms; below 70 % of health look up its warranty.",
        "battery",
        "warning",
        "15m",
        _query(
            "A",
            "SELECT count(battery_soc_pct) FROM pv_battery WHERE $timeFilter"
            " AND (battery_status = 3 OR battery_soh_pct < 70) GROUP BY plant_id",
            _HOUR,
        ),
        _reduce("B", "A"),
        _threshold("B", "gt", 0),
    ),
    _rule(
        "incomplete-day",
        "Yesterday is incomplete",
        f"{_PLANT}: {{{{ humanize $values.B.Value }}}} % of yesterday's readings are held.",
        "History repairs gaps by itself as the quota allows; the board of completeness shows how far it is.",
        "completeness",
        "warning",
        "6h",
        _query(
            "A",
            "SELECT sum(received) / sum(expected) * 100 FROM collector_coverage WHERE $timeFilter GROUP BY plant_id",
            48 * _HOUR,
            24 * _HOUR,
        ),
        _reduce("B", "A"),
        _threshold("B", "lt", 95),
    ),
)

GROUPS: Final[list[Json]] = [
    {"orgId": 1, "name": "solar", "folder": FOLDER, "interval": "1m", "rules": list(RULES)},
]
