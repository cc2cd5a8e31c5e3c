"""The time of a row: the 5-minute grid of live answers, and the local dates that calendar stamps mean."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfoNotFoundError

from collector import zones
from collector.catalogue.terms import Span

if TYPE_CHECKING:
    from collector.catalogue.terms import Interface

GRID_MS = 300_000
DAY_S = 86_400
_AMBIGUOUS_S = 14 * 3600  # 10:00Z is midnight of Hawaii (−10 h) and of the Line Islands (+14 h)
_QUARTER_S = 900


def grid_ms(clock_ms: int) -> int:
    """Return the last 5-minute mark. [ms since epoch, UTC]"""
    return clock_ms - clock_ms % GRID_MS


def shown_offset_s(stamp_ms: int) -> int:
    """Return the offset in which a stamp is a midnight, rounded to quarter hours. [s east]

    Two offsets fit a stamp between 10:00Z and 12:00Z; the inhabited one is taken: −10 h at 10:00Z, else +12 h to +14 h.
    """
    before_midnight = -(stamp_ms // 1000) % DAY_S
    offset = round(before_midnight / _QUARTER_S) * _QUARTER_S
    return offset if offset < _AMBIGUOUS_S else offset - DAY_S


def known_offset_s(zone: str, stamp_ms: int) -> int | None:
    """Return the offset of a zone at that moment; None where the zone is unknown. [s east]"""
    if not zone:
        return None
    try:
        return round(zones.offset_s(zone, stamp_ms / 1000))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def fits_zone(zone: str, stamp_ms: int) -> bool:
    """Return whether a stamp is a midnight of the zone, in its offset of the day or of either half of the year."""
    year = datetime.fromtimestamp(stamp_ms / 1000, UTC).year
    moments = [stamp_ms, *(int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000) for month in (1, 7))]
    return any(((stamp_ms // 1000) + (known_offset_s(zone, moment) or 0)) % DAY_S == 0 for moment in moments)


def local_date(zone: str, stamp_ms: int) -> tuple[date, bool]:
    """Return the local date whose midnight a calendar stamp means, and whether the stamp contradicts the zone.

    Clouds stamp summer days in the offset of the day or in standard time, by plant. With the zone's offset of the day either
    is within an hour of midnight, and the nearest date is meant. A stamp that is no midnight of the zone at any time of the
    year shows another offset, and wins. Without a zone the stamp itself shows the offset.
    Source: manual 9.1.4.3, observed.
    """
    known = known_offset_s(zone, stamp_ms)
    contradicts = known is not None and not fits_zone(zone, stamp_ms)
    offset = shown_offset_s(stamp_ms) if known is None or contradicts else known
    return date_at(stamp_ms + DAY_S * 500, offset), contradicts


def date_at(stamp_ms: int, offset_s: int) -> date:
    """Return the date at a moment under a fixed offset. [s east]"""
    return date(1970, 1, 1) + timedelta(days=(stamp_ms // 1000 + offset_s) // DAY_S)


def period_start(interface: Interface, day: date) -> date:
    """Return the first date of the period that a row of the interface tells about: day, month or year."""
    if interface.span is Span.LIFE:
        return day.replace(month=1, day=1)
    if interface.span is Span.YEAR:
        return day.replace(day=1)
    return day


def utc_ns(day: date) -> int:
    """Return 00:00Z of a date. [ns since epoch]"""
    return (day - date(1970, 1, 1)).days * DAY_S * 1_000_000_000
