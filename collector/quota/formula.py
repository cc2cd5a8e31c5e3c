"""The documented formulas, and what policy and overrides make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from collector.catalogue.terms import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from collector.catalogue.terms import Budget, Interface

Policy = Literal["dynamic", "legacy"]

LEGACY_WINDOW_S = 60.0
"""Users created up to 2022-06-30: one call a minute on each interface. Source: manual 1.3, how-to of 2019. [s]"""


class Pace(StrEnum):
    """How the calls of a window are laid out."""

    EVEN = "even"
    BURST = "burst"


@dataclass(frozen=True, slots=True)
class Fleet:
    """What an account manages, as far as formulas ask.

    Attributes:
        plants: Number of plants.
        devices: Device type number to number of devices.
    """

    plants: int = 0
    devices: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limit:
    """A user's override of single parts of an allowance; None leaves a part as documented.

    Attributes:
        calls: Calls in a window; 0 silences the interface.
        window_s: Length of the window, above 0. [s]
        min_gap_s: From the answer of one call to the sending of the next. [s]
        pace: How the calls are laid out.
    """

    calls: int | None = None
    window_s: float | None = None
    min_gap_s: float | None = None
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one interface of one account may be called.

    Attributes:
        calls: Calls in a window; 0: never.
        window_s: Length of the window. [s]
        min_gap_s: From the answer of one call to the sending of the next. [s]
        pace: How the calls are laid out.
    """

    calls: int
    window_s: float
    min_gap_s: float = 0.0
    pace: Pace = Pace.EVEN

    @property
    def gap_s(self) -> float:
        """Even share of the window that one call takes; the whole window where there is none. [s]"""
        return self.window_s / max(1, self.calls)


NO_LIMIT = Limit()


def budget_calls(budget: Budget, fleet: Fleet, kpi_types: Collection[int]) -> int:
    """Return the documented number of calls in one window.

    Args:
        budget: The interface's formula.
        fleet: What the account manages.
        kpi_types: Device types that have KPI data. The formulas of device interfaces sum over these only,
            the stricter reading; alarms sum over all types. Source: manual 9.1.6.1 to 9.1.6.5, 9.1.7.

    Returns:
        Calls in a window; 0 where nothing is managed that the formula counts.
    """
    plants = budget.plants_times * _ceil(fleet.plants, budget.plants_per)
    devices = sum(
        _ceil(count, budget.devices_per)
        for type_id, count in fleet.devices.items()
        if budget.all_types or type_id in kpi_types
    )
    return budget.fixed + (max(plants, devices) if budget.larger_of else plants + devices)


def allowance(
    interface: Interface,
    fleet: Fleet,
    kpi_types: Collection[int],
    *,
    policy: Policy = "dynamic",
    limit: Limit = NO_LIMIT,
    pace: Pace = Pace.EVEN,
) -> Allowance:
    """Return what an interface may be called: formula, then policy, then the user's override, which always wins.

    Under the legacy policy every interface has one call a minute, but for login, logout and restricted
    interfaces, which keep their own limits.

    Args:
        interface: The interface.
        fleet: What the account manages.
        kpi_types: Device types that have KPI data.
        policy: Which generation of limits the account was created under.
        limit: The user's override.
        pace: How the calls are laid out where the override does not say.

    Returns:
        The allowance.
    """
    calls = budget_calls(interface.budget, fleet, kpi_types)
    window_s = float(interface.budget.window_s)
    own = interface.restricted or interface.role in (Role.LOGIN, Role.LOGOUT)
    if policy == "legacy" and not own:
        calls, window_s = 1, LEGACY_WINDOW_S
    return Allowance(
        calls=calls if limit.calls is None else limit.calls,
        window_s=window_s if limit.window_s is None else limit.window_s,
        min_gap_s=float(interface.min_gap_s) if limit.min_gap_s is None else limit.min_gap_s,
        pace=pace if limit.pace is None else limit.pace,
    )


def _ceil(count: int, per: int) -> int:
    """Round count / per up; 0 where `per` is 0: the part plays no role."""
    return -(-count // per) if per else 0
