"""Where simulated plants stand: a handful of places in several zones, on both halves of the earth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Place:
    """A town with its sun and its clock.

    Attributes:
        town: Name used in plant names.
        zone: IANA zone.
        latitude: [degrees north]
        longitude: [degrees east]
        clearness: Mean share of the clear sky's irradiation that arrives. [1]
        warmth_c: Mean air temperature. [°C]
        price: Paid for a generated kWh. [currency of the account]
    """

    town: str
    zone: str
    latitude: float
    longitude: float
    clearness: float
    warmth_c: float
    price: float


PLACES = (
    Place("Potsdam", "Europe/Berlin", 52.40, 13.06, 0.62, 10.0, 0.08),
    Place("Freiburg", "Europe/Berlin", 48.00, 7.85, 0.66, 11.5, 0.08),
    Place("Hefei", "Asia/Shanghai", 31.82, 117.23, 0.60, 16.5, 0.06),
    Place("Pune", "Asia/Kolkata", 18.52, 73.86, 0.74, 25.0, 0.05),
    Place("Campinas", "America/Sao_Paulo", -22.91, -47.06, 0.72, 21.0, 0.11),
    Place("Sevilla", "Europe/Madrid", 37.39, -5.99, 0.79, 19.0, 0.07),
    Place("Pretoria", "Africa/Johannesburg", -25.75, 28.19, 0.82, 18.5, 0.09),
    Place("Adelaide", "Australia/Adelaide", -34.93, 138.60, 0.77, 17.0, 0.10),
    Place("Tucson", "America/Phoenix", 32.22, -110.97, 0.85, 21.5, 0.09),
    Place("Pokhara", "Asia/Kathmandu", 28.21, 83.99, 0.68, 21.0, 0.07),
)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name."""
    return ZoneInfo(name)
