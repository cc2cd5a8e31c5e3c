"""Huawei FusionSolar (SmartPVMS), northbound interface V6.

Sections cited are those of the Northbound Interface Reference V6, issue 01 of 2023-01-19; "observed" marks what clouds have been
seen to do beside it.
"""

from __future__ import annotations

from typing import Final

from collector.catalogue.fusionsolar import alarms
from collector.catalogue.fusionsolar import envelope as env
from collector.catalogue.fusionsolar.errors import (
    ERROR_CODES,
    LOGIN_REFUSALS,
    SECTION_10_CODES,
    WHOLE_SYSTEM,
    decision,
)
from collector.catalogue.fusionsolar.fields import FIELDS, documented_for, fields_for
from collector.catalogue.fusionsolar.interfaces import INTERFACES
from collector.catalogue.fusionsolar.sentinels import is_sentinel, sentinels_for
from collector.catalogue.fusionsolar.states import STATE_TABLES
from collector.catalogue.fusionsolar.types import (
    DEVICE_TYPES,
    KPI_TYPES,
    DeviceType,
    device_measurement,
    device_type,
)
from collector.catalogue.terms import AlarmKeys, Catalogue, Envelope

VENDOR: Final = "fusionsolar"


def _envelope(interface: str) -> Envelope:
    if interface == "getInventerRealKpi":
        return Envelope(
            env.DATA, env.PARAMS, env.CURRENT_TIME, env.INVERTER_ITEMS, env.INVERTER_TIME, stamp_ms=1000
        )
    return Envelope(env.DATA, env.PARAMS, env.CURRENT_TIME, env.DATA_ITEMS, env.COLLECT_TIME)


CATALOGUE: Final = Catalogue(
    vendor=VENDOR,
    fields_for=fields_for,
    device_measurement=device_measurement,
    device_type=device_type,
    envelope=_envelope,
    alarms=AlarmKeys(
        plant=alarms.PLANT_CODE,
        alarm_id=alarms.ALARM_ID,
        cause_id=alarms.CAUSE_ID,
        severity=alarms.SEVERITY,
        raised=alarms.RAISED,
        name=alarms.ALARM_NAME,
        cause=alarms.CAUSE,
        repair=alarms.REPAIR,
        serial=alarms.SERIAL,
        severities=alarms.SEVERITIES,
    ),
    not_a_value=env.NOT_A_VALUE,
    sentinels=sentinels_for,
)

__all__ = [
    "CATALOGUE",
    "DEVICE_TYPES",
    "ERROR_CODES",
    "FIELDS",
    "INTERFACES",
    "KPI_TYPES",
    "LOGIN_REFUSALS",
    "SECTION_10_CODES",
    "STATE_TABLES",
    "VENDOR",
    "WHOLE_SYSTEM",
    "DeviceType",
    "decision",
    "device_measurement",
    "device_type",
    "documented_for",
    "fields_for",
    "is_sentinel",
    "sentinels_for",
]
