"""How often the simulated cloud lets itself be asked: formulas retyped from the manual, enforced in three readings."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DAY_S = 86_400.0
HALF_HOUR_S = 1_800.0
FIVE_MINUTES_S = 300.0
TEN_MINUTES_S = 600.0
MINUTE_S = 60.0

MEASURED_TYPES = (1, 10, 17, 38, 39, 41, 47)


class Window(StrEnum):
    """The three ways in which clouds were seen to enforce one and the same number."""

    ROLLING = "rolling"
    FIXED = "fixed"
    REFILL = "refill"


def hundreds(count: int) -> int:
    """Return Roundup(count/100)."""
    return -(-count // 100)


def tens(count: int) -> int:
    """Return Roundup(count/10)."""
    return -(-count // 10)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the account manages.

    Attributes:
        plants: Number of plants.
        devices: Device type number to number of devices.
    """

    plants: int
    devices: Mapping[int, int]

    def by_hundred(self) -> int:
        """Return Σ Roundup(devices of a type/100) over the types that are measured."""
        return sum(hundreds(n) for kind, n in self.devices.items() if kind in MEASURED_TYPES)

    def by_ten(self) -> int:
        """Return Σ Roundup(devices of a type/10) over the types that are measured."""
        return sum(tens(n) for kind, n in self.devices.items() if kind in MEASURED_TYPES)

    def every_type_by_hundred(self) -> int:
        """Return Σ Roundup(devices of a type/100) over all types."""
        return sum(hundreds(n) for n in self.devices.values())


@dataclass(frozen=True, slots=True)
class Rule:
    """One documented limit.

    Attributes:
        window_s: Length of the window. [s]
        calls: Calls in one window, given what the account manages.
        one_a_minute: "Only one concurrent request is supported per minute."
        section: Section of the manual.
    """

    window_s: float
    calls: Callable[[Counts], int]
    one_a_minute: bool
    section: str


def _plants_a_day(counts: Counts) -> int:
    return hundreds(counts.plants) + 24


def _devices_a_day(counts: Counts) -> int:
    return counts.by_hundred() + 24


def _history_a_day(counts: Counts) -> int:
    return counts.by_ten() + 24


RULES: Mapping[str, Rule] = {
    "login": Rule(TEN_MINUTES_S, lambda _: 5, one_a_minute=False, section="9.1.1"),
    "logout": Rule(TEN_MINUTES_S, lambda _: 5, one_a_minute=False, section="9.1.2"),
    "stations": Rule(DAY_S, lambda c: hundreds(c.plants) * 10 + 24, one_a_minute=False, section="9.1.3"),
    "getStationList": Rule(DAY_S, lambda _: 24, one_a_minute=True, section="9.4.2"),
    "getStationRealKpi": Rule(
        FIVE_MINUTES_S, lambda c: hundreds(c.plants), one_a_minute=True, section="9.1.4.1"
    ),
    "getKpiStationHour": Rule(DAY_S, _plants_a_day, one_a_minute=True, section="9.1.4.2"),
    "getKpiStationDay": Rule(DAY_S, _plants_a_day, one_a_minute=True, section="9.1.4.3"),
    "getKpiStationMonth": Rule(DAY_S, _plants_a_day, one_a_minute=True, section="9.1.4.4"),
    "getKpiStationYear": Rule(DAY_S, _plants_a_day, one_a_minute=True, section="9.1.4.5"),
    "getDevList": Rule(DAY_S, _plants_a_day, one_a_minute=True, section="9.1.5"),
    "getDevRealKpi": Rule(FIVE_MINUTES_S, Counts.by_hundred, one_a_minute=False, section="9.1.6.1"),
    "getDevHistoryKpi": Rule(DAY_S, _history_a_day, one_a_minute=True, section="9.1.6.2"),
    "getDevKpiDay": Rule(DAY_S, _devices_a_day, one_a_minute=True, section="9.1.6.3"),
    "getDevKpiMonth": Rule(DAY_S, _devices_a_day, one_a_minute=True, section="9.1.6.4"),
    "getDevKpiYear": Rule(DAY_S, _devices_a_day, one_a_minute=True, section="9.1.6.5"),
    "getAlarmList": Rule(
        HALF_HOUR_S,
        lambda c: max(hundreds(c.plants), c.every_type_by_hundred()),
        one_a_minute=False,
        section="9.1.7",
    ),
    "getInventerRealKpi": Rule(3_600.0, lambda _: 1, one_a_minute=False, section="9.3.1"),
    "getDevFiveMinutes": Rule(DAY_S, _history_a_day, one_a_minute=False, section="9.4.1"),
}


@dataclass(slots=True)
class _Meter:
    """What one interface has been asked by one account."""

    taken: deque[float] = field(default_factory=deque)
    window: int = -1
    in_window: int = 0
    next_free: float = float("-inf")
    last: float = float("-inf")


class Limits:
    """Counts the calls of one account and says which one is too many.

    A refused call costs nothing: it neither fills a window nor starts a minute.
    """

    def __init__(self, window: Window, seed: int, generous: float = 1.0) -> None:
        """Start with nothing counted.

        Args:
            window: Reading to enforce.
            seed: Decides the phase of fixed windows.
            generous: Multiplies every number of calls; 0 switches the limits off.
        """
        self._window = window
        self._seed = seed
        self._generous = generous
        self._meters: dict[str, _Meter] = {}

    def admit(self, interface: str, counts: Counts, now: float) -> bool:
        """Count a call, or refuse it: False is what the cloud answers with 407.

        Args:
            interface: Interface name of the manual.
            counts: What the account manages.
            now: Moment of arrival. [s since epoch, UTC]
        """
        if self._generous == 0:
            return True
        rule = RULES[interface]
        meter = self._meters.setdefault(interface, _Meter())
        allowed = int(rule.calls(counts) * self._generous)
        minute = rule.one_a_minute and self._generous == 1
        if allowed == 0 or (minute and now - meter.last < MINUTE_S):
            return False
        if not self._fits(meter, interface, rule.window_s, allowed, now):
            return False
        meter.last = now
        return True

    def _fits(self, meter: _Meter, interface: str, window_s: float, allowed: int, now: float) -> bool:
        if self._window is Window.REFILL:
            if now < meter.next_free:
                return False
            meter.next_free = now + window_s / allowed
            return True
        if self._window is Window.FIXED:
            phase = (hash_text(interface) ^ self._seed * 2_654_435_761) % 1_000_003 / 1_000_003 * window_s
            number = int((now - phase) // window_s)
            if number != meter.window:
                meter.window, meter.in_window = number, 0
            if meter.in_window >= allowed:
                return False
            meter.in_window += 1
            return True
        while meter.taken and now - meter.taken[0] >= window_s:
            meter.taken.popleft()
        if len(meter.taken) >= allowed:
            return False
        meter.taken.append(now)
        return True

    def answered(self, interface: str, moment: float) -> None:
        """Start the minute of `interface` at the end of its answer. [s since epoch, UTC]"""
        meter = self._meters.get(interface)
        if meter is not None:
            meter.last = max(meter.last, moment)


def hash_text(text: str) -> int:
    """Return a number that depends on the text alone, in this and every other process."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value
