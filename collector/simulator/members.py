"""Plants and devices as they truly are, and the vendor's numbers of device types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from collector.simulator.places import Place

STRING_INVERTER = 1
EMI = 10
GRID_METER = 17
RESIDENTIAL_INVERTER = 38
BATTERY = 39
ESS = 41
POWER_SENSOR = 47
DONGLE = 62

INVERTERS = (STRING_INVERTER, RESIDENTIAL_INVERTER)
METERS = (GRID_METER, POWER_SENSOR)
BATTERIES = (BATTERY, ESS)

WEAK = 0.8
DEAD = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class SimPlant:
    """One plant as it truly is.

    Attributes:
        code: The vendor's plant id.
        name: Display name.
        place: Where it stands.
        capacity_kwp: Installed DC capacity: the sum of its inverters' strings. [kWp]
        capacity_listed: Whether the lists tell it.
        position_listed: Whether the lists tell latitude and longitude.
        connected: Local midnight of the day of its grid connection.
        ratio: AC energy per irradiation and capacity before string faults. [1]
        index: Place in the fleet, from 0.
        seed: Its own chance.
    """

    code: str
    name: str
    place: Place
    capacity_kwp: float
    capacity_listed: bool
    position_listed: bool
    connected: datetime
    ratio: float
    index: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class SimDevice:
    """One device as it truly is.

    Attributes:
        id: The vendor's device id: negative, or of 16 digits.
        plant: Its plant.
        type_id: The vendor's device type number.
        name: Display name.
        sn: Serial number.
        model: Model text; "" for all but inverters.
        software: Software version, or "".
        capacity_kwp: DC capacity of an inverter, else 0. [kWp]
        strings: Gain of every string of an inverter: 1 healthy, 0.8 weak, 0 dead.
        index: Place among the plant's devices of the same use, from 0.
        seed: Its own chance.
    """

    id: int
    plant: SimPlant
    type_id: int
    name: str
    sn: str
    model: str
    software: str
    capacity_kwp: float
    strings: tuple[float, ...]
    index: int
    seed: int

    @property
    def gain(self) -> float:
        """Return the share of its strings' energy that a healthy inverter would have. [1]"""
        return sum(self.strings) / len(self.strings) if self.strings else 1.0
