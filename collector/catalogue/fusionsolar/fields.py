"""All indicators together, and which of them a row of an interface may hold."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from collector.catalogue.fusionsolar.calendar_fields import CALENDAR_FIELDS
from collector.catalogue.fusionsolar.inverter_fields import INVERTER_FIELDS
from collector.catalogue.fusionsolar.meter_fields import METER_FIELDS
from collector.catalogue.fusionsolar.plant_fields import PLANT_FIELDS
from collector.catalogue.fusionsolar.storage_fields import BATTERY_FIELDS
from collector.catalogue.fusionsolar.weather_fields import EMI_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.catalogue.terms import Field

FIELDS: Final[tuple[Field, ...]] = (
    *PLANT_FIELDS,
    *INVERTER_FIELDS,
    *METER_FIELDS,
    *BATTERY_FIELDS,
    *EMI_FIELDS,
    *CALENDAR_FIELDS,
)

# Where the manual lists the indicators of each interface.
FIELD_SECTIONS: Final[Mapping[str, str]] = {
    "getStationRealKpi": "9.2.1",
    "getKpiStationHour": "9.2.2",
    "getKpiStationDay": "9.2.3",
    "getKpiStationMonth": "9.2.4",
    "getKpiStationYear": "9.2.5",
    "getDevRealKpi": "9.2.6",
    "getDevFiveMinutes": "9.2.7",
    "getDevHistoryKpi": "9.2.8",
    "getDevKpiDay": "9.2.9",
    "getDevKpiMonth": "9.2.10",
    "getDevKpiYear": "9.2.11",
    "getInventerRealKpi": "9.3.1",
}

_PERIOD_MEASUREMENTS: Final[Mapping[str, str]] = {
    "getStationRealKpi": "pv_plant",
    "getKpiStationHour": "pv_plant_hour",
    "getKpiStationDay": "pv_plant_day",
    "getKpiStationMonth": "pv_plant_month",
    "getKpiStationYear": "pv_plant_year",
    "getDevKpiDay": "pv_device_day",
    "getDevKpiMonth": "pv_device_month",
    "getDevKpiYear": "pv_device_year",
}
_DEVICE_SECTIONS: Final = frozenset({"9.2.6", "9.2.7", "9.2.8"})


def sections_of(row: Field) -> frozenset[str]:
    """The sections that list an indicator."""
    return frozenset(row.section.split())


def _serves(row: Field, type_id: int | None) -> bool:
    return type_id is None or not row.types or type_id in row.types


@cache
def fields_for(interface: str, type_id: int | None = None) -> tuple[Field, ...]:
    """Every indicator that a row of this interface may hold: the documented ones and those seen or listed for its siblings.

    The live and the two 5-minute interfaces share theirs, so that a key has one meaning wherever it is sent. Without a device
    type, the rows of all types; empty for an interface that sends no indicators.
    """
    if interface in _PERIOD_MEASUREMENTS:
        measurement = _PERIOD_MEASUREMENTS[interface]
        return tuple(row for row in FIELDS if row.measurement == measurement and _serves(row, type_id))
    section = FIELD_SECTIONS.get(interface, "")
    wanted = _DEVICE_SECTIONS if section in _DEVICE_SECTIONS else frozenset({section})
    plant_rows = {id(row) for row in PLANT_FIELDS}
    return tuple(
        row
        for row in FIELDS
        if id(row) not in plant_rows and sections_of(row) & wanted and _serves(row, type_id)
    )


@cache
def documented_for(interface: str, type_id: int | None = None) -> tuple[Field, ...]:
    """Exactly the indicators that the manual lists for this interface and device type."""
    section = FIELD_SECTIONS.get(interface, "")
    return tuple(row for row in fields_for(interface, type_id) if section in sections_of(row))
