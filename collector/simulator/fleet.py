"""Who stands in the simulated cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.simulator.alarms import Alarms
from collector.simulator.drawing import draw
from collector.simulator.limits import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from collector.simulator.members import SimDevice, SimPlant


class SimFleet:
    """Plants and devices of one account, in the order in which the cloud lists them.

    Attributes:
        alarms: Those of its devices.
    """

    def __init__(self, plants: Iterable[SimPlant], devices: Iterable[SimDevice], seed: int) -> None:
        self.seed = seed
        self.alarms = Alarms()
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
        return cls(*draw(plants, devices, seed, now), seed)

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
