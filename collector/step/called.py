"""Which interfaces an account calls on its own, and by which of two it lists its plants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Role

if TYPE_CHECKING:
    from collector.step.account import Account

STEPS = (
    Role.PLANTS,
    Role.DEVICES,
    Role.LIVE,
    Role.CALENDAR,
    Role.ALARMS,
    Role.HISTORY,
)  # the rest is called by other ways


def calls(account: Account, interface: Interface) -> bool:
    """Tell whether the account calls an interface on its own.

    A plant list that was denied stays: it is tried again once a day, and preferred where it is granted again.
    """
    if interface.role not in STEPS or (account.only is not None and interface.name not in account.only):
        return False
    if interface.role is Role.PLANTS:
        return interface.name in plant_lists(account)
    chosen = account.config.interfaces
    if interface.restricted or (chosen and interface.role is not Role.DEVICES):
        return interface.name in chosen
    return True


def plant_lists(account: Account) -> tuple[str, ...]:
    """Return the plant lists up to the first that is granted; a user of the older policy begins with the older one."""
    names = account.vendor.plant_lists
    ordered = tuple(reversed(names)) if account.config.policy == "legacy" else names
    denied = account.permissions.interface_denied
    first = next((i for i, name in enumerate(ordered) if not denied(name)), len(ordered) - 1)
    return ordered[: first + 1]
