"""Huawei FusionSolar (SmartPVMS), northbound interface V6.

Sections cited are those of the Northbound Interface Reference V6, issue 01 of 2023-01-19; "observed" marks what clouds have been
seen to do beside it.
"""

from __future__ import annotations

from typing import Final

from collector.catalogue.fusionsolar.errors import (
    ERROR_CODES,
    LOGIN_REFUSALS,
    SECTION_10_CODES,
    WHOLE_SYSTEM,
    decision,
)
from collector.catalogue.fusionsolar.fields import FIELDS, documented_for, fields_for
from collector.catalogue.fusionsolar.interfaces import INTERFACES
from collector.catalogue.fusionsolar.sentinels import is_sentinel, sentinel_bands, sentinel_values
from collector.catalogue.fusionsolar.states import STATE_TABLES
from collector.catalogue.fusionsolar.types import (
    DEVICE_TYPES,
    KPI_TYPES,
    DeviceType,
    device_measurement,
    device_type,
)

VENDOR: Final = "fusionsolar"

__all__ = [
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
    "sentinel_bands",
    "sentinel_values",
]
