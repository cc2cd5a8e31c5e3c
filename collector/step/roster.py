"""What follows from an account's lists of plants and devices, worked out once for each state of the lists."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from collector.model import Identity
from collector.quota import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from collector.model import Device, Plant


class Roster:
    """The members of an account by what others know them by. A change of the lists makes a new one.

    Attributes:
        plants: The list it was made of.
        devices: As above.

    Args:
        plants: All plants.
        devices: All devices.
        zone_of: Tells the zone of a plant.
    """

    def __init__(
        self, plants: Sequence[Plant], devices: Sequence[Device], zone_of: Callable[[Plant], str]
    ) -> None:
        self.plants = plants
        self.devices = devices
        self._zone_of = zone_of

    @cached_property
    def fleet(self) -> Fleet:
        """The sizes that the vendor's formulas count: the last complete lists, never more."""
        devices: dict[int, int] = {}
        for device in self.devices:
            if device.missed == 0:
                devices[device.type_id] = devices.get(device.type_id, 0) + 1
        return Fleet(sum(p.missed == 0 for p in self.plants), devices)

    @cached_property
    def by_code(self) -> dict[str, Plant]:
        """Every plant by the vendor's code."""
        return {p.code: p for p in self.plants}

    @cached_property
    def zones(self) -> dict[str, str]:
        """The zone of every plant by the vendor's code."""
        return {p.code: self._zone_of(p) for p in self.plants}

    @cached_property
    def device_zones(self) -> dict[str, str]:
        """The zone of every device by the vendor's code: its plant's."""
        return {d.code: self.zones.get(d.plant_code, "") for d in self.devices}

    @cached_property
    def plant_tags(self) -> dict[str, Identity]:
        """The tags of every plant by the vendor's code."""
        return {p.code: Identity(p.vendor, p.plant_id, zone=self.zones[p.code]) for p in self.plants}

    @cached_property
    def device_tags(self) -> dict[str, Identity]:
        """The tags of every device by the vendor's code, and by serial number."""
        zones = {p.plant_id: self.zones[p.code] for p in self.plants}
        return {
            code: Identity(
                d.vendor, d.plant_id, d.device_id, d.device_type, d.type_id, zones.get(d.plant_id, "")
            )
            for d in self.devices
            for code in (d.code, d.sn)
        }

    @cached_property
    def devices_of(self) -> dict[str, list[Device]]:
        """The devices of every plant that has any, by the vendor's code of the plant."""
        found: dict[str, list[Device]] = {}
        for device in self.devices:
            found.setdefault(device.plant_code, []).append(device)
        return found
