"""What the vendor's formulas allow, and how long a sweep over everything takes at that pace."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector import quota
from collector.catalogue.terms import Role, Subject
from collector.planner import LIVE_EVERY_S
from collector.report.words import duration, plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from collector.catalogue.terms import Interface
    from collector.quota import Allowance, Fleet, Policy

DAY_S = 86_400.0
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Budget:
    """What one interface may be called, and what that is enough for.

    Attributes:
        interface: Name as in the manual.
        calls: Calls in a window, as the formula gives them.
        window_s: Length of the window. [s]
        min_gap_s: From the answer of one call to the sending of the next. [s]
        sweep_calls: Calls that ask about every member once.
        every_s: How long such a sweep takes when it is repeated for ever, evenly spread; for live interfaces never
            less than the 5 minutes in which the vendor has something new. None where there is nothing to sweep, or no
            call is allowed. [s]
    """

    interface: str
    calls: int
    window_s: float
    min_gap_s: float
    sweep_calls: int
    every_s: float | None

    def document(self) -> dict[str, Any]:
        """Return it as JSON shows it; whole seconds as integers."""
        return {
            "interface": self.interface,
            "calls": self.calls,
            "window_s": _number(self.window_s),
            "min_gap_s": _number(self.min_gap_s),
            "sweep_calls": self.sweep_calls,
            "every_s": _number(self.every_s),
        }


def sweep_calls(interface: Interface, fleet: Fleet) -> int:
    """Return how many calls ask an interface about everything once: batches, one device type a call; or pages."""
    if interface.subject is Subject.PLANT:
        return _ceil(fleet.plants, interface.batch_size)
    if interface.subject is Subject.DEVICE:
        return sum(_ceil(fleet.devices.get(t, 0), interface.batch_size) for t in interface.device_types)
    return max(1, _ceil(fleet.plants, max(interface.page_sizes))) if interface.page_sizes else 1


def budget(interface: Interface, allowance: Allowance, sweep: int, *, stretch: float = 1.0) -> Budget:
    """Return the budget of an interface.

    Args:
        interface: The interface.
        allowance: What it may be called.
        sweep: Calls that make a sweep.
        stretch: What refusals have taught: the gaps are longer by this factor.
    """
    every_s: float | None = None
    if sweep:
        every_s = quota.cadence(allowance, sweep, stretch=stretch)
        if interface.role is Role.LIVE:
            every_s = max(LIVE_EVERY_S, every_s)
        if math.isinf(every_s):
            every_s = None
    return Budget(
        interface.name, allowance.calls, allowance.window_s, allowance.min_gap_s, sweep, _rounded(every_s)
    )


def budgets(
    interfaces: Iterable[Interface], fleet: Fleet, kpi_types: Collection[int], policy: Policy
) -> list[Budget]:
    """Return the documented budgets for an account that manages `fleet`."""
    return [
        budget(i, quota.allowance(i, fleet, kpi_types, policy=policy), sweep_calls(i, fleet))
        for i in interfaces
    ]


def verdict(rows: Sequence[Budget], interfaces: Mapping[str, Interface], fleet: Fleet) -> list[str]:
    """Return what the budgets mean: which readings come every 5 minutes, which are stretched and to what."""
    live = [r for r in rows if interfaces[r.interface].role is Role.LIVE and r.sweep_calls]
    slow = [r for r in live if r.every_s is None or r.every_s > LIVE_EVERY_S]
    told = [_stretched(r, interfaces[r.interface], fleet) for r in slow]
    if live and not slow:
        told.append("Live readings of everything come every 5 minutes.")
    elif len(slow) < len(live):
        told.append("All other live readings come every 5 minutes.")
    history = [r for r in rows if interfaces[r.interface].role is Role.HISTORY and r.every_s]
    if history:
        told.append(_year_of_history(history, interfaces))
    return told


def _year_of_history(rows: Sequence[Budget], interfaces: Mapping[str, Interface]) -> str:
    """Return how long a year takes with all interfaces of history, and with those alone that every user is granted."""
    newer = [r for r in rows if not interfaces[r.interface].legacy]
    whole, sure = (_of_a_year(some, interfaces) for some in (rows, newer))
    if math.isinf(whole):
        return "Of 5-minute history not even each day as it ends can be fetched."
    told = f"A year of 5-minute history of all devices takes {duration(whole)}, beside each day as it ends"
    if sure > whole:
        older = " and ".join(r.interface for r in rows if r not in newer)
        told += f"; {duration(sure)} where {older} is not granted"
    return f"{told}."


def _of_a_year(rows: Sequence[Budget], interfaces: Mapping[str, Interface]) -> float:
    """Return how long a year of days takes, with each day that ends meanwhile taken off; infinite where never. [s]"""
    each = [max(1.0, interfaces[r.interface].max_span_ms / DAY_MS) / (r.every_s or math.inf) for r in rows]
    spare = sum(each) - 1 / DAY_S
    return 365 / spare if spare > 0 else math.inf


def _stretched(row: Budget, interface: Interface, fleet: Fleet) -> str:
    devices = sum(fleet.devices.get(t, 0) for t in interface.device_types)
    members = (
        plural(devices, "device") if interface.subject is Subject.DEVICE else plural(fleet.plants, "plant")
    )
    if row.every_s is None:
        return f"{row.interface} may not be called at all: {members} are not read live."
    apart = duration(row.every_s / row.sweep_calls)
    return (
        f"{row.interface} is stretched to {duration(row.every_s)}: {members} need"
        f" {plural(row.sweep_calls, 'call')}, {apart} apart."
    )


def _ceil(count: int, per: int) -> int:
    return -(-count // per) if per else 0


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
