"""Rows of an alarm list → open alarms, and an alarm → its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector import lineprotocol
from collector.errors import AnswerUnreadable
from collector.normaliser.context import catalogue_of
from collector.normaliser.envelope import open_answer, plain_row
from collector.normaliser.values import Unreadable, code, moment_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.catalogue.terms import AlarmKeys
    from collector.normaliser.context import Context

MEASUREMENT = "pv_alarm"
UNKNOWN_SEVERITY = "unknown"
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that the cloud lists as active. What it was raised with stays its identity, whatever the list says later.

    Attributes:
        plant_id: Stored identity of its plant.
        device_id: Stored identity of its device, ``sn:`` and the serial number where the device is not known, "" without either.
        device_type: inverter, battery, meter, emi, logger or other.
        vendor: Vendor tag.
        alarm_id: Kind of alarm.
        cause_id: Which of its causes, or "".
        severity: critical, major, minor, warning or unknown.
        raised_ms: [ms since epoch, UTC]
        name: In words, or "".
        cause: In words, or "".
        repair: In words, or "".
        sn: Serial number of the device, or "".
        plant_code: The vendor's id of its plant.
    """

    plant_id: str
    device_id: str
    device_type: str
    vendor: str
    alarm_id: str
    cause_id: str
    severity: str
    raised_ms: int
    name: str
    cause: str
    repair: str
    sn: str
    plant_code: str


def read_alarms(body: bytes, context: Context) -> list[OpenAlarm]:
    """Return the alarms of the plants that were asked about; rows of other plants are left out.

    Args:
        body: The answer, decompressed.
        context: Its identities name plants by code, and devices by ``sn:`` and serial number.

    Raises:
        AnswerUnreadable: A row names no kind of alarm or no moment. An alarm ends by its absence from the list, so a list that
            cannot be read whole is not read at all.
    """
    catalogue = catalogue_of(context)
    rows, _ = open_answer(body, catalogue.envelope(context.interface.name))
    alarms = []
    for row in rows:
        try:
            read = plain_row(row)
            if code(read.get(catalogue.alarms.plant)) in context.identities:
                alarms.append(_alarm(read, catalogue.alarms, context))
        except Unreadable as error:
            raise AnswerUnreadable(f"an alarm cannot be read: {error}", body) from error
    return alarms


def alarm_line(alarm: OpenAlarm, active: bool, end_ms: int | None) -> bytes:
    """Return the line of an alarm, at the moment it was raised, so that its end is written over its beginning.

    Args:
        alarm: As it was raised.
        active: True while the list holds it.
        end_ms: When the list first lacked it; None while it is active. [ms since epoch, UTC]
    """
    fields: list[tuple[str, float | str]] = [("active", 1.0 if active else 0.0)]
    fields += [
        (name, text)
        for name, text in (("name", alarm.name), ("cause", alarm.cause), ("repair", alarm.repair))
        if text
    ]
    if end_ms is not None:
        fields += [("end_s", end_ms / 1000), ("duration_s", max(0.0, (end_ms - alarm.raised_ms) / 1000))]
    tags = [
        ("vendor", alarm.vendor),
        ("plant_id", alarm.plant_id),
        ("device_id", alarm.device_id),
        ("device_type", alarm.device_type),
        ("alarm_id", alarm.alarm_id),
        ("cause_id", alarm.cause_id),
        ("severity", alarm.severity),
    ]
    return lineprotocol.line(MEASUREMENT, tags, fields, alarm.raised_ms * _NS_PER_MS)


def _alarm(row: Mapping[str, Any], keys: AlarmKeys, context: Context) -> OpenAlarm:
    plant_code = code(row.get(keys.plant))
    plant = context.identities[plant_code]
    alarm_id, sn = code(row.get(keys.alarm_id)), code(row.get(keys.serial))
    if not alarm_id:
        raise Unreadable("no kind of alarm")
    device = context.identities.get(f"sn:{sn}") if sn else None
    return OpenAlarm(
        plant_id=plant.plant_id,
        device_id=device.device_id if device else f"sn:{sn}" if sn else "",
        device_type=device.device_type if device else "other",
        vendor=plant.vendor,
        alarm_id=alarm_id,
        cause_id=code(row.get(keys.cause_id)),
        severity=_severity(row.get(keys.severity), keys.severities),
        raised_ms=moment_ms(row.get(keys.raised)),
        name=_words(row.get(keys.name)),
        cause=_words(row.get(keys.cause)),
        repair=_words(row.get(keys.repair)),
        sn=sn,
        plant_code=plant_code,
    )


def _severity(sent: object, severities: Mapping[int, str]) -> str:
    text = code(sent)
    return (
        severities.get(int(text), UNKNOWN_SEVERITY) if text.isascii() and text.isdigit() else UNKNOWN_SEVERITY
    )


def _words(sent: object) -> str:
    """Text in one line: the list breaks it at will."""
    return " ".join(sent.split()) if isinstance(sent, str) else ""
