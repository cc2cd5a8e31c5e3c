from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import zones

NO_FIXED_PLACE = {"America/St_Johns", "Australia/Adelaide", "Pacific/Chatham"}
NAMES = sorted(n for n in available_timezones() if "/" in n and not n.startswith(("posix", "right")))
FAR = ("Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Europe/Berlin", "America/Santiago")
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def _minutes(name: str, month: int) -> float:
    offset = datetime(2026, month, 1, tzinfo=ZoneInfo(name)).utcoffset()
    assert offset is not None
    return offset.total_seconds() / 60


@pytest.mark.parametrize("minutes", [*range(-720, 841, 60), *zones.PLACES])
def test_a_fixed_zone_has_the_offset_it_was_asked_for(minutes: int) -> None:
    """The name of an offset is a zone that keeps it all year; three places that alone have theirs keep it for half of it."""
    name = zones.fixed_zone(minutes)
    kept = {_minutes(name, 1), _minutes(name, 7)}
    assert minutes in kept
    assert len(kept) == 1 or name in NO_FIXED_PLACE


@pytest.mark.parametrize(
    ("minutes", "name"),
    [
        (0, "Etc/GMT"),
        (60, "Etc/GMT-1"),
        (480, "Etc/GMT-8"),
        (-180, "Etc/GMT+3"),
        (840, "Etc/GMT-14"),
        (-720, "Etc/GMT+12"),
        (330, "Asia/Kolkata"),
        (345, "Asia/Kathmandu"),
    ],
)
def test_east_of_greenwich_is_written_with_a_minus(minutes: int, name: str) -> None:
    """Whole hours become Etc/GMT with the sign turned, as IANA writes them; others become a place."""
    assert zones.fixed_zone(minutes) == name


@pytest.mark.parametrize("minutes", [-780, 900, 7, 341, 1440])
def test_an_offset_that_no_place_keeps_is_refused(minutes: int) -> None:
    """An offset that no place on earth has is an error, never a guess."""
    with pytest.raises(ValueError, match="no zone keeps"):
        zones.fixed_zone(minutes)


@pytest.mark.parametrize(
    ("stamp", "name"),
    [
        ("2020-02-06T00:00:00+08:00", "Etc/GMT-8"),
        ("2022-11-21T16:30:28-12:00", "Etc/GMT+12"),
        (" 2022-11-21T16:23:00+05:30 ", "Asia/Kolkata"),
        ("2022-11-21T16:23:00-02:30", "America/St_Johns"),
        ("2022-11-21T16:23:00Z", "Etc/GMT"),
        ("2022-11-21T16:23:00", ""),
        ("2022-11-21T16:23:00+00:07", ""),
        ("2022-11-21T16:23:00+23:00", ""),
        ("", ""),
        ("null", ""),
        ("21.11.2022", ""),
    ],
)
def test_a_stamp_shows_its_zone_or_nothing(stamp: str, name: str) -> None:
    """The offset of a connection stamp names a zone; a stamp without one, or with one that no place has, names none."""
    assert zones.zone_of_stamp(stamp) == name


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 6, 1), 24),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Africa/Cairo", date(2026, 10, 29), 25),
        ("America/Havana", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(name: str, day: date, hours: float) -> None:
    """Days of a change of clocks have 23 or 25 hours, also where the change is at midnight itself."""
    assert zones.day_end(name, day) - zones.day_start(name, day) == hours * 3600


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(NAMES), day=DAYS)
def test_a_day_begins_on_its_own_date(name: str, day: date) -> None:
    """The first moment of a local day, and the last, lie on that date, in every zone and on every day of a change."""
    begin, end = zones.day_start(name, day), zones.day_end(name, day)
    assert zones.local_date(name, begin) == day
    assert zones.local_date(name, end - 1) == day
    assert zones.local_date(name, begin - 1) == day - timedelta(days=1)


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(FAR), day=st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_no_moment_of_the_year_has_a_larger_offset(name: str, day: date) -> None:
    """The largest offset of a year bounds every moment of it, summer or winter, on either half of the globe."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
    assert zones.largest_offset_s(name, moment) >= zones.offset_s(name, moment)


def test_the_name_of_no_zone_is_utc() -> None:
    """A plant whose zone is unknown is dated by UTC, never by the container's own zone."""
    assert zones.offset_s("", 1_800_000_000.0) == 0.0
    assert zones.local_date("", 0.0) == date(1970, 1, 1)


@settings(max_examples=60, deadline=None)
@given(day=DAYS, hour=st.integers(-30, 50))
def test_hours_beyond_the_day_reach_into_its_neighbours(day: date, hour: int) -> None:
    """Hours below 0 and above 23 name moments of the days beside."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    assert zones.utc_ms(day, hour) == int((midnight + hour * 3600) * 1000)
