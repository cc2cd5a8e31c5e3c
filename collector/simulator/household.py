"""What happens behind the meter: load, battery and grid of a plant, balanced in every 5-minute slot.

pv = load + battery + grid; grid + is export, battery + is charging.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from collector.simulator.generation import AWAKE_KW_M2
from collector.simulator.members import BATTERIES, BATTERY, INVERTERS, METERS
from collector.simulator.sun import SLOTS_AN_HOUR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.simulator.days import Days
    from collector.simulator.fleet import SimFleet
    from collector.simulator.generation import Sunshine
    from collector.simulator.members import SimPlant

SMALL_KWH = 10.0
LARGE_KWH = 200.0
_HOME_KWP = 30.0
_RESERVE = 0.08
_TRIM_SLOTS = 36


@dataclass(frozen=True)
class HouseDay:
    """One local day of one plant behind its meter. Powers are of 5-minute slots, energies run from midnight.

    Attributes:
        pv: [kW]
        load: [kW]
        battery: + charging. [kW]
        grid: + export. [kW]
        soc: At the start of every slot. [0..1]
        totals: Energy exported, imported, used, charged and discharged in the whole day. [kWh]
    """

    pv: Sequence[float]
    load: Sequence[float]
    battery: Sequence[float]
    grid: Sequence[float]
    soc: Sequence[float]
    totals: tuple[float, float, float, float, float]

    @cached_property
    def exported(self) -> Sequence[float]:
        """Energy exported before every slot, and in the whole day. [kWh]"""
        return _energy([p if p > 0 else 0.0 for p in self.grid])

    @cached_property
    def imported(self) -> Sequence[float]:
        """Energy imported before every slot, and in the whole day. [kWh]"""
        return _energy([-p if p < 0 else 0.0 for p in self.grid])

    @cached_property
    def used(self) -> Sequence[float]:
        """Energy used before every slot, and in the whole day. [kWh]"""
        return _energy(self.load)

    @cached_property
    def charged(self) -> Sequence[float]:
        """Energy charged before every slot, and in the whole day. [kWh]"""
        return _energy([p if p > 0 else 0.0 for p in self.battery])

    @cached_property
    def discharged(self) -> Sequence[float]:
        """Energy discharged before every slot, and in the whole day. [kWh]"""
        return _energy([-p if p < 0 else 0.0 for p in self.battery])


class Households:
    """Every plant's load, battery and grid, drawn from the fleet's seed."""

    def __init__(
        self, fleet: SimFleet, sunshine: Sunshine, days: Days, now: float, *, keep: int = 2_048
    ) -> None:
        """Prepare the households.

        Args:
            fleet: Plants and devices.
            sunshine: What the sun gives them.
            days: How local days are counted.
            now: Moment from which meters look back. [s since epoch, UTC]
            keep: Plant days that are remembered.
        """
        self._fleet = fleet
        self._sunshine = sunshine
        self._days = days
        self._now_ms = int(now * 1000)
        self._reach_days = min(365, max(8, 900 // max(1, fleet.counts.plants)))
        self._totals: dict[str, list[tuple[float, ...]]] = {}
        self.day = lru_cache(maxsize=keep)(self._draw)

    def metered(self, plant: SimPlant) -> bool:
        """Return whether the plant has a meter."""
        return any(device.type_id in METERS for device in self._fleet.devices_of(plant))

    def since(self, plant: SimPlant) -> int:
        """Return the first day that meter and battery have counted; large fleets got theirs later, to stay fast."""
        return max(self._days.connected(plant), self._days.day(plant, self._now_ms) - self._reach_days)

    def power_kwp(self, plant: SimPlant) -> float:
        """Return AC power per irradiance: capacity, ratio and string faults of all its inverters. [kW per kW/m²]"""
        inverters = [device for device in self._fleet.devices_of(plant) if device.type_id in INVERTERS]
        return plant.ratio * sum(device.capacity_kwp * device.gain for device in inverters)

    def between(self, plant: SimPlant, first: int, end: int) -> tuple[float, float, float, float, float]:
        """Return exported, imported, used, charged and discharged of the days from `first` to before `end`. [kWh]"""
        since = self.since(plant)
        first, end = max(first, since), max(end, since)
        totals = self._totals.setdefault(plant.code, [(0.0, 0.0, 0.0, 0.0, 0.0)])
        while len(totals) <= end - since:
            day = self.day(plant, since + len(totals) - 1)
            totals.append(tuple(total + of_day for total, of_day in zip(totals[-1], day.totals, strict=True)))
        if end <= first:
            return 0.0, 0.0, 0.0, 0.0, 0.0
        low, high = totals[first - since], totals[end - since]
        return high[0] - low[0], high[1] - low[1], high[2] - low[2], high[3] - low[3], high[4] - low[4]

    def _draw(self, plant: SimPlant, day: int) -> HouseDay:
        sun = self._sunshine.day(plant, day)
        factor = self.power_kwp(plant)
        pv = [g * factor if g > AWAKE_KW_M2 else 0.0 for g in sun.irradiance]
        load = _load(plant, day, len(pv))
        batteries = [
            device.type_id for device in self._fleet.devices_of(plant) if device.type_id in BATTERIES
        ]
        capacity = sum(SMALL_KWH if kind == BATTERY else LARGE_KWH for kind in batteries)
        battery, soc = _battery(pv, load, capacity, _first_soc(plant, day), _first_soc(plant, day + 1))
        grid = [p - used - b for p, used, b in zip(pv, load, battery, strict=True)]
        exported, used = sum(p for p in grid if p > 0), sum(load)
        charged = sum(p for p in battery if p > 0) if capacity else 0.0
        net, stored = sum(grid), sum(battery)
        totals = (exported, exported - net, used, charged, charged - stored)
        scaled = tuple(total / SLOTS_AN_HOUR for total in totals)
        return HouseDay(pv, load, battery, grid, soc, (scaled[0], scaled[1], scaled[2], scaled[3], scaled[4]))


def _energy(power: Sequence[float]) -> list[float]:
    return list(accumulate((p / SLOTS_AN_HOUR for p in power), initial=0.0))


def _first_soc(plant: SimPlant, day: int) -> float:
    """Return the charge with which a local day begins: known without living through the days before. [0..1]"""
    return 0.12 + 0.3 * Random(plant.seed ^ day * 7_919).random()  # noqa: S311  a household's habit, no secret


def _load(plant: SimPlant, day: int, slots: int) -> list[float]:
    """Return the load: a home's morning and evening, or a company's working day. [kW]"""
    chance = Random(plant.seed * 31 + day)  # noqa: S311  a household's habit, no secret
    random = chance.random
    scale = chance.uniform(0.8, 1.2)
    peaks: tuple[tuple[float, float, float], ...]
    if plant.capacity_kwp <= _HOME_KWP:
        base, peaks = 0.25, ((7.5, 0.9, 1.1), (13.0, 1.5, 0.6), (19.5, 1.7, 1.8))
    else:
        base, peaks = 0.04 * plant.capacity_kwp, ((11.0, 3.0, 0.22 * plant.capacity_kwp),)
        if day % 7 in (0, 6):  # Sunday and Saturday by ordinal
            peaks = ()
    return [scale * p * (0.75 + 0.5 * random()) for p in _load_shape(slots, base, peaks)]


@lru_cache(maxsize=128)
def _load_shape(slots: int, base: float, peaks: tuple[tuple[float, float, float], ...]) -> Sequence[float]:
    return [
        base + sum(kw * math.exp(-(((k / SLOTS_AN_HOUR - at) / width) ** 2)) for at, width, kw in peaks)
        for k in range(slots)
    ]


def _battery(
    pv: Sequence[float], load: Sequence[float], capacity: float, first: float, last: float
) -> tuple[list[float], list[float]]:
    """Return power [kW, + charging] and state of charge [0..1]: surplus in, deficit out, `last` reached at midnight."""
    slots = len(pv)
    if capacity == 0.0:
        return [0.0] * slots, [first] * slots
    most = capacity / 2
    step = capacity * SLOTS_AN_HOUR
    power, charge = [], []
    soc = first
    for wanted in (p - used for p, used in zip(pv[:-_TRIM_SLOTS], load, strict=False)):
        charge.append(soc)
        if wanted > 0:
            room = (1.0 - soc) * step
            p = min(wanted, most, room)
        else:
            rest = (_RESERVE - soc) * step
            p = max(wanted, -most, rest)
        soc += p / step
        power.append(p)
    slope = (last - soc) / _TRIM_SLOTS
    power += [slope * step] * _TRIM_SLOTS
    charge += [soc + slope * k for k in range(_TRIM_SLOTS)]
    return power, charge
