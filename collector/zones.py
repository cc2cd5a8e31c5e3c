"""Time zones of plants: names for fixed offsets, local dates, and where a local day begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

# Places for offsets that Etc/GMT∓h cannot name: without daylight saving where one exists, else the only place that ever keeps
# the offset, or the one with most plants, in winter or in summer. [minutes east of UTC]
PLACES = {
    -570: "Pacific/Marquesas",
    -210: "America/St_Johns",
    -150: "America/St_Johns",
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
    630: "Australia/Adelaide",
    765: "Pacific/Chatham",
    825: "Pacific/Chatham",
}


def fixed_zone(offset_min: int) -> str:
    """Return the IANA name of a zone with the offset `offset_min`; whole hours become ``Etc/GMT∓h``.

    It keeps the offset all year, but for Newfoundland, South Australia in summer, and Chatham.

    Args:
        offset_min: Offset from UTC. [minutes east]

    Raises:
        ValueError: No place on earth keeps that offset.
    """
    if offset_min in PLACES:
        return PLACES[offset_min]
    hours, rest = divmod(offset_min, 60)
    if rest or not -12 <= hours <= 14:
        raise ValueError(f"no zone keeps an offset of {offset_min} min")
    return "Etc/GMT" if hours == 0 else f"Etc/GMT{-hours:+d}"


def zone_of_stamp(stamp: str) -> str:
    """Return the fixed zone whose offset a stamp like ``2020-02-06T00:00:00+08:00`` carries; "" where it carries none."""
    try:
        moment = datetime.fromisoformat(stamp.strip())
    except ValueError:
        return ""
    offset = moment.utcoffset()
    if offset is None:
        return ""
    try:
        return fixed_zone(round(offset.total_seconds() / 60))
    except ValueError:
        return ""


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """Return the zone of that name; "" is UTC."""
    return ZoneInfo(name or "Etc/UTC")


def local_date(name: str, moment: float) -> date:
    """Return the date on the wall calendar of zone `name` at `moment`. [s since epoch, UTC]"""
    return datetime.fromtimestamp(moment, zone(name)).date()


def day_start(name: str, day: date) -> float:
    """Return when `day` begins in zone `name`. [s since epoch, UTC]"""
    return datetime(day.year, day.month, day.day, tzinfo=zone(name)).timestamp()


def day_end(name: str, day: date) -> float:
    """Return when `day` ends in zone `name`: 23, 24 or 25 h after it began. [s since epoch, UTC]"""
    return day_start(name, day + timedelta(days=1))


def offset_s(name: str, moment: float) -> float:
    """Return the offset of zone `name` from UTC at `moment`. [s east]"""
    offset = datetime.fromtimestamp(moment, zone(name)).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def http_moment(told: str) -> float:
    """Return the moment that an HTTP date names, UTC where it names no zone. [s since epoch, UTC]

    Raises:
        ValueError: It is no date.
    """
    moment = parsedate_to_datetime(told)
    try:
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except OverflowError as error:
        raise ValueError(f"no moment: {told}") from error


def largest_offset_s(name: str, moment: float) -> float:
    """Return the largest offset of zone `name` from UTC in the year of `moment`, daylight saving included. [s east]"""
    return _largest(name, datetime.fromtimestamp(moment, UTC).year)


@lru_cache(maxsize=1024)
def _largest(name: str, year: int) -> float:
    return max(offset_s(name, datetime(year, month, 1, tzinfo=UTC).timestamp()) for month in (1, 7))


def utc_ms(day: date, hour: int) -> int:
    """Return `day` at `hour`:00Z; the hour may lie outside 0 to 23. [ms since epoch, UTC]"""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int((midnight + timedelta(hours=hour)).timestamp() * 1000)
