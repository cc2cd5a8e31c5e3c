"""Who stands in the simulated cloud: plants and devices, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from collector.simulator.limits import Counts
from collector.simulator.places import PLACES, Place, zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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

_OF_COMPANIES = (STRING_INVERTER, EMI, GRID_METER, ESS)

WEAK = 0.8
DEAD = 0.0

_TITLES: Mapping[int, tuple[str, str, str]] = {
    STRING_INVERTER: ("Inverter", "SUN2000-100KTL-M1", "V500R001C00SPC143"),
    EMI: ("EMI", "", "V100R001"),
    GRID_METER: ("Meter", "", ""),
    RESIDENTIAL_INVERTER: ("Inverter", "SUN2000-8KTL-M1", "V100R001C00SPC158"),
    BATTERY: ("Battery", "", "V100R002C00SPC124"),
    ESS: ("ESS", "", "V100R023C00"),
    POWER_SENSOR: ("Power sensor", "", ""),
    DONGLE: ("Dongle", "", "V100R001C00SPC133"),
}


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


class SimFleet:
    """Plants and devices of one account, in the order in which the cloud lists them."""

    def __init__(self, plants: Iterable[SimPlant], devices: Iterable[SimDevice], seed: int) -> None:
        self.seed = seed
        self._plants = {plant.code: plant for plant in plants}
        self._devices = {device.id: device for device in devices}
        self._index()

    @classmethod
    def make(cls, plants: int, devices: Mapping[int, int], seed: int, now: float) -> SimFleet:
        """Draw a fleet.

        Args:
            plants: Number of plants; they are dealt over the places in turn.
            devices: Device type number to number of devices in the whole fleet. They are dealt over the plants in turn:
                what companies have (1, 10, 17, 41) from the last plant back, all else from the first on.
            seed: Decides everything; the same arguments give the same fleet.
            now: Plants were connected half a year to three years before it. [s since epoch, UTC]
        """
        chance = Random(seed)  # noqa: S311  weather and names, no secrets
        inverters = _inverters(plants, devices, chance)
        drawn = [_plant(index, inverters.get(index, []), chance, now) for index in range(plants)]
        listed: list[SimDevice] = []
        places: dict[tuple[int, str], int] = {}
        serial = 0
        for index, plant in enumerate(drawn):
            for type_id in sorted(devices):
                count = _dealt(devices, type_id, plants, index)
                for number in range(count):
                    strings: tuple[float, ...] = ()
                    capacity = 0.0
                    if type_id in INVERTERS:
                        capacity, strings = inverters[index][
                            _inverters_before(devices, plants, index, type_id) + number
                        ]
                    use = _TITLES.get(type_id, ("Device", "", ""))[0]
                    place = places[index, use] = places.get((index, use), 0) + 1
                    listed.append(_device(serial, plant, type_id, place - 1, capacity, strings, chance))
                    serial += 1
        return cls(drawn, listed, seed)

    @staticmethod
    def usual(plants: int) -> dict[int, int]:
        """Return a device mix for `plants` plants: two homes of three, the third a company; from 3 on every type occurs."""
        companies = plants // 3
        homes = plants - companies
        mix = {
            1: 2 * companies,
            10: companies,
            17: companies,
            38: homes,
            39: homes,
            41: companies,
            47: homes,
            62: homes,
        }
        return {type_id: count for type_id, count in mix.items() if count}

    def _index(self) -> None:
        self._by_sn = {device.sn: device for device in self._devices.values()}
        self._of_plant: dict[str, list[SimDevice]] = {code: [] for code in self._plants}
        types: dict[int, int] = {}
        for device in self._devices.values():
            self._of_plant[device.plant.code].append(device)
            types[device.type_id] = types.get(device.type_id, 0) + 1
        self._counts = Counts(len(self._plants), types)

    @property
    def plants(self) -> list[SimPlant]:
        """The plants, in the cloud's order."""
        return list(self._plants.values())

    @property
    def devices(self) -> list[SimDevice]:
        """The devices, in the cloud's order."""
        return list(self._devices.values())

    @property
    def counts(self) -> Counts:
        """What the formulas of the limits count."""
        return self._counts

    def plant(self, code: str) -> SimPlant | None:
        """Return the plant of a code, if there is one."""
        return self._plants.get(code)

    def device(self, device_id: int) -> SimDevice | None:
        """Return the device of an id, if there is one."""
        return self._devices.get(device_id)

    def by_sn(self, sn: str) -> SimDevice | None:
        """Return the device of a serial number, if there is one."""
        return self._by_sn.get(sn)

    def devices_of(self, plant: SimPlant) -> list[SimDevice]:
        """Return the devices of a plant."""
        return self._of_plant.get(plant.code, [])

    def of_type(self, type_id: int) -> list[SimDevice]:
        """Return the devices of a type."""
        return [device for device in self._devices.values() if device.type_id == type_id]

    def remove_plant(self, code: str) -> None:
        """Take a plant and its devices away, as an owner does who withdraws them."""
        del self._plants[code]
        self._devices = {key: device for key, device in self._devices.items() if device.plant.code != code}
        self._index()

    def remove_device(self, device_id: int) -> None:
        """Take a device away."""
        del self._devices[device_id]
        self._index()

    def add(self, plants: Iterable[SimPlant], devices: Iterable[SimDevice]) -> None:
        """Put plants and devices of another fleet behind this one's."""
        self._plants |= {plant.code: plant for plant in plants}
        self._devices |= {device.id: device for device in devices}
        self._index()


def _dealt(devices: Mapping[int, int], type_id: int, plants: int, index: int) -> int:
    """Return how many devices of a type plant `index` gets."""
    total = devices.get(type_id, 0)
    hand = plants - 1 - index if type_id in _OF_COMPANIES else index
    return (total - hand + plants - 1) // plants if hand < total else 0


def _inverters_before(devices: Mapping[int, int], plants: int, index: int, type_id: int) -> int:
    return sum(_dealt(devices, other, plants, index) for other in INVERTERS if other < type_id)


def _inverters(
    plants: int, devices: Mapping[int, int], chance: Random
) -> dict[int, list[tuple[float, tuple[float, ...]]]]:
    """Draw capacity and strings of every plant's inverters; the first two carry the two faults for certain."""
    drawn: dict[int, list[tuple[float, tuple[float, ...]]]] = {}
    serial = 0
    for index in range(plants):
        for type_id in INVERTERS:
            for _ in range(_dealt(devices, type_id, plants, index)):
                strings = (
                    chance.choice((12, 14, 16, 18))
                    if type_id == STRING_INVERTER
                    else chance.choice((2, 3, 4))
                )
                per_string = 6.6 if type_id == STRING_INVERTER else chance.choice((2.7, 3.2, 3.6))
                gains = [1.0] * strings
                fault = chance.random()
                if serial == 0 or fault < 0.08:
                    gains[1] = WEAK
                if serial == 1 or 0.08 <= fault < 0.12:
                    gains[-1] = DEAD
                drawn.setdefault(index, []).append((round(strings * per_string, 2), tuple(gains)))
                serial += 1
    return drawn


def _plant(
    index: int, inverters: list[tuple[float, tuple[float, ...]]], chance: Random, now: float
) -> SimPlant:
    place = PLACES[index % len(PLACES)]
    day = datetime.fromtimestamp(now, UTC).astimezone(zone(place.zone)) - timedelta(
        days=chance.randint(180, 1_095)
    )
    code = f"NE={33_554_785 + 7 * index}" if index % 3 else f"{chance.getrandbits(128):032X}"
    return SimPlant(
        code=code,
        name=f"{place.town} {index + 1}",
        place=place,
        capacity_kwp=round(sum(kwp for kwp, _ in inverters), 3) or 10.0,
        capacity_listed=index % 7 != 5,
        position_listed=index % 5 != 3,
        connected=day.replace(hour=0, minute=0, second=0, microsecond=0),
        ratio=round(chance.uniform(0.78, 0.88), 4),
        index=index,
        seed=chance.getrandbits(32),
    )


def _device(
    serial: int,
    plant: SimPlant,
    type_id: int,
    index: int,
    capacity: float,
    strings: tuple[float, ...],
    chance: Random,
) -> SimDevice:
    use, model, software = _TITLES.get(type_id, ("Device", "", ""))
    even = serial % 2 == 0
    return SimDevice(
        id=-(214_000_000_000_001 + 1_013 * serial) if even else 1_000_000_137_278_001 + 1_019 * serial,
        plant=plant,
        type_id=type_id,
        name=f"{use}-{index + 1}",
        sn=f"SIM{type_id:02d}{chance.randrange(10**3):03d}{serial:06d}",
        model=model,
        software=software,
        capacity_kwp=capacity,
        strings=strings,
        index=index,
        seed=chance.getrandbits(32),
    )
