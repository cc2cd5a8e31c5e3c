"""How long the rest of the past will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Role, Span
from collector.planner import refresh_s

if TYPE_CHECKING:
    from collector.planner import Left
    from collector.quota import Allowance
    from collector.step.account import Account

DAY_S = 86_400.0


def calls_a_day(allowance: Allowance, stretch: float = 1.0) -> float:
    """Return how often an interface may be called in a day, at the pace that refusals have taught."""
    if allowance.calls <= 0:
        return 0.0
    gap_s = max(allowance.window_s / allowance.calls, allowance.min_gap_s) * stretch
    return DAY_S / gap_s


def spare_calls(interface: Interface, batches: int, calls: float, every_d: int = 1) -> float:
    """Return the calls of a day that closing leaves.

    Args:
        interface: The interface.
        batches: Calls that ask about everything once.
        calls: Calls in a day.
        every_d: Days between two closings of a batch. [d]
    """
    if interface.role is Role.HISTORY:
        return max(0.0, calls - batches / every_d)
    closing = batches if interface.span in (Span.DATE, Span.MONTH) else 0
    return max(0.0, calls - closing - batches * DAY_S / refresh_s(interface, batches, calls))


def eta_s(account: Account, interface: Interface, left: Left) -> float | None:
    """Return how long the rest of the past will take; None where it never ends. [s]

    Where two interfaces bring 5-minute history, they share what is left.
    """
    if left.done >= left.total:
        return 0.0
    rates = [
        _rate(account, each, account.past.left(each, account.clock.now()))
        for each in _sharing(account, interface)
    ]
    together = sum(rates)
    return round(DAY_S / together) if together > 0 else None


def _sharing(account: Account, interface: Interface) -> list[Interface]:
    if interface.role is not Role.HISTORY:
        return [interface]
    denied = account.permissions.interface_denied
    return [i for i in account.interfaces() if i.role is Role.HISTORY and not denied(i.name)]


def _rate(account: Account, interface: Interface, left: Left) -> float:
    """Return which share of its past an interface brings in a day."""
    calls = calls_a_day(account.allowance(interface), account.lesson(interface.name).stretch)
    batches = len(account.batches(interface))
    spare = spare_calls(interface, batches, calls, account.past.patience(interface))
    return spare / left.calls if left.calls else 0.0
