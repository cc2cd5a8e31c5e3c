"""A truth of one value a row, for benches in which only the calls count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.simulator.sun import SLOT_MS
from collector.simulator.truth import FAR_MS, HEALTHY, Truth
from collector.simulator.wire import wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from collector.simulator.members import SimDevice, SimPlant
    from collector.simulator.truth import Items

_HOUR_MS = 3_600_000


class HollowTruth(Truth):
    """Rows exist when and where those of `Truth` do, and hold one value; nobody sleeps.

    Attributes:
        history_step_ms: From one row of 5-minute history to the next; a bench of many days may ask for fewer than there are. [ms]
    """

    history_step_ms = SLOT_MS

    def device_row(self, device: SimDevice, slot_ms: int, interface: str = "getDevHistoryKpi") -> Items:
        """Return one value."""
        del slot_ms
        return wire(interface, device.type_id).hollow()

    def device_rows(
        self, device: SimDevice, begin_ms: int, end_ms: int, interface: str = "getDevHistoryKpi"
    ) -> Iterator[tuple[int, Items]]:
        """Yield stamp and one value of every slot that starts in [begin, end). [ms since epoch, UTC]"""
        born_ms = self.days.start_ms(device.plant, self.first_day(device))
        items = wire(interface, device.type_id).hollow()
        step_ms = self.history_step_ms
        for stamp in range(max(-(-begin_ms // step_ms) * step_ms, born_ms), end_ms, step_ms):
            yield stamp, items

    def plant_live(self, plant: SimPlant, moment_ms: int, health: float = HEALTHY) -> Items:
        """Return one value."""
        del plant, moment_ms, health
        return wire("getStationRealKpi", None).hollow()

    def asleep(self, device: SimDevice, moment_ms: int) -> bool:
        """Return False."""
        del device, moment_ms
        return False

    def plant_hours(
        self, plant: SimPlant, day: date, until_ms: int = FAR_MS, *, late: bool = False
    ) -> list[tuple[int, Items]]:
        """Return start and one value of every hour of a local date that is over."""
        number = day.toordinal()
        if number < self.days.connected(plant):
            return []
        start_ms, end_ms = self.days.start_ms(plant, number), self.days.start_ms(plant, number + 1)
        known_ms = until_ms - (self.hour_delay_ms(plant) if late else 0) - _HOUR_MS
        items = wire("getKpiStationHour", None).hollow()
        return [(stamp, items) for stamp in range(start_ms, min(end_ms, known_ms + 1), _HOUR_MS)]

    def _plant_period(
        self, interface: str, plant: SimPlant, first: int, end: int, until_ms: int
    ) -> Items | None:
        return wire(interface, None).hollow() if self._begun(plant, first, end, until_ms) else None

    def _device_period(
        self, interface: str, device: SimDevice, first: int, end: int, until_ms: int
    ) -> Items | None:
        begun = self._begun(device.plant, first, end, until_ms)
        return wire(interface, device.type_id).hollow() if begun else None

    def _begun(self, plant: SimPlant, first: int, end: int, until_ms: int) -> bool:
        return end > self.days.connected(plant) and self.days.start_ms(plant, first) <= until_ms
