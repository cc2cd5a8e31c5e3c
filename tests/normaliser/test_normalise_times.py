"""Which local date a calendar stamp means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.catalogue.fusionsolar import INTERFACES
from collector.normaliser import times

ZONES = [
    "Europe/Paris",
    "Europe/Kyiv",
    "America/New_York",
    "America/St_Johns",
    "Pacific/Honolulu",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Asia/Shanghai",
    "Etc/GMT+11",
    "Pacific/Kiritimati",
]
days = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def midnight_ms(day, zone):
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def standard_midnight_ms(day, zone):
    """Midnight by a cloud that knows no daylight saving: in the smaller offset of the year."""
    offset = min(
        datetime(day.year, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta() for month in (1, 7)
    )
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) - offset).timestamp() * 1000)


@settings(max_examples=100, deadline=None)
@given(days, st.sampled_from(ZONES))
def test_the_date_is_found_with_and_without_daylight_saving(day, zone):
    """Either way of stamping a summer day, and the days on which clocks change, mean the same date; no zone is contradicted."""
    assert times.local_date(zone, midnight_ms(day, zone)) == (day, False)
    assert times.local_date(zone, standard_midnight_ms(day, zone)) == (day, False)


@settings(max_examples=100, deadline=None)
@given(days, st.sampled_from([zone for zone in ZONES if zone not in {"Pacific/Kiritimati", "Etc/GMT+11"}]))
def test_a_stamp_shows_its_own_date_without_a_zone(day, zone):
    """An unknown zone costs no day, but for the offsets that share a stamp with an inhabited place."""
    assert times.local_date("", midnight_ms(day, zone)) == (day, False)
    offset = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).utcoffset()
    assert timedelta(seconds=times.shown_offset_s(midnight_ms(day, zone))) == offset


@pytest.mark.parametrize("zone", ["Nowhere/Town", "../etc/passwd", "Europe", ""])
def test_a_zone_that_does_not_exist_is_an_unknown_zone(zone):
    """A name that cannot be read never stops a row."""
    assert times.known_offset_s(zone, 1501776000000) is None
    assert times.local_date(zone, 1501776000000) == (date(2017, 8, 4), False)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Etc/UTC", "America/New_York"])
def test_a_stamp_wins_over_a_wrong_zone(zone):
    """A midnight of UTC+8 means the date of UTC+8, and the contradiction is told."""
    assert times.local_date(zone, 1501776000000) == (date(2017, 8, 4), True)


@pytest.mark.parametrize(
    ("interface", "first"),
    [
        ("getKpiStationDay", date(2024, 7, 19)),
        ("getKpiStationMonth", date(2024, 7, 1)),
        ("getKpiStationYear", date(2024, 1, 1)),
    ],
)
def test_a_period_begins_with_its_first_date(interface, first):
    """Month rows sit on the first of the month, year rows on 1 January."""
    assert times.period_start(INTERFACES[interface], date(2024, 7, 19)) == first


@pytest.mark.parametrize(("clock", "grid"), [(1503046597854, 1503046500000), (300000, 300000), (299999, 0)])
def test_live_rows_sit_on_the_grid(clock, grid):
    """The grid time is the last 5-minute mark, never a later one."""
    assert times.grid_ms(clock) == grid
