"""What the interfaces of an account may be called: formula, policy and the user's own limits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from collector import quota
from collector.catalogue.terms import Role

if TYPE_CHECKING:
    from collector.catalogue.terms import Interface
    from collector.quota import Allowance, Fleet
    from collector.step.account import Account
    from collector.store import StateFile
    from collector.vendors import PlantPage

KIND = "list begun"
SUBJECT = "plants"


class Announced:
    """How many plants the list that is being read is known to hold: the vendor's formula counts them from the first page on.

    Without it, the pages of a long first list would be paced as if the account had no plant: 24 a day. It outlives a restart,
    for the pages that were spent before do, too.

    Attributes:
        plants: At least so many; 0 between lists.
    """

    def __init__(self, account: str, state: StateFile) -> None:
        self._account = account
        self._state = state
        fact = state.facts.get(account, KIND, SUBJECT)
        self.plants = int(fact.value) if fact is not None and fact.value.isdecimal() else 0

    def page(self, page: PlantPage, now: float) -> None:
        """Take note of a page: every page but the last is as full as this one, or it is the last."""
        plants = len(page.plants) * (page.pages - 1) + 1 if page.page < page.pages else 0
        if plants > self.plants:
            self.plants = plants
            self._state.facts.put(self._account, KIND, SUBJECT, str(plants), now)

    def complete(self) -> None:
        """The list is whole: its plants are counted themselves."""
        if self.plants:
            self.plants = 0
            self._state.facts.drop(self._account, KIND, SUBJECT)

    def counted(self, interface: Interface, fleet: Fleet) -> Fleet:
        """Return the fleet as the formula of an interface counts it: plant lists count what they have announced."""
        if interface.role is Role.PLANTS and self.plants > fleet.plants:
            return replace(fleet, plants=self.plants)
        return fleet


def allowance_of(account: Account, interface: Interface, *, first_inventory: bool) -> Allowance:
    """Return what an interface may be called; the first inventory may go without pacing."""
    own = account.config.limits.get(interface.name)
    limit = (
        quota.Limit()
        if own is None
        else quota.Limit(own.calls, own.window_s, own.min_gap_s, own.pace and quota.Pace(own.pace))
    )
    return quota.allowance(
        interface,
        account.announced.counted(interface, account.fleet()),
        account.vendor.kpi_types,
        policy=account.config.policy,
        limit=limit,
        pace=quota.Pace.BURST if first_inventory else quota.Pace(account.config.pace),
    )
