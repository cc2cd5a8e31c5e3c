"""Rows of the data interfaces: what the truth says, as far as this cloud tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from collector.catalogue.fusionsolar import alarms as alarm_key
from collector.catalogue.fusionsolar import envelope as key
from collector.simulator.sun import SLOT_MS
from collector.simulator.truth import FAULTY, HEALTHY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from collector.simulator.members import SimDevice, SimPlant
    from collector.simulator.truth import Truth

    Row = dict[str, Any]

PLANT = "stationCode"
DEVICE = "devId"
SERIAL = "sn"
_NIGHT_GAP = 8
_DAY_GAP = 13
_HOLE_LENGTHS = (1, 1, 1, 2, 8)  # 300 s gaps become 600, 900 and 2 700 s, as observed
_NOT_AVAILABLE = "N/A"


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes rows.

    Attributes:
        truth: What is true.
        switches: Oddities.
    """

    truth: Truth
    switches: frozenset[str]

    def plants_live(self, plants: Sequence[SimPlant], now_ms: int) -> list[Row]:
        """Rows of getStationRealKpi."""
        rows: list[Row] = []
        for number, plant in enumerate(plants):
            ill = any(
                alarm.kind.level <= 2
                for device in self.truth.fleet.devices_of(plant)
                for alarm in self.truth.fleet.alarms.of(device, now_ms)
            )
            items: Row = dict(self.truth.plant_live(plant, now_ms, FAULTY if ill else HEALTHY))
            if "string_numbers" in self.switches or ("mixed_numbers" in self.switches and number % 2):
                items = {name: value if value is None else f"{value:.3f}" for name, value in items.items()}
            rows.append({key.DATA_ITEMS: items, PLANT: plant.code})
        return rows

    def plants_hours(self, plants: Sequence[SimPlant], moment_ms: int, now_ms: int) -> Iterator[Row]:
        """Rows of getKpiStationHour: the hours of the date that the moment has where each plant stands."""
        days = self.truth.days
        for plant in plants:
            day = date.fromordinal(days.day(plant, moment_ms))
            hours = self.truth.plant_hours(plant, day, now_ms, late="late_hours" in self.switches)
            for stamp, items in hours:
                yield {key.DATA_ITEMS: items, key.COLLECT_TIME: stamp, PLANT: plant.code}

    def plants_days(self, plants: Sequence[SimPlant], moment_ms: int, now_ms: int) -> Iterator[Row]:
        """Rows of getKpiStationDay: the days of the moment's month."""
        for plant in plants:
            for day in self._month(plant, moment_ms):
                items = self.truth.plant_day(plant, day, now_ms)
                if items is not None:
                    yield self._dated(items, plant, day) | {PLANT: plant.code}

    def plants_months(self, plants: Sequence[SimPlant], moment_ms: int, now_ms: int) -> Iterator[Row]:
        """Rows of getKpiStationMonth: the months of the moment's year."""
        for plant in plants:
            year = self._year(plant, moment_ms)
            for month in range(1, 13):
                items = self.truth.plant_month(plant, year, month, now_ms)
                if items is not None:
                    day = date(year, month, 1)
                    yield self._dated(items, plant, day) | {PLANT: plant.code}

    def plants_years(self, plants: Sequence[SimPlant], _: int, now_ms: int) -> Iterator[Row]:
        """Rows of getKpiStationYear: all years since grid connection, whatever moment is asked for."""
        for plant in plants:
            for year in range(plant.connected.year, self._year(plant, now_ms) + 1):
                items = self.truth.plant_year(plant, year, now_ms)
                if items is not None:
                    day = date(year, 1, 1)
                    yield self._dated(items, plant, day) | {PLANT: plant.code}

    def devices_live(self, devices: Sequence[SimDevice], now_ms: int) -> list[Row]:
        """Rows of getDevRealKpi: no stamp, and no row for some that sleep."""
        rows: list[Row] = []
        for device in devices:
            if self._silent(device, now_ms):
                continue
            items: Row = dict(self.truth.device_row(device, now_ms, "getDevRealKpi"))
            if "na_values" in self.switches:
                items |= {k: _NOT_AVAILABLE for n, k in enumerate(items) if (device.seed + n) % 11 == 0}
            rows.append({key.DATA_ITEMS: items, DEVICE: device.id, SERIAL: device.sn})
        return rows

    def _silent(self, device: SimDevice, now_ms: int) -> bool:
        if (
            "night_gaps" in self.switches
            and device.seed % _NIGHT_GAP == 0
            and self.truth.asleep(device, now_ms)
        ):
            return True
        return "missing_rows" in self.switches and (device.seed + now_ms // SLOT_MS) % _DAY_GAP == 0

    def devices_history(
        self, devices: Sequence[SimDevice], begin_ms: int, end_ms: int, now_ms: int, interface: str
    ) -> Iterator[Row]:
        """Rows of 5-minute data whose slots start in [begin, end) and are over."""
        end_ms = min(end_ms, now_ms - SLOT_MS + 1)
        for device in devices:
            holes = set(self.holes(device, begin_ms, end_ms)) if "history_holes" in self.switches else set()
            for stamp, row in self.truth.device_rows(device, begin_ms, end_ms, interface):
                if stamp not in holes:
                    yield {key.DATA_ITEMS: row, DEVICE: device.id, SERIAL: device.sn, key.COLLECT_TIME: stamp}

    def devices_day(self, devices: Sequence[SimDevice], moment_ms: int, now_ms: int) -> Iterator[Row]:
        """Rows of getDevFiveMinutes: the slots of the moment's local date."""
        for device in devices:
            day = self.truth.days.day(device.plant, moment_ms)
            begin, end = (self.truth.days.start_ms(device.plant, number) for number in (day, day + 1))
            yield from self.devices_history([device], begin, end, now_ms, "getDevFiveMinutes")

    def devices_days(self, devices: Sequence[SimDevice], moment_ms: int, now_ms: int) -> Iterator[Row]:
        """Rows of getDevKpiDay: the days of the moment's month."""
        for device in devices:
            for day in self._month(device.plant, moment_ms):
                items = self.truth.device_day(device, day, now_ms)
                if items is not None:
                    yield self._of_device(items, device, day)

    def devices_months(self, devices: Sequence[SimDevice], moment_ms: int, now_ms: int) -> Iterator[Row]:
        """Rows of getDevKpiMonth: the months of the moment's year."""
        for device in devices:
            year = self._year(device.plant, moment_ms)
            for month in range(1, 13):
                items = self.truth.device_month(device, year, month, now_ms)
                if items is not None:
                    yield self._of_device(items, device, date(year, month, 1))

    def devices_years(self, devices: Sequence[SimDevice], _: int, now_ms: int) -> Iterator[Row]:
        """Rows of getDevKpiYear: all years since grid connection, whatever moment is asked for."""
        for device in devices:
            for year in range(device.plant.connected.year, self._year(device.plant, now_ms) + 1):
                items = self.truth.device_year(device, year, now_ms)
                if items is not None:
                    yield self._of_device(items, device, date(year, 1, 1))

    def alarms(self, devices: Sequence[SimDevice], begin_ms: int, end_ms: int, now_ms: int) -> Iterator[Row]:
        """Rows of getAlarmList: active alarms that were raised within [begin, end]."""
        for device in devices:
            for alarm in self.truth.fleet.alarms.of(device, now_ms):
                if begin_ms <= alarm.raised_ms <= end_ms:
                    yield {
                        alarm_key.PLANT_CODE: device.plant.code,
                        alarm_key.PLANT_NAME: device.plant.name,
                        alarm_key.ALARM_ID: alarm.kind.alarm_id,
                        alarm_key.ALARM_NAME: alarm.kind.name,
                        alarm_key.CAUSE_ID: alarm.kind.cause_id,
                        alarm_key.CAUSE: alarm.kind.cause,
                        alarm_key.REPAIR: alarm.kind.repair,
                        alarm_key.SERIAL: device.sn,
                        alarm_key.DEVICE_NAME: device.name,
                        alarm_key.DEVICE_TYPE_ID: device.type_id,
                        alarm_key.SEVERITY: alarm.kind.level,
                        alarm_key.ALARM_TYPE: alarm.kind.kind,
                        alarm_key.RAISED: alarm.raised_ms,
                        alarm_key.STATUS: 1,
                    }

    def holes(self, device: SimDevice, begin_ms: int, end_ms: int) -> list[int]:
        """Return the stamps in [begin, end) that history will never hold. [ms since epoch, UTC]"""
        days = self.truth.days
        found: list[int] = []
        for day in range(
            days.day(device.plant, begin_ms), days.day(device.plant, max(begin_ms, end_ms - 1)) + 1
        ):
            start = days.start_ms(device.plant, day)
            slots = (days.start_ms(device.plant, day + 1) - start) // SLOT_MS
            found += (start + slot * SLOT_MS for slot in _holes(device.seed, day, slots))
        return [stamp for stamp in found if begin_ms <= stamp < end_ms]

    def _month(self, plant: SimPlant, moment_ms: int) -> list[date]:
        first = date.fromordinal(self.truth.days.day(plant, moment_ms)).replace(day=1)
        following = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - first).days
        return [first.replace(day=number + 1) for number in range(following)]

    def _year(self, plant: SimPlant, moment_ms: int) -> int:
        return date.fromordinal(self.truth.days.day(plant, moment_ms)).year

    def _of_device(self, items: Row, device: SimDevice, day: date) -> Row:
        return self._dated(items, device.plant, day) | {DEVICE: device.id, SERIAL: device.sn}

    def _dated(self, items: Row, plant: SimPlant, day: date) -> Row:
        stamp = self.truth.days.start_ms(plant, day.toordinal())
        return {key.DATA_ITEMS: items, key.COLLECT_TIME: stamp}


@lru_cache(maxsize=8_192)
def _holes(seed: int, day: int, slots: int) -> tuple[int, ...]:
    """Return the slots of a local day that the cloud lost."""
    chance = Random(seed * 131 + day)  # noqa: S311  faults, no secret
    lost: set[int] = set()
    for _ in range(chance.randint(0, 4)):
        first = chance.randrange(slots)
        lost.update(range(first, min(slots, first + chance.choice(_HOLE_LENGTHS))))
    return tuple(sorted(lost))
