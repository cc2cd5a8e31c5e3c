"""Local days of plants, as numbers: where they begin, and which one a moment belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from collector.simulator.places import zone

if TYPE_CHECKING:
    from datetime import tzinfo

    from collector.simulator.members import SimPlant

_WINTER = datetime(2024, 1, 1, tzinfo=UTC)
_SUMMER = datetime(2024, 7, 1, tzinfo=UTC)


class Days:
    """Counts local days by `date.toordinal`.

    Where `dst_off`, days begin by standard time all year, as some clouds do (observed: stamps at 23:00Z in a French July).
    """

    def __init__(self, *, dst_off: bool = False) -> None:
        self._dst_off = dst_off
        self._zones: dict[str, tzinfo] = {}
        self._starts: dict[tuple[str, int], int] = {}

    def zone(self, plant: SimPlant) -> tzinfo:
        """Return the zone in which the cloud counts the plant's days."""
        name = plant.place.zone
        known = self._zones.get(name)
        if known is None:
            true = zone(name)
            offsets = [moment.astimezone(true).utcoffset() or timedelta(0) for moment in (_WINTER, _SUMMER)]
            known = self._zones[name] = timezone(min(offsets)) if self._dst_off else true
        return known

    def day(self, plant: SimPlant, moment_ms: int) -> int:
        """Return the local day of a moment. [ms since epoch, UTC]"""
        return datetime.fromtimestamp(moment_ms / 1000, self.zone(plant)).toordinal()

    def start_ms(self, plant: SimPlant, day: int) -> int:
        """Return where a local day begins. [ms since epoch, UTC]"""
        key = (plant.place.zone, day)
        known = self._starts.get(key)
        if known is None:
            midnight = datetime.combine(date.fromordinal(day), datetime.min.time(), self.zone(plant))
            known = self._starts[key] = round(midnight.timestamp() * 1000)
        return known

    def connected(self, plant: SimPlant) -> int:
        """Return the plant's first day."""
        return plant.connected.toordinal()


def month_days(year: int, month: int) -> tuple[int, int]:
    """Return the first day of a month and the first day of the next."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1).toordinal(), after.toordinal()
