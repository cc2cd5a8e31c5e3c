"""Keys of alarm rows, severities, alarm types and languages.

The list holds active alarms only; a clear event is never sent. Source: manual 9.1.7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PLANT_CODE: Final = "stationCode"
PLANT_NAME: Final = "stationName"
ALARM_ID: Final = "alarmId"
ALARM_NAME: Final = "alarmName"
CAUSE_ID: Final = "causeId"
CAUSE: Final = "alarmCause"
REPAIR: Final = "repairSuggestion"
SERIAL: Final = "esnCode"  # the only key that names the device
DEVICE_NAME: Final = "devName"
DEVICE_TYPE_ID: Final = "devTypeId"
SEVERITY: Final = "lev"
ALARM_TYPE: Final = "alarmType"
RAISED: Final = "raiseTime"  # [ms]
STATUS: Final = "status"

SEVERITIES: Final[Mapping[int, str]] = {1: "critical", 2: "major", 3: "minor", 4: "warning"}
ALARM_TYPES: Final[Mapping[int, str]] = {
    1: "transposition signal",
    2: "exception alarm",
    3: "protection event",
    4: "notification",
    5: "alarm information",
}
ALARM_STATES: Final[Mapping[int, str]] = {1: "active"}
LANGUAGES: Final[Mapping[str, str]] = {
    "zh_CN": "Chinese",
    "en_US": "English",
    "ja_JP": "Japanese",
    "it_IT": "Italian",
    "nl_NL": "Dutch",
    "pt_BR": "Portuguese",
    "de_DE": "German",
    "fr_FR": "French",
    "es_ES": "Spanish",
    "pl_PL": "Polish",
}
