"""Local days of 5-minute data: which of them a range holds whole, and how many slots each has."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from collector.zones import day_end, day_start, local_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

SLOT_S = 300.0


def expected_slots(zone: str, day: date) -> int:
    """Return the 5-minute slots of a local day: 276, 288 or 300, and others where a zone moves its offset."""
    return round((day_end(zone, day) - day_start(zone, day)) / SLOT_S)


def complete_days(
    zone: str, begin: float, end: float, stamps_ms: Sequence[int]
) -> list[tuple[date, int, int]]:
    """Return every local day that lies whole in a range, with the slots that rows came for and those it has.

    Args:
        zone: Zone of the member.
        begin: Start of the range, inclusive. [s since epoch, UTC]
        end: End of the range, exclusive. [s since epoch, UTC]
        stamps_ms: Stamps of the rows that came. [ms since epoch, UTC]

    Returns:
        Day, slots with a row, slots of the day; oldest first.
    """
    day = local_date(zone, begin)
    if day_start(zone, day) < begin:
        day += timedelta(days=1)
    slots = sorted({int(stamp // (SLOT_S * 1000)) for stamp in stamps_ms})
    found = []
    start = day_start(zone, day)
    while (following := day_end(zone, day)) <= end:
        first, after = int(start // SLOT_S), int(following // SLOT_S)
        received = sum(first <= slot < after for slot in slots)
        found.append((day, received, round((following - start) / SLOT_S)))
        start, day = following, day + timedelta(days=1)
    return found
