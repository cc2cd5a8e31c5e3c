"""Drawing a fleet from a seed: names, ids, capacities, strings and their faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from collector.simulator.members import (
    BATTERY,
    DEAD,
    DONGLE,
    EMI,
    ESS,
    GRID_METER,
    INVERTERS,
    POWER_SENSOR,
    RESIDENTIAL_INVERTER,
    STRING_INVERTER,
    WEAK,
    SimDevice,
    SimPlant,
)
from collector.simulator.places import PLACES, zone

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_COMPANIES = (STRING_INVERTER, EMI, GRID_METER, ESS)

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


@dataclass(frozen=True, slots=True)
class _Array:
    """The strings of one inverter, with their capacity [kWp]."""

    capacity_kwp: float
    gains: tuple[float, ...]


@dataclass(slots=True)
class _Deck:
    """What the drawing goes on with: chance, the seed that ids carry, and the moment [s since epoch, UTC]."""

    chance: Random
    seed: int
    now: float


def draw(
    plants: int, devices: Mapping[int, int], seed: int, now: float
) -> tuple[list[SimPlant], list[SimDevice]]:
    """Draw plants and devices; the arguments are those of `SimFleet.make`."""
    deck = _Deck(Random(seed), seed, now)  # noqa: S311  names and faults, no secret
    arrays = _arrays(plants, devices, deck.chance)
    drawn = [_plant(index, arrays[index], deck) for index in range(plants)]
    listed: list[SimDevice] = []
    for index, plant in enumerate(drawn):
        own = iter(arrays[index])
        for type_id in sorted(devices):
            for _ in range(_dealt(devices, type_id, plants, index)):
                array = next(own) if type_id in INVERTERS else None
                listed.append(_device(plant, type_id, array, listed, deck))
    return drawn, listed


def _dealt(devices: Mapping[int, int], type_id: int, plants: int, index: int) -> int:
    """Return how many devices of a type plant `index` gets."""
    total = devices.get(type_id, 0)
    hand = plants - 1 - index if type_id in _OF_COMPANIES else index
    return (total - hand + plants - 1) // plants if hand < total else 0


def _arrays(plants: int, devices: Mapping[int, int], chance: Random) -> list[list[_Array]]:
    """Draw the strings of every plant's inverters: the fleet's first has a weak one, its second a dead one, some more have."""
    drawn: list[list[_Array]] = []
    serial = 0
    for index in range(plants):
        drawn.append([])
        for type_id in INVERTERS:
            strings, kwp = (
                ((12, 14, 16, 18), (6.6,)) if type_id == STRING_INVERTER else ((2, 3, 4), (2.7, 3.2, 3.6))
            )
            for _ in range(_dealt(devices, type_id, plants, index)):
                gains = [1.0] * chance.choice(strings)
                fault = chance.random()
                if serial == 0 or fault < 0.08:
                    gains[1] = WEAK
                if serial == 1 or 0.08 <= fault < 0.12:
                    gains[-1] = DEAD
                drawn[index].append(_Array(round(len(gains) * chance.choice(kwp), 2), tuple(gains)))
                serial += 1
    return drawn


def _plant(index: int, arrays: list[_Array], deck: _Deck) -> SimPlant:
    place, chance = PLACES[index % len(PLACES)], deck.chance
    here = datetime.fromtimestamp(deck.now, UTC).astimezone(zone(place.zone))
    day = here - timedelta(days=chance.randint(180, 1_095))
    number = 33_554_785 + 7 * index + deck.seed % 1_000 * 1_000_000
    return SimPlant(
        code=f"NE={number}" if index % 3 else f"{chance.getrandbits(128):032X}",
        name=f"{place.town} {index + 1}",
        place=place,
        capacity_kwp=round(sum(array.capacity_kwp for array in arrays), 3) or 10.0,
        capacity_listed=index % 7 != 5,
        position_listed=index % 5 != 3,
        connected=day.replace(hour=0, minute=0, second=0, microsecond=0),
        ratio=round(chance.uniform(0.78, 0.88), 4),
        index=index,
        seed=chance.getrandbits(32),
    )


def _device(
    plant: SimPlant, type_id: int, array: _Array | None, listed: list[SimDevice], deck: _Deck
) -> SimDevice:
    use, model, software = _TITLES.get(type_id, ("Device", "", ""))
    serial = len(listed)
    before = 0
    for other in reversed(listed):
        if other.plant is not plant:
            break
        before += other.name.startswith(use)
    offset = deck.seed % 50_000 * 10_000_000 + 1_013 * serial
    return SimDevice(
        id=1_000_000_137_278_001 + offset if serial % 2 else -(214_000_000_000_001 + offset),
        plant=plant,
        type_id=type_id,
        name=f"{use}-{before + 1}",
        sn=f"SIM{type_id:02d}{deck.seed % 1_000:03d}{serial:06d}",
        model=model,
        software=software,
        capacity_kwp=array.capacity_kwp if array else 0.0,
        strings=array.gains if array else (),
        index=before,
        seed=deck.chance.getrandbits(32),
    )
