"""Rules that every rendered board keeps, and the files that are committed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from collector.catalogue import fusionsolar
from collector.catalogue.schema import MEASUREMENTS, OWN_FIELDS
from collector.catalogue.units import suffix_of
from collector.render.dashboards.files import render, write

GRAFANA = Path(__file__).parents[2] / "grafana"
FILES = render()
BOARDS = {name: json.loads(text) for name, text in FILES.items() if name.endswith(".json")}
UIDS = {"home", "fleet", "plant", "inverters", "battery", "alarms", "energy", "completeness", "collector"}
CORE = {
    "stat",
    "gauge",
    "table",
    "timeseries",
    "barchart",
    "bargauge",
    "state-timeline",
    "status-history",
    "geomap",
    "dashlist",
    "text",
    "row",
}
WITHOUT_DATA = {"dashlist", "text", "row"}
UNITS = {
    "_kw": {"suffix:kW"},
    "_kwh": {"suffix:kWh", "kwatth"},
    "_kwp": {"suffix:kWp"},
    "_v": {"volt"},
    "_a": {"amp"},
    "_hz": {"hertz"},
    "_pct": {"percent"},
    "_c": {"celsius"},
    "_w_m2": {"suffix:W/m²"},
    "_kg": {"suffix:kg"},
    "_h": {"h"},
    "_s": {"s", "dtdurations"},
    "_cur": {"locale"},
    "_ratio": {"percentunit", "none"},
    "_trees": {"suffix:trees"},
}
# Measurements and tags that boards read and the schema does not list yet.
every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


def panels(board):
    """Panels with data."""
    return [panel for panel in board["panels"] if panel["type"] not in WITHOUT_DATA]


def texts(board):
    """Every query text: panels, variables, annotations."""
    made = [target["query"] for panel in panels(board) for target in panel["targets"]]
    made += [one["query"] for one in board["templating"]["list"] if one["type"] == "query"]
    return made + [one["target"]["query"] for one in board["annotations"]["list"] if "target" in one]


def test_committed_files_are_fresh():
    """grafana/ is what is rendered today, no file more: else run `python -m collector.render.dashboards`."""
    here = {
        path.relative_to(GRAFANA).as_posix(): path.read_text(encoding="utf-8")
        for path in GRAFANA.rglob("*")
        if path.suffix in {".json", ".yaml"}
    }
    assert here == FILES


def test_write_changes_only_what_differs(tmp_path):
    """Writing again changes nothing; a touched file is mended, one that is no longer rendered removed."""
    assert len(write(tmp_path)) == len(FILES)
    assert write(tmp_path) == []
    (tmp_path / "dashboards/flux/home.json").write_text("{}", encoding="utf-8")
    (tmp_path / "dashboards/flux/old.json").write_text("{}", encoding="utf-8")
    assert {path.name for path in write(tmp_path)} == {"home.json", "old.json"}


def test_uids_and_files_for_ever():
    """Nine boards in two sets, each under its own uid and file name."""
    expected = {f"dashboards/influxql/{name}.json": f"solar-{name}" for name in UIDS}
    expected |= {f"dashboards/flux/{name}.json": f"solar-{name}-flux" for name in UIDS}
    assert {name: board["uid"] for name, board in BOARDS.items()} == expected


def test_both_sets_have_the_same_panels():
    """The sets differ in queries, variables, uids and tags only."""
    for name in UIDS:
        left, right = (BOARDS[f"dashboards/{one}/{name}.json"] for one in ("influxql", "flux"))
        assert left["title"] == right["title"]
        for one, other in zip(left["panels"], right["panels"], strict=True):
            plain = [
                json.loads(
                    json.dumps({key: value for key, value in panel.items() if key != "targets"}).replace(
                        "-flux", ""
                    )
                )
                for panel in (one, other)
            ]
            if one["type"] != "dashlist":
                assert plain[0] == plain[1]


@every_board
def test_board(board):
    """Classic JSON for Grafana 10.4 and newer; ids unique; panels lie side by side and never over each other."""
    assert board["schemaVersion"] <= 39
    assert len(board["uid"]) <= 40
    assert board["title"]
    assert board["description"]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    assert len(panels(board)) <= 24
    taken = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        taken |= cells


@every_board
def test_panels(board):
    """Core panels only, each with a title, words and a unit, and at most four targets of one data source."""
    for panel in board["panels"]:
        assert panel["type"] in CORE
        assert panel["title"]
        if panel["type"] != "row":
            assert len(panel["description"]) > 10, panel["title"]
    for panel in panels(board):
        assert 1 <= len(panel["targets"]) <= 4, panel["title"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@every_board
def test_no_literal_source_bucket_or_range(board):
    """Data sources by variable, buckets by the data source; ids only through ``:regex``."""
    text = json.dumps({"panels": board["panels"], "annotations": board["annotations"]["list"][1:]})
    assert set(re.findall(r'"uid": "([^"]+)"', text)) <= {"${datasource}"}
    for query in texts(board):
        assert "bucket:" not in query.replace("bucket: v.defaultBucket", "")
        for name in ("plant", "account", "group", "inverter"):
            assert not re.search(rf"\$({name})\b|\${{{name}}}|\[\[{name}", query), query
        for found in re.findall(r"=~ (/[^ )]+/)", query):
            assert found.startswith("/^"), query
            assert found.endswith("$/"), query
        # Text replacement by Grafana: columns of these names would be replaced too.
        assert not re.search(r"r\.(bucket|defaultBucket|organization|windowPeriod|timeRangeSt)", query)


@every_board
def test_links_stay_in_the_set(board):
    """Every link leads to a board of the same language, with the data source and the time range."""
    flux = board["uid"].endswith("-flux")
    for uid, rest in re.findall(r'"/d/([^?"]+)([^"]*)"', json.dumps(board)):
        assert (uid.endswith("-flux")) == flux
        assert uid.removesuffix("-flux").removeprefix("solar-") in UIDS
        assert "var-datasource=${datasource}" in rest
    (tag,) = board["tags"]
    assert tag == ("solar-flux" if flux else "solar")
    assert board["links"][0]["tags"] == [tag]


def known(measurement):
    """Names that queries may use of a measurement."""
    names = {row.name for row in fusionsolar.FIELDS if row.measurement == measurement}
    names |= {row.name for row in OWN_FIELDS.get(measurement, ())}
    return names | set(MEASUREMENTS[measurement].tags)


def test_fields_exist():
    """Every field that a Flux query asks for is in the schema of its measurement."""
    seen = 0
    for name, board in BOARDS.items():
        for query in texts(board):
            measurements = re.findall(r'r\._measurement == "([a-z_]+)"', query)
            if not measurements or "/flux/" not in name:
                continue
            (measurement,) = set(measurements)
            assert measurement in MEASUREMENTS
            asked = set(
                re.findall(r'r\._field == "([a-z_0-9]+)"', query.split("|> map")[0].split("\n  rows")[0])
            )
            asked |= set(
                re.findall(r"r\.(plant_id|device_id|account|interface|severity|device_type)\b", query)
            )
            unknown = asked - known(measurement)
            assert not unknown, (measurement, unknown)
            seen += len(asked)
    assert seen > 300


def test_influxql_asks_the_same_measurement():
    """The twin of a Flux query asks the same measurement."""
    for name in UIDS:
        left, right = (BOARDS[f"dashboards/{one}/{name}.json"] for one in ("influxql", "flux"))
        for one, other in zip(texts(left), texts(right), strict=True):
            asked = set(re.findall(r"FROM ([a-z_]+)", one))
            assert asked == set(re.findall(r'r\._measurement == "([a-z_]+)"', other)), one


def columns(query):
    """Columns of numbers that an InfluxQL query gives to the panel."""
    selected = query[len("SELECT ") : query.index(" FROM ")]
    return re.findall(r'AS "?([a-z_0-9]+)"?', selected)


@pytest.mark.parametrize(
    "board", [board for name, board in BOARDS.items() if "influxql" in name], ids=sorted(UIDS)
)
def test_units_fit(board):
    """A column whose name ends with a unit is shown in that unit, its own or its panel's."""
    for panel in panels(board):
        config = panel["fieldConfig"]
        own = {
            one["matcher"]["options"]: prop["value"]
            for one in config["overrides"]
            for prop in one["properties"]
            if prop["id"] == "unit"
        }
        dropped = {
            name for one in panel["transformations"] for name in one["options"].get("excludeByName", {})
        }
        for target in panel["targets"]:
            for name in set(columns(target["query"])) - dropped:
                suffix = suffix_of(name)
                if suffix:
                    shown = own.get(name, config["defaults"]["unit"])
                    assert shown in UNITS[suffix], (panel["title"], name, shown)


@every_board
def test_times_of_calendar_bars(board):
    """Bars of dates are labelled in UTC, where the rows stand; curves of readings are drawn with open gaps."""
    for panel in panels(board):
        if panel["type"] == "barchart":
            (label,) = [one for one in panel["transformations"] if one["id"] == "formatTime"]
            assert label["options"]["timezone"] == "utc"
        if panel["type"] == "timeseries":
            assert panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] == 900_000


@every_board
def test_names_not_ids(board):
    """No bare id is shown: columns of ids are hidden or only a link's, series are named by names."""
    for panel in panels(board):
        hidden = {
            one["matcher"]["options"]
            for one in panel["fieldConfig"]["overrides"]
            for prop in one["properties"]
            if prop["id"] == "custom.hidden" and prop["value"]
        }
        if panel["type"] == "table":
            for name in ("plant_id", "device_id"):
                used = any(name in target["query"].partition("SELECT")[2] for target in panel["targets"])
                grouped = any(
                    re.search(
                        rf"GROUP BY [^)]*{name}[^)]*$|group\(\) \|> keep\(columns: \[[^\]]*{name}",
                        target["query"],
                    )
                    for target in panel["targets"]
                )
                if used and grouped:
                    assert name in hidden, panel["title"]
        assert "labels.plant_id}" not in panel["fieldConfig"]["defaults"].get("displayName", "")
        assert "labels.device_id}" not in panel["fieldConfig"]["defaults"].get("displayName", "")
