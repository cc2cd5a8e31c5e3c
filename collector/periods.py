"""Periods of the calendar as keys: ``2026-11-20`` (hours), ``2026-11`` (days), ``2026`` (months), ``life`` (years)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from collector.catalogue.terms import Span
from collector.zones import day_start, local_date, utc_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

LIFE = "life"
NOW = "now"

_KEY_LENGTH: Mapping[Span, int] = {Span.DATE: 10, Span.MONTH: 7, Span.YEAR: 4}


def key_of(span: Span, day: date) -> str:
    """Return the key of the period of `span` that holds `day`."""
    return LIFE if span is Span.LIFE else day.isoformat()[: _KEY_LENGTH[span]]


def current(span: Span, zone: str, moment: float) -> str:
    """Return the key of the period that runs in `zone` at `moment`. [s since epoch, UTC]"""
    return key_of(span, local_date(zone, moment))


def before(key: str) -> str:
    """Return the key of the period before `key`; ``life`` has none and returns itself."""
    if key == LIFE:
        return LIFE
    return (first_day(key) - timedelta(days=1)).isoformat()[: len(key)]


def first_day(key: str) -> date:
    """Return the first day of a date, month or year key."""
    return date.fromisoformat((key + "-01-01")[:10])


def day_after(key: str) -> date:
    """Return the first day that no longer belongs to a date, month or year key."""
    start = first_day(key)
    if len(key) == 10:
        return start + timedelta(days=1)
    if len(key) == 7:
        return (start + timedelta(days=31)).replace(day=1)
    return start.replace(year=start.year + 1)


def ends(key: str, zone: str) -> float:
    """Return when the period ends in `zone`; ``life`` never does. [s since epoch, UTC]"""
    return float("inf") if key == LIFE else day_start(zone, day_after(key))


def collect_time(key: str, *, far_east: bool, now: float) -> int:
    """Return the ``collectTime`` that names the period for every plant of a batch. [ms since epoch, UTC]

    11:00Z lies on one local date from UTC−11 to UTC+12; plants further east get 22:00Z of the day before.

    Source: manual 9.1.4.2 to 9.1.4.5 (the date, month or year of collectTime in the plant's zone decides).
    """
    if key == LIFE:
        return int(now * 1000)
    day = first_day(key)
    if len(key) == 7:
        day = day.replace(day=15)
    elif len(key) == 4:
        day = day.replace(month=7)
    elif far_east:
        return utc_ms(day, -2)
    return utc_ms(day, 11)


def number(key: str) -> int:
    """Return the place of a date, month or year key among its like: neighbours differ by one."""
    day = first_day(key)
    if len(key) == 10:
        return day.toordinal()
    return day.year * 12 + day.month - 1 if len(key) == 7 else day.year


def number_of(span: Span, day: date) -> int:
    """Return the number of the period of `span` that holds `day`; years for spans that know no other."""
    if span is Span.DATE or span is Span.RANGE:
        return day.toordinal()
    return day.year * 12 + day.month - 1 if span is Span.MONTH else day.year


def key_at(span: Span, place: int) -> str:
    """Return the key of the period of that number."""
    if span is Span.DATE or span is Span.RANGE:
        return date.fromordinal(place).isoformat()
    return f"{place // 12:04}-{place % 12 + 1:02}" if span is Span.MONTH else f"{place:04}"
