"""Alarms that come and go. The cloud lists only the active ones and never says that one has ended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Final

from collector.simulator.members import BATTERIES, INVERTERS

if TYPE_CHECKING:
    from collector.simulator.members import SimDevice

_STRETCH_MS = 4 * 86_400_000
_LONGEST_STRETCHES = 2
_HOUR_MS = 3_600_000
NEVER_MS: Final = 2**60


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """What may go wrong.

    Attributes:
        alarm_id: The vendor's number.
        cause_id: The vendor's number of the cause.
        level: 1 critical, 2 major, 3 minor, 4 warning.
        kind: 1 signal, 2 exception, 3 protection, 4 notification, 5 information.
        name: Alarm name.
        cause: Cause in words.
        repair: What to do.
    """

    alarm_id: int
    cause_id: int
    level: int
    kind: int
    name: str
    cause: str
    repair: str


@dataclass(frozen=True, slots=True)
class SimAlarm:
    """One alarm of one device.

    Attributes:
        device: Whose.
        kind: What.
        raised_ms: [ms since epoch, UTC]
        ends_ms: [ms since epoch, UTC]
    """

    device: SimDevice
    kind: AlarmKind
    raised_ms: int
    ends_ms: int


_OF_INVERTERS = (
    AlarmKind(
        2032,
        1,
        2,
        2,
        "Grid loss",
        "The grid is off or the AC switch is open.",
        "Check the AC switch and cable.",
    ),
    AlarmKind(
        2011,
        1,
        1,
        2,
        "String reversed",
        "A string is connected the wrong way round.",
        "Check the polarity of PV2.",
    ),
    AlarmKind(
        2062,
        3,
        2,
        3,
        "Low insulation resistance",
        "A cable touches earth.",
        "Check strings and their cables.",
    ),
    AlarmKind(
        2015,
        1,
        4,
        2,
        "String current low",
        "A string gives less than its neighbours.",
        "Clean or unshade it.",
    ),
)
_OF_BATTERIES = (
    AlarmKind(
        3011, 2, 4, 2, "Expansion module undervoltage", "A module's voltage is low.", "Let the sun charge it."
    ),
    AlarmKind(
        3001, 5, 2, 2, "Battery over-temperature", "The battery is too warm.", "Check that air can reach it."
    ),
)
_OF_OTHERS = (
    AlarmKind(
        1103,
        1,
        3,
        2,
        "Communication lost",
        "The device does not answer.",
        "Check its cable, then restart it.",
    ),
)


PLACED: Final = AlarmKind(
    1105, 2, 2, 2, "Device fault", "A fault was placed here on purpose.", "Wait until it ends."
)
"""What a placed alarm is of."""


class Alarms:
    """The alarms of a fleet: those that chance draws, and those that somebody has placed.

    Attributes:
        drawn: Whether chance draws any; an observer of placed ones may want silence.
    """

    def __init__(self) -> None:
        self.drawn = True
        self._placed: dict[int, list[SimAlarm]] = {}

    def place(
        self, device: SimDevice, raised_ms: int, ends_ms: int = NEVER_MS, kind: AlarmKind = PLACED
    ) -> None:
        """Let a device have an alarm.

        Args:
            device: Whose.
            raised_ms: [ms since epoch, UTC]
            ends_ms: From when on it is no longer active. [ms since epoch, UTC]
            kind: Of what.
        """
        self._placed.setdefault(device.id, []).append(SimAlarm(device, kind, raised_ms, ends_ms))

    def of(self, device: SimDevice, moment_ms: int) -> list[SimAlarm]:
        """Return the device's alarms that are active at a moment, oldest first. [ms since epoch, UTC]"""
        drawn = alarms_of(device, moment_ms) if self.drawn else []
        placed = [a for a in self._placed.get(device.id, ()) if a.raised_ms <= moment_ms < a.ends_ms]
        return sorted([*drawn, *placed], key=lambda alarm: alarm.raised_ms) if placed else drawn


def alarms_of(device: SimDevice, moment_ms: int) -> list[SimAlarm]:
    """Return the alarms that chance draws for a device and that are active at a moment, oldest first. [ms since epoch, UTC]"""
    stretch = moment_ms // _STRETCH_MS
    drawn = (_drawn(device, number) for number in range(stretch - _LONGEST_STRETCHES, stretch + 1))
    return [alarm for alarm in drawn if alarm is not None and alarm.raised_ms <= moment_ms < alarm.ends_ms]


@lru_cache(maxsize=200_000)
def _drawn(device: SimDevice, stretch: int) -> SimAlarm | None:
    """Return the one alarm that a device may raise in a stretch of four days."""
    chance = Random(device.seed * 65_537 + stretch)  # noqa: S311  faults, no secret
    if chance.random() > 0.3:
        return None
    if device.type_id in INVERTERS:
        kind = chance.choice(_OF_INVERTERS)
    elif device.type_id in BATTERIES:
        kind = chance.choice(_OF_BATTERIES)
    else:
        kind = _OF_OTHERS[0]
    raised = stretch * _STRETCH_MS + int(chance.random() * _STRETCH_MS) // 1000 * 1000
    lasts = int(chance.expovariate(1 / 20) * _HOUR_MS) + _HOUR_MS
    return SimAlarm(device, kind, raised, raised + min(lasts, _LONGEST_STRETCHES * _STRETCH_MS))
