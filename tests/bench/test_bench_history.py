from __future__ import annotations

from dataclasses import replace

import pytest

from collector.bench import history
from collector.bench.history_world import Fleet, HistoryWorld


@pytest.fixture(scope="module")
def measured() -> history.Figures:
    """One plant with one inverter, lived through until days and 5-minute readings were held."""
    return history.measure(Fleet(1, days=8.0), lambda _: None)


def test_a_home_has_its_past_within_a_week(measured: history.Figures) -> None:
    """Years and months with the first calls, days within one, a year of 5-minute readings within four; nothing refused, every allowance used."""
    assert measured.shortfalls == []
    assert measured.days["year"] < 0.1
    assert measured.days["day"] < 1
    assert measured.days["5min"] < 5
    assert measured.refused == measured.failed == measured.violations == 0
    assert {"getKpiStationHour", "getDevHistoryKpi", "getDevFiveMinutes"} <= set(measured.used_pct)
    assert min(measured.used_pct.values()) >= history.GOAL_PCT


def test_shortfalls_are_told(measured: history.Figures) -> None:
    """A refusal, a level that is not held, an unused allowance and slower live readings are each told in words."""
    bad = replace(
        measured,
        refused=2,
        days=measured.days | {"5min": None},
        used_pct={"getKpiStationHour": 50.0},
        sweep_s={"getDevRealKpi": (400.0, 300.0)},
    )
    told = " ".join(bad.shortfalls)
    assert "2 calls refused" in told
    assert "5min: not held" in told
    assert "getKpiStationHour: 50.00 %" in told
    assert "getDevRealKpi: a live sweep takes 400.0 s" in told


async def test_what_had_ended_at_the_start_is_what_counts() -> None:
    """A run that is too short tells how much is held, and no moment at which all was."""
    record = await HistoryWorld(Fleet(1, live=False, days=0.5), frozenset({"5min"}), lambda _: None).live()
    done, total = record.left["getDevHistoryKpi"]
    assert 0 < done < total
    assert "getDevHistoryKpi" not in record.done_at
    assert "getKpiStationYear" in record.done_at
