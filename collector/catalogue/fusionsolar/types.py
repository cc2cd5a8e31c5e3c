"""Device types, and the measurement that the readings of each go to.

Source: manual 9.1.5 (list), 9.1.6.1 (which have KPI data); types from 23070 on are observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DeviceType:
    """One device type of the vendor.

    Attributes:
        type_id: The vendor's number.
        title: In words.
        device_type: Tag: inverter, battery, meter, emi, logger or other.
        kpi: True where the device data interfaces serve it.
        measurement: Where its live and 5-minute readings go; "" where it has none.
    """

    type_id: int
    title: str
    device_type: str = "other"
    kpi: bool = False
    measurement: str = ""


_TYPES: Final = (
    DeviceType(1, "String inverter", "inverter", kpi=True, measurement="pv_inverter"),
    DeviceType(2, "SmartLogger", "logger"),
    DeviceType(8, "Smart transformer station"),
    DeviceType(10, "Environmental monitor", "emi", kpi=True, measurement="pv_emi"),
    DeviceType(13, "Protocol converter"),
    DeviceType(16, "General device"),
    DeviceType(17, "Grid meter", "meter", kpi=True, measurement="pv_meter"),
    DeviceType(22, "PID module"),
    DeviceType(37, "Pinnet data logger", "logger"),
    DeviceType(38, "Residential inverter", "inverter", kpi=True, measurement="pv_inverter"),
    DeviceType(39, "Residential battery", "battery", kpi=True, measurement="pv_battery"),
    DeviceType(40, "Backup box"),
    DeviceType(41, "Commercial or utility storage", "battery", kpi=True, measurement="pv_battery"),
    DeviceType(45, "PLC"),
    DeviceType(46, "Optimizer"),
    DeviceType(47, "Power sensor", "meter", kpi=True, measurement="pv_meter"),
    DeviceType(62, "Dongle", "logger"),
    DeviceType(63, "Distributed SmartLogger", "logger"),
    DeviceType(70, "Safety box"),
    DeviceType(23070, "EMMA energy manager"),
)

DEVICE_TYPES: Final[Mapping[int, DeviceType]] = {row.type_id: row for row in _TYPES}
KPI_TYPES: Final = tuple(row.type_id for row in _TYPES if row.kpi)


def device_type(type_id: int) -> str:
    """The tag of a vendor type number; "other" for a number that is not known."""
    known = DEVICE_TYPES.get(type_id)
    return known.device_type if known else "other"


def device_measurement(type_id: int) -> str:
    """Where live and 5-minute readings of the type go; "" where it has none."""
    known = DEVICE_TYPES.get(type_id)
    return known.measurement if known else ""
