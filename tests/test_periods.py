from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import periods, zones
from collector.catalogue.terms import Span

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
CALENDAR = st.sampled_from([Span.DATE, Span.MONTH, Span.YEAR])
INHABITED = (
    "Pacific/Pago_Pago",
    "Pacific/Honolulu",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Fiji",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    *(f"Etc/GMT{h:+d}" for h in range(-14, 12)),
)


@pytest.mark.parametrize(
    ("span", "key"),
    [(Span.DATE, "2026-11-20"), (Span.MONTH, "2026-11"), (Span.YEAR, "2026"), (Span.LIFE, "life")],
)
def test_a_key_is_as_long_as_its_period_is_short(span: Span, key: str) -> None:
    """A date, a month and a year are named by the parts of the date that they fix; a life by a word."""
    assert periods.key_of(span, date(2026, 11, 20)) == key


@pytest.mark.parametrize(
    ("key", "earlier"),
    [
        ("2026-01-01", "2025-12-31"),
        ("2024-03-01", "2024-02-29"),
        ("2026-01", "2025-12"),
        ("2026", "2025"),
        ("life", "life"),
    ],
)
def test_the_period_before_rolls_over(key: str, earlier: str) -> None:
    """Before the first of January, the month of January and a year lie those of the year before; a life has nothing before."""
    assert periods.before(key) == earlier


@settings(max_examples=100, deadline=None)
@given(span=CALENDAR, day=DAYS)
def test_the_day_after_a_period_belongs_to_the_next(span: Span, day: date) -> None:
    """Periods of one span follow each other without gap or overlap: the one before the day after is the same again."""
    key = periods.key_of(span, day)
    after = periods.day_after(key)
    assert periods.first_day(key) <= day < after
    assert periods.before(periods.key_of(span, after)) == key
    assert periods.key_of(span, after - timedelta(days=1)) == key
    assert after.day == 1 or span is Span.DATE
    assert periods.day_after(periods.before(key)) == periods.first_day(key)


@settings(max_examples=100, deadline=None)
@given(span=CALENDAR, zone=st.sampled_from(INHABITED), moment=st.floats(1.6e9, 2.0e9))
def test_the_running_period_has_begun_and_not_ended(span: Span, zone: str, moment: float) -> None:
    """The running period of a zone holds the moment, by that zone's calendar."""
    key = periods.current(span, zone, moment)
    assert zones.day_start(zone, periods.first_day(key)) <= moment < periods.ends(key, zone)


def test_a_life_never_ends() -> None:
    """The period of all years is never closed."""
    assert periods.ends("life", "Europe/Berlin") == float("inf")


@settings(max_examples=100, deadline=None)
@given(span=CALENDAR, zone=st.sampled_from(INHABITED), day=st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_collect_time_names_the_period_in_every_zone(span: Span, zone: str, day: date) -> None:
    """The moment sent lies in the period by the calendar of every inhabited zone, on every day of the year."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
    key = periods.key_of(span, day)
    far_east = zones.largest_offset_s(zone, noon) > 12 * 3600
    named = periods.collect_time(key, far_east=far_east, now=noon) / 1000
    assert periods.key_of(span, zones.local_date(zone, named)) == key


def test_collect_time_of_a_life_is_now() -> None:
    """All years are asked for with the present moment, which lies in the last of them."""
    assert periods.collect_time("life", far_east=True, now=1_800_000_000.5) == 1_800_000_000_500
