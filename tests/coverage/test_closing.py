from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import coverage
from collector.coverage import GIVEN_UP_AFTER, SETTLE_S, Held
from collector.zones import day_start

BERLIN = {"P": "Europe/Berlin"}


def _at(*parts: int) -> float:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()  # type: ignore[arg-type, misc]


def _read(period: str, rows: int, at: float, before: Held | None = None) -> Held:
    held = {} if before is None else {"P": {period: before}}
    (after,) = coverage.after_read("getKpiStationHour", period, {"P": rows}, held, BERLIN, asked_at=at)
    return after


def test_an_open_day_stays_open() -> None:
    """A day read while it runs is not closed, whatever it brought."""
    held = _read("2026-11-20", 12, _at(2026, 11, 20, 13))
    assert (held.closed, held.reads, held.rows) == (False, 0, 12)


@pytest.mark.parametrize(("minutes", "closed"), [(89, False), (90, True), (600, True)])
def test_a_day_is_closed_only_after_it_has_settled(minutes: int, closed: bool) -> None:
    """The last hours come late: a day read before ninety minutes after local midnight is read again."""
    at = day_start("Europe/Berlin", date(2026, 11, 21)) + minutes * 60
    assert _read("2026-11-20", 24, at).closed is closed


def test_a_hole_is_given_up_after_the_second_look() -> None:
    """A settled day without rows is asked for twice, then it is a fact that there is nothing."""
    at = day_start("Europe/Berlin", date(2026, 11, 21)) + SETTLE_S
    first = _read("2026-11-20", 0, at)
    assert (first.closed, first.reads) == (False, 1)
    second = _read("2026-11-20", 0, at + 3600, first)
    assert (second.closed, second.reads) == (True, GIVEN_UP_AFTER)


def test_readings_of_a_running_day_do_not_count_towards_giving_up() -> None:
    """However often an empty day was read while it ran, it gets its two looks after it has settled."""
    held = _read("2026-11-20", 0, _at(2026, 11, 20, 9))
    for hour in (10, 11, 12):
        held = _read("2026-11-20", 0, _at(2026, 11, 20, hour), held)
    assert not _read("2026-11-20", 0, _at(2026, 11, 21, 3), held).closed


def test_members_of_one_call_are_judged_each_by_its_zone() -> None:
    """One answer closes the day where it is over, and not where it still runs."""
    zones = {"E": "Asia/Kolkata", "W": "America/Sao_Paulo"}
    at = day_start("Asia/Kolkata", date(2026, 11, 21)) + SETTLE_S
    after = coverage.after_read("x", "2026-11-20", {"E": 24, "W": 14}, {}, zones, asked_at=at)
    assert {h.member: h.closed for h in after} == {"E": True, "W": False}


@settings(max_examples=100, deadline=None)
@given(
    zone=st.sampled_from(("", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata")),
    day=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    late_s=st.floats(-200_000, 200_000),
    rows=st.integers(0, 24),
)
def test_nothing_is_closed_before_its_end(zone: str, day: date, late_s: float, rows: int) -> None:
    """No answer that came before a period had ended and settled closes it, in any zone; one with rows after that does."""
    end = day_start(zone, day + timedelta(days=1))
    (held,) = coverage.after_read("x", day.isoformat(), {"P": rows}, {}, {"P": zone}, asked_at=end + late_s)
    assert held.closed is (late_s >= SETTLE_S and rows > 0)


def test_a_life_is_never_closed() -> None:
    """All years stay open."""
    (held,) = coverage.after_read("x", "life", {"P": 20}, {}, {}, asked_at=4e9)
    assert not held.closed
