"""Every query of every panel is executed: rows where there is data, the right numbers, the same in both languages."""

from __future__ import annotations

import os
import statistics
import sys
import time
from datetime import datetime

import pytest
from fortnight import DAY, FARM, HOME, INVERTERS, KWP, SCHOOL, ZONE

from collector.render.dashboards.boards import BOARDS
from collector.render.dashboards.files import render

BOTH = pytest.mark.parametrize("database", ["influxql", "flux"], indirect=True)
# Classes that no plant of the fortnight is in.
NOBODY = {("fleet", "Plants by state", "disconnected")}
TAGS = {
    "Time",
    "plant_id",
    "device_id",
    "vendor",
    "account",
    "interface",
    "subject",
    "string",
    "mppt",
    "severity",
    "alarm_id",
}


def queries():
    """(board, panel, query) of all."""
    return [(board, panel, query) for board in BOARDS for panel in board.panels for query in panel.queries]


def query_of(board, title, ref):
    """One query, by where a viewer finds it."""
    (found,) = [
        (panel, query)
        for one, panel, query in queries()
        if one.name == board and panel.title.startswith(title) and query.ref == ref
    ]
    return found


def answer(database, view, board, title, ref, **choice):
    """The rows of one query."""
    panel, query = query_of(board, title, ref)
    return database.rows(getattr(query, database.language), **view.of(panel, **choice))


def one(rows, column):
    """The single value of a stat."""
    (row,) = rows
    return row[column]


def told(rows):
    """Rows that say something beside when and who."""
    return [row for row in rows if any(value is not None for name, value in row.items() if name not in TAGS)]


@BOTH
def test_every_panel_answers(database, view, capfd):
    """No query of a panel fails, and none is empty though its measurement has data; in CI a table tells rows and seconds."""
    lines, empty = [], []
    for board, panel, query in queries():
        began = time.perf_counter()
        rows = told(database.rows(getattr(query, database.language), **view.of(panel)))
        took = time.perf_counter() - began
        lines.append(
            f"{database.language:8} {board.name:12} {panel.title[:44]:44} {query.ref:12} {len(rows):6} {took:6.3f}"
        )
        if not rows and (board.name, panel.title, query.ref) not in NOBODY:
            empty.append(lines[-1])
    if os.environ.get("CI"):
        with capfd.disabled():
            sys.stderr.write(
                "\n"
                + "\n".join(
                    [f"{'language':8} {'board':12} {'panel':44} {'query':12} {'rows':>6} {'s':>6}", *lines]
                )
                + "\n"
            )
    assert not empty, "\n".join(empty)


def _comparable(rows, columns, first):
    made = []
    for row in told(rows):
        # The first bars of counters differ by design.
        if first and row["Time"] < first:
            continue
        made.append(
            tuple(
                f"{row.get(name):.9g}" if isinstance(row.get(name), (int, float)) else row.get(name)
                for name in columns
            )
        )
    return sorted(made, key=str)


def test_both_languages_say_the_same(influxql, flux, view):
    """Each panel's two queries answer with the same columns, rows and numbers."""
    for board, panel, query in queries():
        asked = view.of(panel)
        left, right = influxql.rows(query.influxql, **asked), flux.rows(query.flux, **asked)
        columns = sorted({name for row in right for name in row})
        first = (view.stop - 6 * DAY) * 1000 if "increase()" in query.flux else 0
        where = f"{board.name}: {panel.title}: {query.ref}"
        assert _comparable(left, columns, first) == _comparable(right, columns, first), where
        assert {n for row in told(left) for n, value in row.items() if value is not None} - {"Time"} <= set(
            columns
        ), where


@BOTH
def test_power_now(database, view, fortnight):
    """The sum over plants that report; the silent one is not in it. One chosen plant never draws in one whose id begins alike."""
    power = {
        plant: sum(
            fortnight.power.get((device, fortnight.last), 0.0)
            for device, of in INVERTERS.items()
            if of == plant
        )
        for plant in KWP
    }
    assert power[HOME] > 1
    expected = pytest.approx(power[HOME] + power[FARM])
    assert one(answer(database, view, "fleet", "Power now", "now"), "power_kw") == expected
    assert one(
        answer(database, view, "fleet", "Power now", "now", plant=[HOME]), "power_kw"
    ) == pytest.approx(power[HOME])


@BOTH
def test_flows_now(database, view, fortnight):
    """Import and export are two positive numbers; load is pv − grid − battery."""
    power = fortnight.power["1001", fortnight.last]
    strings, grid, _battery, load = fortnight.flows(HOME, power)
    row = one_row(answer(database, view, "plant", "Now", "now", plant=[HOME]))
    assert row["pv_power_kw"] == pytest.approx(strings)
    assert row["export_kw"] == pytest.approx(max(grid, 0.0))
    assert row["import_kw"] == pytest.approx(max(-grid, 0.0))
    assert row["load_power_kw"] == pytest.approx(load)


def one_row(rows):
    """The only row."""
    (row,) = rows
    return row


@BOTH
def test_power_curve(database, view, fortnight):
    """Half-hour means are summed over inverters; a pause of one inverter lowers the sum, nothing is invented."""
    rows = {
        row["Time"]: row["today_kw"]
        for row in answer(database, view, "plant", "Power, and", "today", plant=[FARM])
    }
    for at in (fortnight.gap[0] // 1800 * 1800 + 3600, fortnight.last // 1800 * 1800 - 3600):
        means = [
            [
                fortnight.power[device, moment]
                for moment in range(at, at + 1800, 300)
                if (device, moment) in fortnight.power
            ]
            for device in ("2001", "2002")
        ]
        assert rows[at * 1000] == pytest.approx(sum(statistics.fmean(values) for values in means if values))


@BOTH
def test_gap_is_null(database, view, fortnight):
    """Where nothing came there is a row without a number, so that the line breaks."""
    rows = answer(database, view, "inverters", "AC power", "power", plant=[FARM])
    middle = (fortnight.gap[0] // 1800 * 1800 + 3600) * 1000
    paused = [row for row in rows if row["device_id"] == "2001" and row["Time"] == middle]
    assert [row["kw"] for row in paused] == [None]


@BOTH
def test_day_bars(database, view, fortnight):
    """A bar is the sum of all plants' rows of a local date; the silent plant ends early."""
    rows = {row["Time"]: row["yield_kwh"] for row in answer(database, view, "fleet", "Yield per day", "days")}
    for at in (fortnight.midnight, fortnight.midnight - 9 * DAY):
        expected = sum(fortnight.day(plant, at)["yield_kwh"] for plant in KWP if fortnight.seen(plant, at))
        assert rows[at * 1000] == pytest.approx(expected)
    assert len(rows) == 31


@BOTH
def test_performance_ratio(database, view, fortnight):
    """Sums are divided, not ratios averaged; a day without theory, or with none, changes nothing."""
    rows = {
        row["Time"]: row["pr_pct"]
        for row in answer(database, view, "plant", "Performance ratio", "pr", plant=[HOME])
    }
    assert set(map(round, rows.values())) == {80}
    assert (fortnight.midnight - 3 * DAY) * 1000 not in rows
    assert (fortnight.midnight - 4 * DAY) * 1000 not in rows
    assert len(rows) == 29


@BOTH
def test_specific_yield_of_yesterday(database, view, fortnight):
    """Yield per installed capacity of yesterday's row only."""
    rows = {
        row["plant_id"]: row["specific"]
        for row in answer(database, view, "fleet", "Specific yield yesterday", "yield")
    }
    yesterday = fortnight.midnight - DAY
    assert rows[FARM] == pytest.approx(fortnight.day(FARM, yesterday)["yield_kwh"] / KWP[FARM])


@BOTH
def test_self_consumption_and_autarky(database, view):
    """(Yield − export) / yield = 40 %, (use − import) / use = 4 / 7."""
    assert one(
        answer(database, view, "plant", "Self-consumption", "self", plant=[HOME]), "self_pct"
    ) == pytest.approx(40)
    assert one(
        answer(database, view, "plant", "Autarky", "autarky", plant=[HOME]), "autarky_pct"
    ) == pytest.approx(400 / 7)


@BOTH
def test_round_trip(database, view):
    """4.5 of 5 kWh come back."""
    assert one(
        answer(database, view, "battery", "Round trip", "trip", plant=[HOME]), "trip_pct"
    ) == pytest.approx(90)


@BOTH
def test_counters_over_summer_time(database, view, fortnight):
    """A meter that counts 1 kWh an hour counts as many kWh as the day has hours."""
    panel, query = query_of("battery", "Imported and exported", "days")
    date, hours = fortnight.change()
    begin = date.timestamp()
    asked = {**view.of(panel, plant=[HOME]), "start": int(begin), "stop": int(begin + hours * 3600)}
    rows = {row["Time"]: row for row in database.rows(getattr(query, database.language), **asked)}
    step = 0.5 if database.language == "influxql" else 0.0  # the one over the first midnight
    assert rows[int(begin * 1000)]["export_kwh"] == pytest.approx(hours - step)
    assert rows[int(begin * 1000)]["import_kwh"] == pytest.approx(step - hours)


@BOTH
def test_open_alarms(database, view):
    """All that are open, also one of 400 days ago; quotes in names survive."""
    rows = answer(database, view, "alarms", "Open alarms", "alarms")
    assert {row["alarm"] for row in rows} == {
        "Grid loss",
        'Low "insulation" resistance, string 3',
        "Sensor dirty",
        "Clock wrong",
    }
    assert one(answer(database, view, "alarms", "Open alarms", "major"), "major") == 1


@BOTH
def test_weakest_string(database, view):
    """The string with 80 % of the others' current shows −20 %."""
    rows = {
        (row["device_id"], row["string"]): row
        for row in answer(database, view, "inverters", "Weakest", "weak")
    }
    assert rows["2001", "03"]["mean_pct"] == pytest.approx(-20)
    assert rows["2001", "02"]["mean_pct"] == pytest.approx(0)
    assert len(rows) == 10


@BOTH
def test_morning_table(database, view):
    """Every plant stands in it; the silent one has no fresh state, which is how it is told."""
    info = {row["plant_id"] for row in answer(database, view, "fleet", "Plants, worst", "info")}
    fresh = {
        row["plant_id"]: row["health_state"]
        for row in answer(database, view, "fleet", "Plants, worst", "fresh")
    }
    last = {row["plant_id"]: row["Time"] for row in answer(database, view, "fleet", "Plants, worst", "last")}
    assert info == {HOME, FARM, SCHOOL}
    assert fresh == {HOME: 3, FARM: 2}
    assert last[HOME] - last[SCHOOL] == pytest.approx(26 * 3_600_000, abs=600_000)


@BOTH
def test_completeness(database, view, fortnight):
    """3 hours of one of two inverters are missing: 93.75 % of that day."""
    rows = {
        (row["plant_id"], row["Time"]): row["pct"]
        for row in answer(database, view, "completeness", "Completeness", "share")
    }
    assert rows[FARM, (fortnight.midnight - 5 * DAY) * 1000] == pytest.approx(540 / 576 * 100)
    assert rows[HOME, (fortnight.midnight - 5 * DAY) * 1000] == pytest.approx(100)


@BOTH
def test_year_matrix(database, view, fortnight):
    """One row per month, however many plants are chosen."""
    rows = answer(database, view, "energy", "Yield by month", "months")
    assert len(rows) == 36
    here = {(row["year"], row["month"] - 100): row["yield_kwh"] for row in rows}
    at = datetime.fromtimestamp(fortnight.now, ZONE)
    year, month = at.year - 1, at.month
    assert here[year, month] == pytest.approx(sum(fortnight.month(plant, year, month) for plant in KWP))


@BOTH
def test_faults_in_words(database, view):
    """Only the active fault, with what to do."""
    row = one_row(answer(database, view, "home", "What is wrong", "faults"))
    assert row["account"] == "office"
    assert "Set a new one" in row["words"]


@BOTH
def test_history_and_access(database, view):
    """The longest of the jobs; the one plant whose data may not be read, with the reason."""
    assert one(answer(database, view, "home", "History ready", "eta"), "eta_s") == 7200
    row = one_row(answer(database, view, "home", "Plants whose data", "access"))
    assert (row["plant_id"], row["plant"]) == (SCHOOL, "Schule Grünau")


@BOTH
def test_allowances(database, view):
    """Calls of a day, and of a short window, stand beside their own budgets."""
    rows = {
        (row["account"], row["interface"]): row for row in answer(database, view, "collector", "Daily", "day")
    }
    assert set(rows) == {("home", "getKpiStationDay"), ("office", "getKpiStationDay")}
    assert rows["home", "getKpiStationDay"]["budget"] == 25
    rows = {
        row["interface"]: row
        for row in answer(database, view, "collector", "Short", "w300", account=["home"])
    }
    assert (rows["getDevRealKpi"]["calls"], rows["getDevRealKpi"]["refused"]) == (1, 1)


@BOTH
def test_variables(database, view):
    """Choices follow each other: account and group limit plants; All keeps plants without a group; names are shown, ids sent."""
    files = render()
    import json

    board = json.loads(files[f"dashboards/{database.language}/fleet.json"])
    made = {one["name"]: one for one in board["templating"]["list"]}

    def labels(name, **choice):
        rows = database.rows(made[name]["query"], **view.of(**choice))
        return sorted(next(value for key, value in row.items() if key != "Time") for row in rows)

    everything = [
        'Barn "South"|NE=335544350',
        "Home by the lake|NE=33554435",
        "Schule Grünau|1298491919448828419",
    ]
    assert labels("plant", account=[".*"]) == everything
    assert labels("plant", account=["home"]) == everything[:2]
    assert labels("plant", account=[".*"], group=["farm"]) == everything[:1]
    assert labels("plant", account=[".*"], group=["farm", "school"]) == [everything[0], everything[2]]
    assert set(labels("group", account=["office"])) - {None} == {"school"}
    assert set(labels("account")) == {"home", "office"}
    assert set(labels("tz", plant=[HOME, FARM])) == {"Europe/Berlin"}
    assert set(labels("currency")) == {"EUR"}
    board = json.loads(files[f"dashboards/{database.language}/inverters.json"])
    made = {one["name"]: one for one in board["templating"]["list"]}
    assert labels("inverter", plant=[FARM]) == ["Inverter east|2002", "Inverter west|2001"]
    board = json.loads(files[f"dashboards/{database.language}/battery.json"])
    made = {one["name"]: one for one in board["templating"]["list"]}
    rows = database.rows(made["metered"]["query"], **view.of())
    assert [row.get("value", row.get("_value", row.get("plant_id"))) for row in rows] == [HOME]
    assert labels("plant", account=[".*"], metered=[HOME]) == everything[1:2]


@BOTH
def test_annotations(database, view):
    """Alarms raised in the range, with title and text."""
    import json

    board = json.loads(render()[f"dashboards/{database.language}/plant.json"])
    rows = database.rows(board["annotations"]["list"][1]["target"]["query"], **view.of())
    assert {row["title"] for row in rows} == {
        "Grid loss",
        'Low "insulation" resistance, string 3',
        "Fan blocked",
    }
