"""The ten questions of docs/queries.md are asked as they stand there, and answered alike in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fortnight import ACCOUNTS, DAY, FARM, HOME, KWP, SCHOOL
from test_languages import node, valid

__all__ = ["node"]
PAGE = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
QUESTIONS = dict(enumerate(PAGE.split("\n## ")[1:], 1))


def text(number, language):
    """One query of the page."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", QUESTIONS[number], re.DOTALL)
    return found.strip()


def ask(database, view, number, *key):
    """The rows of a question, by key."""
    query = text(number, database.language)
    if database.language == "flux":
        query = query.replace('bucket: "solar"', "bucket: v.defaultBucket")
    rows = database.rows(query, **view.of())
    return {tuple(row[one] for one in key): row for row in rows}


def values(rows, *names):
    """Numbers of rows, rounded for comparison."""
    return {key: tuple(pytest.approx(row[name]) for name in names) for key, row in rows.items()}


def test_ten_questions():
    """Ten, each with one query in each language."""
    assert list(QUESTIONS) == list(range(1, 11))
    for number, body in QUESTIONS.items():
        assert body.startswith(f"{number}. ")
        assert text(number, "influxql")
        assert text(number, "flux")


def test_flux_questions_are_valid(node):
    """Flux's own parser and type checker accept each as it stands on the page."""
    assert all(valid(node, [text(number, "flux") for number in QUESTIONS]))


@pytest.mark.parametrize("database", ["influxql", "flux"], indirect=True)
def test_answers(database, view, fortnight):
    """The numbers are those that the generator knows."""

    def days(plant, first, last):
        return [
            fortnight.day(plant, at)
            for at in fortnight.dates(60)
            if first < at < last and fortnight.seen(plant, at)
        ]

    now = fortnight.now
    power = fortnight.power["1001", fortnight.last]
    assert ask(database, view, 1, "plant_id")[HOME,]["power_kw"] == pytest.approx(power)
    assert set(ask(database, view, 1, "plant_id")) == {(HOME,), (FARM,)}
    made = {
        (plant,): (sum(row["yield_kwh"] for row in days(plant, now - 7 * DAY, now + DAY)),) for plant in KWP
    }
    assert made == values(ask(database, view, 2, "plant_id"), "yield_kwh")
    specific = {
        (plant,): (sum(row["yield_kwh"] for row in days(plant, now - 30 * DAY, now - DAY)) / KWP[plant],)
        for plant in KWP
    }
    assert specific == values(ask(database, view, 3, "plant_id"), "specific")
    assert {(plant,): (80.0,) for plant in KWP} == values(ask(database, view, 4, "plant_id"), "pr_pct")
    assert ask(database, view, 5, "device_id", "string")["2001", "03"]["dev_pct"] == pytest.approx(-20)
    alarms = ask(database, view, 6, "plant_id", "device_id", "severity")
    assert alarms[FARM, "2001", "critical"]["alarm"] == "Grid loss"
    assert len(alarms) == 4
    whole = sorted(ask(database, view, 7, "Time").values(), key=lambda row: row["Time"])[1:-1]
    assert len(whole) >= 8
    for row in whole:
        assert row["export_kwh"] == pytest.approx(2 * row["import_kwh"])
        assert 22.9 < row["import_kwh"] < 25.1
    (income,) = ask(database, view, 8).values()
    year, month = fortnight.months(1)[0]
    assert income["income_cur"] == pytest.approx(
        sum(fortnight.month(plant, year, month + 1) for plant in KWP) * 0.1
    )
    assert ask(database, view, 9, "plant_id")[HOME,]["held_pct"] == pytest.approx(100)
    assert ask(database, view, 9, "plant_id")[SCHOOL,]["held_pct"] < 100
    calls = ask(database, view, 10, "account", "interface")
    assert {account for account, _ in calls} == set(ACCOUNTS.values())
    assert calls["home", "getDevRealKpi"]["refused"] == 1
    assert calls["home", "getDevRealKpi"]["budget"] == 4
