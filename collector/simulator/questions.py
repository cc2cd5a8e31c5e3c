"""Reading what was asked, and the codes for asking it wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector.catalogue.fusionsolar import envelope as key
from collector.simulator.answers import CodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.simulator.fleet import SimFleet
    from collector.simulator.members import SimDevice, SimPlant

MOST_PLANTS = 100
MOST_DEVICES = 100
MOST_HISTORY_DEVICES = 10
MOST_HISTORY_MS = 3 * 86_400_000
OLDEST_MS = 365 * 86_400_000

MEASURED_TYPES = (1, 10, 17, 38, 39, 41, 47)
COUNTED_TYPES = (1, 38, 39, 41)


def codes(value: object) -> list[str]:
    """Return the parts of a comma-separated list, each once."""
    text = "" if value is None else str(value)
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def whole(value: object) -> int | None:
    """Return a whole number, sent as number or text; None where there is none."""
    try:
        return int(str(value).strip())
    except ValueError:
        return None


def moment(value: object) -> int:
    """Return a moment. [ms since epoch, UTC]

    Raises:
        CodeError: 20012 where it is missing, 20605 where it is negative.
    """
    number = whole(value)
    if number is None:
        raise CodeError(20012)
    if number < 0:
        raise CodeError(20605, "The time cannot be a negative number.")
    return number


def plants(fleet: SimFleet, asked: Mapping[str, Any], too_many: int) -> list[SimPlant]:
    """Return the plants that a call names.

    Raises:
        CodeError: 20010 for none, `too_many` for more than 100, 20007 for one that the account does not have.
    """
    named = codes(asked.get(key.PLANT_CODES))
    if not named:
        raise CodeError(20010)
    if len(named) > MOST_PLANTS:
        raise CodeError(too_many)
    found = [fleet.plant(code) for code in named]
    if None in found:
        raise CodeError(20007)
    return [plant for plant in found if plant is not None]


def devices(
    fleet: SimFleet,
    asked: Mapping[str, Any],
    *,
    types: tuple[int, ...] = MEASURED_TYPES,
    most: int = MOST_DEVICES,
    too_many: int = 20016,
) -> list[SimDevice]:
    """Return the devices that a call names by id or serial number.

    Raises:
        CodeError: 20011 for none, `too_many` for more than `most`, 20013 for a type that the interface does not serve,
            20008 for a device that the account does not have, 20006 where one is of another type than said.
    """
    ids = codes(asked.get(key.DEVICE_IDS))
    named = ids or codes(asked.get(key.SERIALS))
    if not named:
        raise CodeError(20011)
    if len(named) > most:
        raise CodeError(too_many)
    type_id = whole(asked.get(key.DEVICE_TYPE))
    if type_id not in types:
        raise CodeError(20013)
    found = []
    for name in named:
        device = (
            fleet.by_sn(name)
            if not ids
            else fleet.device(number)
            if (number := whole(name)) is not None
            else None
        )
        if device is None:
            raise CodeError(20008)
        found.append(device)
    if any(device.type_id != type_id for device in found):
        raise CodeError(20006)
    return found


def history(asked: Mapping[str, Any], now: float) -> tuple[int, int]:
    """Return begin and end of a range of 5-minute data. [ms since epoch, UTC]

    Raises:
        CodeError: 20012, 20605 as `moment`; 20604 where it does not begin before it ends, 30032 where it is longer than
            three days, 20026 where it begins more than 365 days ago.
    """
    begin, end = moment(asked.get(key.START_TIME)), moment(asked.get(key.END_TIME))
    if begin >= end:
        raise CodeError(20604)
    if end - begin > MOST_HISTORY_MS:
        raise CodeError(30032)
    if begin < now * 1000 - OLDEST_MS:
        raise CodeError(20026)
    return begin, end
