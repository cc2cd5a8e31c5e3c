"""What the sun truly gives a plant: every 5 minutes, every day, and since its grid connection.

A day's irradiation is drawn first; its 5-minute slots share it out. So slots, hours, days, months and years agree by
construction, and every question gives the same answer in whatever order it is asked.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from collector.simulator.limits import hash_text
from collector.simulator.sun import SLOT_MS, SLOTS_AN_HOUR, clear_days, clear_slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.simulator.days import Days
    from collector.simulator.members import SimPlant

AWAKE_KW_M2 = 0.004
_LEAST_LIGHT = 0.03


@dataclass(frozen=True, slots=True)
class SunDay:
    """One local day of one plant.

    Attributes:
        start_ms: Local midnight. [ms since epoch, UTC]
        irradiance: Of every 5-minute slot. [kW/m²]
        before: Irradiation from midnight to the start of every slot, and to the end of the day. [kWh/m²]
        wakes: First slot with light enough to feed in, or the number of slots.
        sleeps: Slot after the last such slot, or the number of slots.
    """

    start_ms: int
    irradiance: Sequence[float]
    before: Sequence[float]
    wakes: int
    sleeps: int

    @property
    def total(self) -> float:
        """Irradiation of the day. [kWh/m²]"""
        return self.before[-1]

    def slot(self, moment_ms: int) -> int:
        """Return the number of the slot that holds a moment of this day. [ms since epoch, UTC]"""
        return min((moment_ms - self.start_ms) // SLOT_MS, len(self.irradiance) - 1)


class Sunshine:
    """The irradiation of every plant, drawn from the fleet's seed."""

    def __init__(self, seed: int, days: Days, *, keep: int = 4_096) -> None:
        """Remember the last `keep` plant days; older ones are drawn again when asked for."""
        self._seed = seed
        self._days = days
        self._sums: dict[str, array[float]] = {}
        self.day = lru_cache(maxsize=keep)(self._draw)

    def between(self, plant: SimPlant, first: int, end: int) -> float:
        """Return the irradiation of the local days from `first` to before `end`, none before connection. [kWh/m²]"""
        born = self._days.connected(plant)
        first, end = max(first, born), max(end, born)
        if end <= first:
            return 0.0
        sums = self._sums.get(plant.code)
        if sums is None:
            sums = self._sums[plant.code] = array("d", [0.0])
        while len(sums) <= end - born:
            self._extend(plant, sums, born)
        return sums[end - born] - sums[first - born]

    def _extend(self, plant: SimPlant, sums: array[float], born: int) -> None:
        """Add the rest of the year that follows the last known day."""
        day = born + len(sums) - 1
        year = date.fromordinal(day).year
        new_year = date(year, 1, 1).toordinal()
        weather = _weather(self._seed, plant.place.town, plant.place.clearness, year)
        chance = Random(plant.seed << 12 | year)  # noqa: S311  weather, no secret
        own = [chance.random() for _ in range(366)]
        clear = clear_days(plant.place.latitude)
        total = sums[-1]
        for number in range(day - new_year, date(year + 1, 1, 1).toordinal() - new_year):
            total += clear[number + 1] * weather[number] * (0.97 + 0.06 * own[number])
            sums.append(total)

    def _draw(self, plant: SimPlant, day: int) -> SunDay:
        start_ms = self._days.start_ms(plant, day)
        slots = (self._days.start_ms(plant, day + 1) - start_ms) // SLOT_MS
        total = self.between(plant, day, day + 1)
        if total == 0.0:
            return SunDay(start_ms, [0.0] * slots, [0.0] * (slots + 1), slots, slots)
        clear = clear_slots(plant.place, start_ms, slots)
        clearness = total * SLOTS_AN_HOUR / (sum(clear) or 1.0)
        swing = max(0.04, 1.5 * clearness * (1.0 - clearness))
        clouds = _clouds(plant.seed * 1_000_003 + day, slots, clearness, swing)
        light = [g * c if g else 0.0 for g, c in zip(clear, clouds, strict=False)]
        scale = total * SLOTS_AN_HOUR / sum(light)
        irradiance = [g * scale for g in light]
        before = list(accumulate((g / SLOTS_AN_HOUR for g in irradiance), initial=0.0))
        lit = [k for k, g in enumerate(irradiance) if g > AWAKE_KW_M2]
        wakes, sleeps = (lit[0], lit[-1] + 1) if lit else (slots, slots)
        return SunDay(start_ms, irradiance, before, wakes, sleeps)


def _clouds(seed: int, slots: int, clearness: float, swing: float) -> list[float]:
    """Return the share of light that every slot lets through: slow clouds from half hour to half hour, quick ones on top."""
    random = Random(seed).random  # noqa: S311  clouds, no secret
    quick = 0.4 * swing
    low = clearness - 0.5 * quick
    shares: list[float] = []
    share = low + swing * (2 * random() - 1)
    for _ in range(-(-slots // 6)):
        following = low + swing * (2 * random() - 1)
        step = (following - share) / 6
        for _ in range(6):
            shares.append(max(_LEAST_LIGHT, share + quick * random()))
            share += step
    return shares


@lru_cache(maxsize=256)
def _weather(seed: int, town: str, clearness: float, year: int) -> Sequence[float]:
    """Return the share of the clear sky that a town gets on every day of a year: plants of one town share their weather."""
    chance = Random(hash_text(f"{seed}/{town}/{year}"))  # noqa: S311  weather, no secret
    shares = []
    mood = chance.random()
    for _ in range(366):
        mood = 0.55 * mood + 0.45 * chance.random()
        share = clearness + (mood - 0.5) * 1.6 * min(clearness, 1.02 - clearness) + chance.uniform(-0.1, 0.1)
        shares.append(min(0.98, max(0.08, share)))
    return shares
