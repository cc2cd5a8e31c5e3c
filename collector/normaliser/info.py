"""What plants and devices are, as lines: names and places are fields, so that they may change without a new series."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from collector import lineprotocol

if TYPE_CHECKING:
    from collector.model import Device, Plant

    Fields = list[tuple[str, float | str]]

ACCESS_OK = "ok"


def plant_info(plant: Plant, *, currency: str, time_ns: int) -> bytes:
    """Return the line of `pv_plant_info`; what is not known is left out.

    Args:
        plant: As the settings present it.
        currency: From the settings, or "".
        time_ns: When it was known. [ns since epoch, UTC]
    """
    fields: Fields = [
        ("name", plant.name),
        ("label", _label(plant.name, plant.plant_id)),
        ("tz", plant.zone),
        ("group", plant.group),
        ("account", plant.account),
        ("currency", currency),
        ("access", _access(plant)),
        *_numbers(capacity_kwp=plant.capacity_kwp, latitude=plant.latitude, longitude=plant.longitude),
    ]
    tags = [("vendor", plant.vendor), ("plant_id", plant.plant_id)]
    return lineprotocol.line("pv_plant_info", tags, _told(fields), time_ns)


def device_info(device: Device, plant_name: str, time_ns: int) -> bytes:
    """Return the line of `pv_device_info`; what is not known is left out.

    Args:
        device: The device.
        plant_name: Display name of its plant, or "".
        time_ns: When it was known. [ns since epoch, UTC]
    """
    fields: Fields = [
        ("name", device.name),
        ("label", _label(device.name, device.device_id)),
        ("plant", plant_name),
        ("account", device.account),
        ("sn", device.sn),
        ("model", device.model),
        ("software", device.software),
        ("type_id", float(device.type_id)),
    ]
    tags = [
        ("vendor", device.vendor),
        ("plant_id", device.plant_id),
        ("device_id", device.device_id),
        ("device_type", device.device_type),
    ]
    return lineprotocol.line("pv_device_info", tags, _told(fields), time_ns)


def _label(name: str, identity: str) -> str:
    """Text of a choice on a dashboard; the bar parts it from the id, so the name may not hold one."""
    return f"{name.replace('|', '/') or identity}|{identity}"


def _access(plant: Plant) -> str:
    if plant.access == ACCESS_OK or not plant.access_since:
        return plant.access
    since = datetime.fromtimestamp(plant.access_since, UTC)
    return f"{plant.access} (since {since:%Y-%m-%d %H:%M} UTC)"


def _numbers(**known: float | None) -> Fields:
    return [(name, value) for name, value in known.items() if value is not None and math.isfinite(value)]


def _told(fields: Fields) -> Fields:
    return [(name, value) for name, value in fields if value != ""]
