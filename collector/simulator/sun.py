"""The sun over a place: clear-sky irradiance (Haurwitz) on the 5-minute grid."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.simulator.places import Place

SLOT_MS = 300_000
SLOTS_AN_HOUR = 12
_DAY_MS = 86_400_000
_COARSE_STEPS = 96


def clear_sky(sine: float) -> float:
    """Return the global irradiance under a clear sky. [kW/m²]

    Args:
        sine: Sine of the sun's elevation.
    """
    if sine <= 0.01:  # half a degree: the formula has nothing to say about twilight
        return 0.0
    return 1.098 * sine * math.exp(-0.057 / sine)


def _geometry(latitude: float, day_of_year: float) -> tuple[float, float, float]:
    """Return (a, b, equation of time [min]) with sine of elevation = a + b·cos(hour angle)."""
    angle = 2 * math.pi * (day_of_year - 81) / 364
    equation = 9.87 * math.sin(2 * angle) - 7.53 * math.cos(angle) - 1.5 * math.sin(angle)
    declination = math.radians(23.45) * math.sin(2 * math.pi * (284 + day_of_year) / 365)
    phi = math.radians(latitude)
    return math.sin(phi) * math.sin(declination), math.cos(phi) * math.cos(declination), equation


@lru_cache(maxsize=64)
def clear_days(latitude: float) -> tuple[float, ...]:
    """Return the clear sky's irradiation of every day of a year; index 1 is 1 January. [kWh/m²]"""
    days = [0.0]
    for day in range(1, 367):
        a, b, _ = _geometry(latitude, day)
        total = sum(
            clear_sky(a + b * math.cos(2 * math.pi * k / _COARSE_STEPS)) for k in range(_COARSE_STEPS)
        )
        days.append(total * 24 / _COARSE_STEPS)
    return tuple(days)


@lru_cache(maxsize=512)
def clear_slots(place: Place, midnight_ms: int, slots: int) -> Sequence[float]:
    """Return the clear-sky irradiance of consecutive 5-minute slots, at their middle. [kW/m²]

    Args:
        place: Where.
        midnight_ms: Start of the first slot. [ms since epoch, UTC]
        slots: How many.
    """
    day_of_year = (midnight_ms + _DAY_MS // 2) / _DAY_MS % 365.2425 + 1
    a, b, equation = _geometry(place.latitude, day_of_year)
    solar_ms = midnight_ms + SLOT_MS // 2 + place.longitude * 240_000 + equation * 60_000
    start = 2 * math.pi * (solar_ms % _DAY_MS) / _DAY_MS + math.pi
    step = 2 * math.pi * SLOT_MS / _DAY_MS
    return [clear_sky(a + b * math.cos(start + k * step)) for k in range(slots)]
