"""Orders: days that somebody wants first, or once more. Left in the state file by `backfill`, carried out by `run`."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Role, Span, Subject
from collector.coverage import SETTLE_S
from collector.periods import number_of
from collector.planner import Left, Order
from collector.zones import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.step.account import Account
    from collector.store import StateFile
    from collector.store.facts import Fact

DAY_MS = 86_400_000
ORDER = "order"
LEVELS = ("hour", "day", "month", "year", "5min")
_LEVEL_OF: Mapping[Span, str] = {
    Span.DATE: "hour",
    Span.MONTH: "day",
    Span.YEAR: "month",
    Span.LIFE: "year",
}


def level_of(interface: Interface) -> str:
    """Return the level at which an interface tells of the past; "" where it does not."""
    if interface.role is Role.HISTORY:
        return "5min"
    return _LEVEL_OF.get(interface.span, "") if interface.role is Role.CALENDAR else ""


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order as the state file keeps it.

    Attributes:
        number: Its name among the orders of the account.
        first: First local date.
        last: Last local date.
        levels: Levels wanted.
        plants: Stored ids of the plants; empty: all.
        begun: What was held of these days has been marked as missing.
        since: When it was given. [s since epoch, UTC]
    """

    number: str
    first: date
    last: date
    levels: tuple[str, ...]
    plants: tuple[str, ...] = ()
    begun: bool = False
    since: float = 0.0

    def value(self) -> str:
        """Return it as the fact's text."""
        return json.dumps(
            {
                "from": self.first.isoformat(),
                "to": self.last.isoformat(),
                "levels": self.levels,
                "plants": self.plants,
                "begun": self.begun,
            }
        )

    @classmethod
    def of(cls, fact: Fact) -> StoredOrder:
        """Return the order that a fact tells of."""
        kept = json.loads(fact.value)
        first, last = (date.fromisoformat(kept[key]) for key in ("from", "to"))
        return cls(
            fact.subject,
            first,
            last,
            tuple(kept["levels"]),
            tuple(kept["plants"]),
            kept["begun"],
            fact.since,
        )


def leave(state: StateFile, account: str, order: StoredOrder) -> None:
    """Leave an order in the state file, in the place of one of the same number."""
    state.facts.drop(account, ORDER, order.number)
    state.facts.put(account, ORDER, order.number, order.value(), order.since)


def waiting(state: StateFile, account: str) -> list[StoredOrder]:
    """Return the orders that are not carried out yet, oldest first."""
    return sorted((StoredOrder.of(f) for f in state.facts.all(account, ORDER)), key=lambda o: o.since)


class Orders:
    """The orders of one account.

    Args:
        account: The account.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self.stored: list[StoredOrder] = []

    def reload(self) -> bool:
        """Read the orders again; True where they have changed."""
        found = waiting(self._account.state, self._account.name)
        changed = found != self.stored
        self.stored = found
        return changed

    def of(self, interface: Interface) -> Sequence[Order]:
        """Return what is ordered of an interface."""
        level = level_of(interface)
        return [Order(o.first, o.last, self.members(o, interface)) for o in self.stored if level in o.levels]

    def members(self, order: StoredOrder, interface: Interface) -> frozenset[str] | None:
        """Return the vendor's codes of whom an order is about; None: of all."""
        if not order.plants:
            return None
        account = self._account
        plants = {p.code for p in account.plants if p.plant_id in order.plants}
        if interface.subject is not Subject.DEVICE:
            return frozenset(plants)
        return frozenset(d.code for d in account.devices if d.plant_code in plants)

    def interfaces(self, order: StoredOrder) -> list[Interface]:
        """Return the interfaces that an order needs."""
        return [i for i in self._account.interfaces() if level_of(i) in order.levels]

    def begin(self) -> None:
        """Mark what new orders name as missing, so that it is read again."""
        account = self._account
        fresh = [o for o in self.stored if not o.begun]
        if not fresh or not account.plants:
            return
        with account.state.transaction():
            for order in fresh:
                for interface in self.interfaces(order):
                    self._mark_missing(order, interface)
                leave(account.state, account.name, replace(order, begun=True))
        self.reload()

    def _mark_missing(self, order: StoredOrder, interface: Interface) -> None:
        account, named = self._account, self.members(order, interface)
        members = [m for b in account.batches(interface) for m in b.members if named is None or m in named]
        if interface.span is Span.LIFE:
            # All years come in one answer, which is read again where it counts as never read.
            account.state.coverage.forget(account.name, interface.name, members)
            for member in members:
                account.held.get(interface.name, {}).pop(member, None)
            return
        days = tuple(number_of(interface.span, day) for day in (order.first, order.last))
        account.past.lose(interface, {member: [(days[0], days[1])] for member in members})

    def finish(self, now: float) -> bool:
        """Drop the orders of which nothing is missing any more; True where there was one."""
        done = [o for o in self.stored if o.begun and not self.left(o, now).total]
        for order in done:
            account = self._account
            account.state.facts.drop(account.name, ORDER, order.number)
            words = f"history of {order.first} to {order.last} ({', '.join(order.levels)}) was read again as ordered"
            account.state.inventory.tell(account.name, now, words)
        return bool(done) and self.reload()

    def left(self, order: StoredOrder, now: float) -> Left:
        """Return what is missing of an order, over all its interfaces."""
        return sum((self.left_at(order, i, now) for i in self.interfaces(order)), Left())

    def left_at(self, order: StoredOrder, interface: Interface, now: float) -> Left:
        """Return what is missing of an order at one interface: its periods (`total`, none of them done) and calls that bring them.

        An order that has not begun misses all its periods, whatever is held of them.
        """
        account, found = self._account, Left()
        named = self.members(order, interface)
        zones = account.zones(interface)
        size = max(1, interface.max_span_ms // DAY_MS)
        for batch in account.batches(interface):
            members = [m for m in batch.members if named is None or m in named]
            if interface.span is Span.LIFE:
                gaps = [] if order.begun else [1] * len(members)
            else:
                gaps = [self._missing(order, interface, m, zones.get(m, ""), now) for m in members]
            found += Left(0, sum(gaps), -(-max(gaps, default=0) // size))
        return found

    def _missing(self, order: StoredOrder, interface: Interface, member: str, zone: str, now: float) -> int:
        first, last = (number_of(interface.span, day) for day in (order.first, order.last))
        newest = number_of(interface.span, local_date(zone, now - SETTLE_S)) - 1
        first, last = max(first, self._account.past.lowest(interface)), min(last, newest)
        held = self._account.past.of(interface, member).count(first, last) if order.begun else 0
        return max(0, last - first + 1) - held
