"""A fleet as a person types it: device types by the vendor's number or by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from collector.errors import ConfigurationError
from collector.quota import Fleet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TYPE_NAMES: Final[Mapping[str, int]] = {
    "inverter": 1,
    "emi": 10,
    "meter": 17,
    "residential_inverter": 38,
    "battery": 39,
    "storage": 41,
    "optimizer": 46,
    "power_sensor": 47,
    "dongle": 62,
    "logger": 63,
}
"""Names that stand for the vendor's device types. Source: manual 9.1.5."""

OPTION = "--devices"
_PAIR = re.compile(r"\s*([A-Za-z_]+|[0-9]+)\s*=\s*([0-9]+)\s*")


def fleet(plants: int, pairs: Iterable[str]) -> Fleet:
    """Return the fleet of so many plants and of devices given as ``TYPE=COUNT``; equal types add up.

    Raises:
        ConfigurationError: A pair cannot be read, or its type is unknown.
    """
    devices: dict[int, int] = {}
    for pair in (part for text in pairs for part in text.split(",") if part.strip()):
        found = _PAIR.fullmatch(pair)
        if found is None:
            raise ConfigurationError(
                OPTION, f"{pair!r} is not TYPE=COUNT", "Write it like inverter=20 or 1=20."
            )
        type_id = _type_id(found[1])
        devices[type_id] = devices.get(type_id, 0) + int(found[2])
    return Fleet(plants, devices)


def _type_id(word: str) -> int:
    if word.isdigit():
        return int(word)
    if word.lower() not in TYPE_NAMES:
        known = ", ".join(f"{name}={number}" for name, number in TYPE_NAMES.items())
        raise ConfigurationError(
            OPTION, f"{word} is no device type", f"Use the vendor's number or one of: {known}."
        )
    return TYPE_NAMES[word.lower()]
