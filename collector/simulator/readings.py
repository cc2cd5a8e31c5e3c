"""What every device truly reads in a 5-minute slot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.simulator.generation import AWAKE_KW_M2
from collector.simulator.household import LARGE_KWH, SMALL_KWH
from collector.simulator.members import BATTERIES, BATTERY, EMI, INVERTERS, METERS, STRING_INVERTER
from collector.simulator.sun import SLOT_MS
from collector.simulator.wire import Reading

if TYPE_CHECKING:
    from collector.simulator.days import Days
    from collector.simulator.fleet import SimFleet
    from collector.simulator.generation import SunDay, Sunshine
    from collector.simulator.household import HouseDay, Households
    from collector.simulator.members import SimDevice

EFFICIENCY = 0.985
RUNNING = 512.0
NO_IRRADIATION = 40_960.0
_DETECTING = 2.0
_PHASE_V = 230.0
_OFFLINE_KW = -66_550.0


@dataclass(frozen=True, slots=True)
class Habits:
    """Which oddities the readings have.

    Attributes:
        stale_dawn: Yield today keeps yesterday's total until the inverter wakes.
        sentinel_meter: Meters report about −66.55 MW now and then, as offline ones do.
    """

    stale_dawn: bool = True
    sentinel_meter: bool = False


class Readings:
    """The readings of all devices, the same whenever and in whatever order they are asked for."""

    def __init__(
        self, fleet: SimFleet, days: Days, sunshine: Sunshine, households: Households, habits: Habits
    ) -> None:
        self._fleet = fleet
        self._days = days
        self._sunshine = sunshine
        self._households = households
        self._habits = habits

    def device(self, device: SimDevice, day: int, slot: int) -> Reading:
        """Return what a device reads.

        Args:
            device: Which.
            day: Local day of its plant.
            slot: Number of the 5-minute slot within the day, from 0.
        """
        sun = self._sunshine.day(device.plant, day)
        if device.type_id in INVERTERS:
            return self._inverter(device, day, slot, sun)
        if device.type_id in METERS:
            return self._meter(device, day, slot)
        if device.type_id in BATTERIES:
            return self._battery(device, self._households.day(device.plant, day), slot)
        if device.type_id == EMI:
            return _weather(device, sun, slot)
        return Reading({})

    def day_yield(self, device: SimDevice, day: int, slot: int) -> float:
        """Return an inverter's yield today: yesterday's until it wakes, where dawns are stale. [kWh]"""
        sun = self._sunshine.day(device.plant, day)
        factor = device.plant.ratio * device.capacity_kwp * device.gain
        if slot < sun.wakes and self._habits.stale_dawn:
            return factor * self._sunshine.between(device.plant, day - 1, day)
        return factor * sun.before[slot]

    def asleep(self, device: SimDevice, day: int, slot: int) -> bool:
        """Return whether an inverter has no light."""
        return not self._sunshine.day(device.plant, day).irradiance[slot] > AWAKE_KW_M2

    def _inverter(self, device: SimDevice, day: int, slot: int, sun: SunDay) -> Reading:
        plant = device.plant
        gain = device.gain
        factor = plant.ratio * device.capacity_kwp * gain
        light = sun.irradiance[slot]
        awake = light > AWAKE_KW_M2
        power = light * factor if awake else 0.0
        total = factor * (self._sunshine.between(plant, 0, day) + sun.before[slot])
        wobble = ((device.seed + slot * 37) % 17 - 8) * 0.1
        phase = _PHASE_V + wobble if awake else 0.0
        line = phase * 1.732
        current = power / 0.69  # kW over three phases of 230 V
        dc_power = power / EFFICIENCY
        values: dict[str, float | None] = {
            "inverter_state": RUNNING if awake else _DETECTING if slot + 1 == sun.wakes else NO_IRRADIATION,
            "line_ab_v": line,
            "line_bc_v": line,
            "line_ca_v": line,
            "phase_a_v": phase,
            "phase_b_v": phase,
            "phase_c_v": phase,
            "phase_a_a": current,
            "phase_b_a": current,
            "phase_c_a": current,
            "efficiency_pct": 100 * EFFICIENCY if awake else 0.0,
            "temperature_c": plant.place.warmth_c + 30.0 * light,
            "power_factor_ratio": 1.0 if awake else 0.0,
            "frequency_hz": 50.0 + wobble * 0.02 if awake else 0.0,
            "active_power_kw": power if awake or device.seed % 4 else None,
            "reactive_power_kvar": power * 0.02,
            "dc_power_kw": dc_power,
            "day_yield_kwh": self.day_yield(device, day, slot),
            "total_yield_kwh": total,
            "dc_energy_kwh": total / EFFICIENCY,
            "open_time_s": (sun.start_ms + sun.wakes * SLOT_MS) / 1000 if slot >= sun.wakes else None,
            "close_time_s": (sun.start_ms + sun.sleeps * SLOT_MS) / 1000 if slot >= sun.sleeps else None,
            "run_state": 1.0 if awake else 0.0,
        }
        gains = device.strings
        volts = (620.0 if device.type_id == STRING_INVERTER else 380.0) - 30.0 * light if awake else 0.0
        amperes = dc_power * 1000 / volts / (sum(gains) or 1.0) if awake else 0.0
        per_string = total / EFFICIENCY / (sum(gains) or 1.0)
        return Reading(
            values,
            [(volts, amperes * g) for g in gains],
            [per_string * sum(gains[n : n + 2]) for n in range(0, len(gains), 2)],
        )

    def _meter(self, device: SimDevice, day: int, slot: int) -> Reading:
        plant = device.plant
        house = self._households.day(plant, day)
        share = 1 / sum(1 for other in self._fleet.devices_of(plant) if other.type_id in METERS)
        before = self._households.between(plant, 0, day)
        power = house.grid[slot] * share
        if self._habits.sentinel_meter and (device.seed + day * 7 + slot) % 41 == 0:
            power = _OFFLINE_KW
        volts = _PHASE_V + ((device.seed + slot * 53) % 19 - 9) * 0.1
        amperes = abs(power) / 0.69
        return Reading(
            {
                "meter_status": 1.0,
                "run_state": 1.0,
                "line_ab_v": volts * 1.732,
                "line_bc_v": volts * 1.732,
                "line_ca_v": volts * 1.732,
                "phase_a_v": volts,
                "phase_b_v": volts,
                "phase_c_v": volts,
                "phase_a_a": amperes,
                "phase_b_a": amperes,
                "phase_c_a": amperes,
                "frequency_hz": 50.0,
                "power_factor_ratio": 0.98 if power >= 0 else -0.98,
                "active_power_kw": power,
                "reactive_power_kvar": power * 0.2,
                "phase_a_active_power_kw": power / 3,
                "phase_b_active_power_kw": power / 3,
                "phase_c_active_power_kw": power / 3,
                "phase_a_reactive_power_kvar": power * 0.2 / 3,
                "phase_b_reactive_power_kvar": power * 0.2 / 3,
                "phase_c_reactive_power_kvar": power * 0.2 / 3,
                "apparent_power_kva": abs(power) / 0.98,
                "export_kwh": (before[0] + house.exported[slot]) * share,
                "import_kwh": (before[1] + house.imported[slot]) * share,
            }
        )

    def battery_share(self, device: SimDevice) -> float:
        """Return a battery's share of its plant's storage. [1]"""
        sizes = [_size(other) for other in self._fleet.devices_of(device.plant) if other.type_id in BATTERIES]
        return _size(device) / sum(sizes)

    def _battery(self, device: SimDevice, house: HouseDay, slot: int) -> Reading:
        share = self.battery_share(device)
        power = house.battery[slot] * share
        return Reading(
            {
                "battery_status": 2.0 if power else 1.0,
                "run_state": 1.0,
                "max_charge_power_kw": _size(device) / 2,
                "max_discharge_power_kw": _size(device) / 2,
                "power_kw": power,
                "voltage_v": 360.0 + 40.0 * house.soc[slot],
                "battery_soc_pct": 100.0 * house.soc[slot],
                "battery_soh_pct": 98.0,
                "charge_mode": 4.0,
                "charge_kwh": house.charged[slot] * share,
                "discharge_kwh": house.discharged[slot] * share,
            }
        )


def _size(device: SimDevice) -> float:
    return SMALL_KWH if device.type_id == BATTERY else LARGE_KWH


def _weather(device: SimDevice, sun: SunDay, slot: int) -> Reading:
    light = sun.irradiance[slot]
    air = device.plant.place.warmth_c + 4.0 * light
    wind = (device.seed + slot * 11) % 60 / 10
    return Reading(
        {
            "temperature_c": air,
            "module_temperature_c": air + 28.0 * light,
            "wind_speed_m_s": wind,
            "wind_direction_deg": float((device.seed + slot * 3) % 360),
            "irradiance_w_m2": 1000.0 * light,
            "irradiation_kwh_m2": sun.before[slot],
            "horizontal_irradiance_w_m2": 920.0 * light,
            "horizontal_irradiation_kwh_m2": 0.92 * sun.before[slot],
            "run_state": 1.0,
        }
    )
