from __future__ import annotations

import json

import pytest

from collector.step.orders import waiting
from collector.store import StateFile

ASK = ("backfill", "--from", "2025-01-05", "--to", "2025-01-10")


def _orders(state_dir):
    with StateFile.open(state_dir) as state:
        return {name: waiting(state, name) for name in ("home", "roof")}


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        (("backfill", "--from", "soon"), "--from"),
        (("backfill", "--from", "2025-01-05", "--to", "2025-01-04"), "--to"),
        ((*ASK, "--levels", "hour,second"), "--levels"),
        ((*ASK, "--plants", "NE=404"), "--plants"),
    ],
)
def test_wrong_orders_name_the_option_and_leave_nothing(run, config, filled, arguments, setting):
    """A date, level or plant that is none ends with exit code 2 and one line; no order is left."""
    outcome = run(*arguments, "--config", config)
    assert outcome.code == 2
    assert outcome.err.startswith(f"solar-collector: {setting}: ")
    assert outcome.err.count("\n") == 1
    assert _orders(filled) == {"home": [], "roof": []}


def test_a_dry_run_tells_calls_and_duration_and_leaves_no_order(run, config, filled):
    """Six days of two plants and three devices: one call a date, month, year; five-minute days in windows of three."""
    outcome = run(*ASK, "--dry-run", "--json", "--config", config)
    assert outcome.code == 0, outcome.err
    entry = json.loads(outcome.out)["orders"][0]
    calls = {row["interface"]: row["calls"] for row in entry["levels"]}
    assert calls["getKpiStationHour"] == 6
    assert calls["getKpiStationDay"] == calls["getKpiStationMonth"] == calls["getKpiStationYear"] == 1
    assert calls["getDevHistoryKpi"] == 4  # two types of devices, two windows each
    assert calls["getDevFiveMinutes"] == 12
    assert 0 < entry["eta_s"] < 86_400
    text = run(*ASK, "--dry-run", "--levels", "hour", "--config", config).out
    assert "getKpiStationHour" in text
    assert "getDevHistoryKpi" not in text
    assert "takes" in text
    assert _orders(filled) == {"home": [], "roof": []}


def test_a_running_collector_is_left_the_order(run, config, filled):
    """While `run` holds the state file the command leaves the order and ends; it does not wait and sends nothing."""
    with StateFile.open(filled, hold=True):
        outcome = run(*ASK, "--plants", "NE=1", "--levels", "day,5min", "--config", config)
    assert outcome.code == 0, outcome.err
    assert "the running collector carries it out" in outcome.out
    (order,) = _orders(filled)["home"]
    assert (order.first.isoformat(), order.last.isoformat()) == ("2025-01-05", "2025-01-10")
    assert order.levels == ("day", "5min")
    assert order.plants == ("NE=1",)
    assert not order.begun
    assert _orders(filled)["roof"] == []
    status = json.loads(run("status", "--json", "--config", config).out)
    told = status["accounts"][0]["orders"]
    assert [(o["from"], o["to"], o["begun"]) for o in told] == [("2025-01-05", "2025-01-10", False)]
    assert "2025-01-05 to 2025-01-10" in run("status", "--config", config).out
