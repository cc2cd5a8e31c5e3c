"""How an account stands with its interfaces: calls used, refused, next, and what refusals have taught."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector.catalogue.terms import Subject
from collector.report.budgets import Budget, budget, sweep_calls
from collector.report.words import iso, plain

if TYPE_CHECKING:
    from collector.catalogue.terms import Interface
    from collector.step import Account


@dataclass(frozen=True, slots=True)
class Calls:
    """One interface of one account.

    Attributes:
        budget: What it may be called; the sweep at the stretched pace.
        used: Calls sent in the window that ends now.
        refused: How many of them were refused as too many.
        next_at: Earliest moment of the next call, None where none is allowed. [s since epoch, UTC]
        stretch: Factor on the gaps that refusals have taught, from 1.
        reason: Why it rests or is stretched, or "".
    """

    budget: Budget
    used: int
    refused: int
    next_at: float | None
    stretch: float
    reason: str

    def document(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {
            **self.budget.document(),
            "used": self.used,
            "refused": self.refused,
            "next_at": iso(self.next_at),
            "stretch": round(self.stretch, 3),
            "reason": self.reason,
        }


def calls_of(account: Account, now: float) -> list[Calls]:
    """Return how the account stands with the login and every interface that it calls on its own.

    Args:
        account: The account.
        now: [s since epoch, UTC]
    """
    login = account.vendor.interfaces[account.vendor.login]
    return [_calls(account, interface, now) for interface in (login, *account.interfaces())]


def _calls(account: Account, interface: Interface, now: float) -> Calls:
    allowance = account.allowance(interface)
    lesson = account.lesson(interface.name)
    used, refused = account.state.ledger.used(account.name, interface.name, now - allowance.window_s)
    next_at = max(
        account.next_free(interface, now), account.permissions.interface_rests_until(interface.name)
    )
    return Calls(
        budget(interface, allowance, _sweep(account, interface), stretch=lesson.stretch),
        used,
        refused,
        None if math.isinf(next_at) else next_at,
        lesson.stretch,
        plain(lesson.reason),
    )


def _sweep(account: Account, interface: Interface) -> int:
    """Return the calls of a sweep as they will really be made: without plants that another account reads."""
    if interface.subject is Subject.NONE:
        return sweep_calls(interface, account.fleet())
    return len(account.batches(interface))
