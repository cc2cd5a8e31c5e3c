"""Asks databases what panels ask, as Grafana would: variables and macros are replaced in the text."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime


class Refused(Exception):
    """The database did not take a query."""


def post(url, body, headers):
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as fault:
        raise Refused(fault.read().decode()) from fault


def chosen(values):
    """What ``:regex`` makes of a choice."""
    escaped = [re.sub(r"[\\^$*+?.()|[\]{}/]", lambda found: "\\" + found.group(), one) for one in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def filled(text, choice):
    """Variables replaced: lists for ``:regex``, texts else."""
    for name, value in choice.items():
        values = value if isinstance(value, list) else [value]
        text = text.replace(f"${{{name}:regex}}", chosen(values) if values != [".*"] else ".*")
        text = text.replace(f"${{{name}}}", values[0])
        text = re.sub(rf"\${name}\b", lambda _, first=values[0]: first, text)
    return text


class InfluxQL:
    """An InfluxDB asked in InfluxQL."""

    language = "influxql"

    def __init__(self, url, database, headers=None):
        self.url, self.database, self.headers = url, database, headers or {}

    def rows(self, text, *, start, stop, interval="30m", choice):
        text = text.replace("$timeFilter", f"time >= {start * 1000}ms and time <= {stop * 1000 - 1}ms")
        text = text.replace("${__from}", str(start * 1000)).replace("${__to}", str(stop * 1000 - 1))
        text = filled(text.replace("$__interval", interval), choice)
        form = urllib.parse.urlencode({"db": self.database, "q": text, "epoch": "ms"}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.headers}
        (result,) = json.loads(post(f"{self.url}/query", form, headers))["results"]
        if "error" in result:
            raise Refused(f"{result['error']}: {text}")
        return [
            {
                **series.get("tags", {}),
                **{("Time" if k == "time" else k): v for k, v in zip(series["columns"], values, strict=True)},
            }
            for series in result.get("series", [])
            for values in series["values"]
        ]


class Flux:
    """An InfluxDB asked in Flux."""

    language = "flux"

    def __init__(self, url, org, bucket, token):
        self.url, self.org, self.bucket, self.token = url, org, bucket, token

    def text(self, text, *, start, stop, interval="30m", choice):
        """The query as Grafana sends it."""
        stops = datetime.fromtimestamp(stop, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        starts = datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = text.replace("v.timeRangeStart", starts).replace("v.timeRangeStop", stops)
        text = text.replace("v.windowPeriod", interval).replace("v.defaultBucket", json.dumps(self.bucket))
        return filled(text, choice)

    def rows(self, text, **view):
        text = self.text(text, **view)
        body = json.dumps({"query": text, "dialect": {"annotations": ["datatype"]}}).encode()
        headers = {
            "Authorization": f"Token {self.token}",
            "Content-Type": "application/json",
            "Accept": "application/csv",
        }
        query = urllib.parse.urlencode({"org": self.org})
        try:
            return _read(post(f"{self.url}/api/v2/query?{query}", body, headers))
        except Refused as fault:
            raise Refused(f"{fault}: {text}") from fault


def _read(text):
    rows, kinds, names = [], [], []
    for cells in csv.reader(io.StringIO(text)):
        if not cells:
            names = []
        elif cells[0] == "#datatype":
            kinds, names = cells, []
        elif not names:
            names = cells
        else:
            if "error" in names:
                raise Refused(", ".join(cells))
            rows.append(
                {
                    name: _value(cell, kind)
                    for name, cell, kind in zip(names, cells, kinds, strict=True)
                    if name not in {"", "result", "table"}
                }
            )
    return rows


def _value(cell, kind):
    if kind == "string":
        return cell or None
    if cell == "":
        return None
    if kind in {"double", "long", "unsignedLong"}:
        return float(cell)
    if kind.startswith("dateTime"):
        return round(datetime.fromisoformat(cell).timestamp() * 1000)
    return cell
