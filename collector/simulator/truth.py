"""The truth of the simulated fleet, as the vendor's rows: what tests hold stored readings against."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING

from collector.simulator.days import Days, month_days
from collector.simulator.generation import Sunshine
from collector.simulator.household import Households
from collector.simulator.members import BATTERIES, EMI, INVERTERS, METERS
from collector.simulator.readings import Habits, Readings
from collector.simulator.sun import SLOT_MS, SLOTS_AN_HOUR
from collector.simulator.wire import Reading, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.simulator.fleet import SimFleet
    from collector.simulator.members import SimDevice, SimPlant

    Items = dict[str, float | None]

HEALTHY = 3.0
FAULTY = 2.0
FAR_MS = 2**62
_CO2_KG = 0.475
_COAL_KG = 0.4
_TREE_KG = 18.3
_LATE_MINUTES = (20, 40)


class Truth:
    """Every value of the fleet at every moment, deterministic in seed, member and time.

    Rows are the vendor's data items: its keys, in the units that it sends. `until_ms` cuts open periods off: what has
    not happened by then is not counted.
    """

    def __init__(
        self,
        fleet: SimFleet,
        now: float,
        *,
        dst_off: bool = False,
        habits: Habits | None = None,
        kilo_17: bool = False,
        unlisted: bool = False,
    ) -> None:
        """Prepare the truth.

        Args:
            fleet: Plants and devices.
            now: Moment from which meters and batteries look back. [s since epoch, UTC]
            dst_off: Days begin by standard time all year.
            habits: Oddities of the readings.
            kilo_17: Type 17 sends kW in place of W.
            unlisted: Keys that the manual does not list are sent, too.
        """
        self.fleet = fleet
        self.days = Days(dst_off=dst_off)
        self.sunshine = Sunshine(fleet.seed, self.days)
        self.households = Households(fleet, self.sunshine, self.days, now)
        self.readings = Readings(fleet, self.days, self.sunshine, self.households, habits or Habits())
        self.style = {"kilo_17": kilo_17, "unlisted": unlisted}

    def place_in_day(self, plant: SimPlant, moment_ms: int) -> tuple[int, int]:
        """Return local day and slot of a moment. [ms since epoch, UTC]"""
        day = self.days.day(plant, moment_ms)
        return day, self.sunshine.day(plant, day).slot(moment_ms)

    def first_day(self, device: SimDevice) -> int:
        """Return a device's first local day: meters and batteries may have come after the plant's grid connection."""
        if device.type_id in METERS or device.type_id in BATTERIES:
            return self.households.since(device.plant)
        return self.days.connected(device.plant)

    def device_row(self, device: SimDevice, slot_ms: int, interface: str = "getDevHistoryKpi") -> Items:
        """Return a device's row of the 5-minute slot that holds a moment. [ms since epoch, UTC]"""
        day, slot = self.place_in_day(device.plant, slot_ms)
        row = self.readings.device(device, day, slot)
        return wire(interface, device.type_id, **self.style).sent(row)

    def device_rows(
        self, device: SimDevice, begin_ms: int, end_ms: int, interface: str = "getDevHistoryKpi"
    ) -> Iterator[tuple[int, Items]]:
        """Yield stamp and row of every slot that starts in [begin, end), from the device's first day on. [ms since epoch, UTC]"""
        plant, style = device.plant, wire(interface, device.type_id, **self.style)
        stamp = max(-(-begin_ms // SLOT_MS) * SLOT_MS, self.days.start_ms(plant, self.first_day(device)))
        while stamp < end_ms:
            day = self.days.day(plant, stamp)
            start, following = self.days.start_ms(plant, day), self.days.start_ms(plant, day + 1)
            for moment in range(stamp, min(end_ms, following), SLOT_MS):
                yield moment, style.sent(self.readings.device(device, day, (moment - start) // SLOT_MS))
            stamp = following

    def plant_live(self, plant: SimPlant, moment_ms: int, health: float = HEALTHY) -> Items:
        """Return a plant's real-time row at a moment. [ms since epoch, UTC]"""
        day, slot = self.place_in_day(plant, moment_ms)
        inverters = [device for device in self.fleet.devices_of(plant) if device.type_id in INVERTERS]
        today = sum(self.readings.day_yield(device, day, slot) for device in inverters)
        factor = self.households.power_kwp(plant)
        partial = self.sunshine.day(plant, day).before[slot]
        first = date.fromordinal(day).replace(day=1).toordinal()
        total = factor * (self.sunshine.between(plant, 0, day) + partial)
        values: dict[str, float | None] = {
            "day_yield_kwh": today,
            "month_yield_kwh": factor * (self.sunshine.between(plant, first, day) + partial),
            "total_yield_kwh": total,
            "day_income_cur": today * plant.place.price,
            "total_income_cur": total * plant.place.price,
            "health_state": health,
        }
        if self.households.metered(plant):
            house = self.households.day(plant, day)
            values |= {"day_export_kwh": house.exported[slot], "day_use_kwh": house.used[slot]}
        return wire("getStationRealKpi", None, **self.style).sent(Reading(values))

    def hour_delay_ms(self, plant: SimPlant) -> int:
        """Return how long after its end a plant's hour shows, where hours are late. [ms]"""
        return 60_000 * Random(plant.seed).randint(*_LATE_MINUTES)  # noqa: S311  a habit, no secret

    def asleep(self, device: SimDevice, moment_ms: int) -> bool:
        """Return whether a device is an inverter without light. [ms since epoch, UTC]"""
        return device.type_id in INVERTERS and self.readings.asleep(
            device, *self.place_in_day(device.plant, moment_ms)
        )

    def plant_hours(
        self, plant: SimPlant, day: date, until_ms: int = FAR_MS, *, late: bool = False
    ) -> list[tuple[int, Items]]:
        """Return start and row of every hour of a local date that is over; `late` ones show 20 to 40 minutes later."""
        number = day.toordinal()
        if number < self.days.connected(plant):
            return []
        sun = self.sunshine.day(plant, number)
        house = self.households.day(plant, number) if self._counted(plant, number) else None
        style = wire("getKpiStationHour", None, **self.style)
        delay_ms = self.hour_delay_ms(plant) if late else 0
        rows = []
        for first in range(0, len(sun.irradiance), SLOTS_AN_HOUR):
            last = first + SLOTS_AN_HOUR
            if sun.start_ms + last * SLOT_MS + delay_ms > until_ms:
                break
            light = sun.before[last] - sun.before[first]
            flows = None if house is None else (house.exported[last] - house.exported[first], None)
            reading = self._plant_reading(plant, light, flows)
            rows.append((sun.start_ms + first * SLOT_MS, style.sent(reading)))
        return rows

    def plant_day(self, plant: SimPlant, day: date, until_ms: int = FAR_MS) -> Items | None:
        """Return a plant's row of a local date; None before its connection and after `until_ms`."""
        return self._plant_period("getKpiStationDay", plant, day.toordinal(), day.toordinal() + 1, until_ms)

    def plant_month(self, plant: SimPlant, year: int, month: int, until_ms: int = FAR_MS) -> Items | None:
        """Return a plant's row of a month; None before its connection and after `until_ms`."""
        return self._plant_period("getKpiStationMonth", plant, *month_days(year, month), until_ms)

    def plant_year(self, plant: SimPlant, year: int, until_ms: int = FAR_MS) -> Items | None:
        """Return a plant's row of a year; None before its connection and after `until_ms`."""
        first, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
        return self._plant_period("getKpiStationYear", plant, first, end, until_ms)

    def device_day(self, device: SimDevice, day: date, until_ms: int = FAR_MS) -> Items | None:
        """Return an inverter's or battery's row of a local date; None before connection and after `until_ms`."""
        return self._device_period("getDevKpiDay", device, day.toordinal(), day.toordinal() + 1, until_ms)

    def device_month(self, device: SimDevice, year: int, month: int, until_ms: int = FAR_MS) -> Items | None:
        """Return an inverter's or battery's row of a month; None before connection and after `until_ms`."""
        return self._device_period("getDevKpiMonth", device, *month_days(year, month), until_ms)

    def device_year(self, device: SimDevice, year: int, until_ms: int = FAR_MS) -> Items | None:
        """Return an inverter's or battery's row of a year; None before connection and after `until_ms`."""
        first, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
        return self._device_period("getDevKpiYear", device, first, end, until_ms)

    def _counted(self, plant: SimPlant, end: int) -> bool:
        """Return whether the plant's meter has counted anything by the end of a day."""
        return self.households.metered(plant) and end >= self.households.since(plant)

    def _light(self, plant: SimPlant, first: int, end: int, until_ms: int) -> float | None:
        """Return the irradiation of a period as far as it has come; None where it has not begun. [kWh/m²]"""
        if end <= self.days.connected(plant):
            return None
        today, slot = self._until(plant, end, until_ms)
        if first > today:
            return None
        light = self.sunshine.between(plant, first, min(end, today))
        return light + self.sunshine.day(plant, today).before[slot] if today < end else light

    def _until(self, plant: SimPlant, end: int, until_ms: int) -> tuple[int, int]:
        return (end, 0) if until_ms >= self.days.start_ms(plant, end) else self.place_in_day(plant, until_ms)

    def _flows(self, plant: SimPlant, first: int, end: int, until_ms: int) -> list[float]:
        """Return exported, imported, used, charged and discharged of a period as far as it has come. [kWh]"""
        today, slot = self._until(plant, end, until_ms)
        flows = list(self.households.between(plant, first, min(end, today)))
        if today < end and today >= self.households.since(plant):
            house = self.households.day(plant, today)
            parts = (house.exported, house.imported, house.used, house.charged, house.discharged)
            flows = [whole + part[slot] for whole, part in zip(flows, parts, strict=True)]
        return flows

    def _plant_period(
        self, interface: str, plant: SimPlant, first: int, end: int, until_ms: int
    ) -> Items | None:
        light = self._light(plant, first, end, until_ms)
        if light is None:
            return None
        flows = self._flows(plant, first, end, until_ms) if self._counted(plant, end - 1) else None
        used = None if flows is None else (flows[0], flows[2])
        return wire(interface, None, **self.style).sent(self._plant_reading(plant, light, used))

    def _plant_reading(
        self, plant: SimPlant, light: float, flows: tuple[float, float | None] | None
    ) -> Reading:
        gained = light * self.households.power_kwp(plant)
        measured = any(device.type_id == EMI for device in self.fleet.devices_of(plant))
        theory = light * plant.capacity_kwp
        return Reading(
            {
                "irradiation_kwh_m2": light if measured else None,
                "theory_kwh": theory if measured else None,
                "yield_kwh": gained,
                "export_kwh": None if flows is None else flows[0],
                "use_kwh": None if flows is None else flows[1],
                "income_cur": gained * plant.place.price,
                "capacity_kwp": plant.capacity_kwp,
                "pr_pct": 100 * gained / theory if measured and theory else None,
                "specific_yield_h": gained / plant.capacity_kwp,
                "co2_avoided_kg": gained * _CO2_KG,
                "coal_saved_kg": gained * _COAL_KG,
                "equivalent_trees": float(round(gained * _CO2_KG / _TREE_KG)),
                "inverter_yield_kwh": gained,
            }
        )

    def _device_period(
        self, interface: str, device: SimDevice, first: int, end: int, until_ms: int
    ) -> Items | None:
        plant = device.plant
        light = self._light(plant, first, end, until_ms)
        if light is None:
            return None
        values: dict[str, float | None] = {}
        if device.type_id in INVERTERS:
            gained = light * plant.ratio * device.capacity_kwp * device.gain
            values = {
                "capacity_kwp": device.capacity_kwp,
                "yield_kwh": gained,
                "specific_yield_h": gained / device.capacity_kwp,
            }
        elif device.type_id in BATTERIES and end > self.households.since(plant):
            flows = self._flows(plant, first, end, until_ms)
            share = self.readings.battery_share(device)
            values = {"charge_kwh": flows[3] * share, "discharge_kwh": flows[4] * share}
        return wire(interface, device.type_id, **self.style).sent(Reading(values))
