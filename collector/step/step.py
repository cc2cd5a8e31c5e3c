"""The step of one interface: is it free, what is worth a call, pay, send, land. Returns when to ask again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from collector.errors import NotYet, StateError, VendorError
from collector.planner import IDLE_S
from collector.step.choosing import choose
from collector.step.landing import Landing
from collector.step.listing import Listing
from collector.step.login import Login
from collector.step.refusals import Refusals
from collector.step.spending import Spending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from collector.catalogue.terms import Interface
    from collector.model import Answer, Call, Request
    from collector.step.account import Account
    from collector.store.sessions import Session

STATE_PAUSE_S = 60.0


class Step:
    """Drives the interfaces of one account, one step at a time for each interface.

    Args:
        account: The account.
        transport: Sends a request to its cloud.
        on_landed: Called when something new lies in the spool.
        on_inventory: Called when plants or devices changed: idle interfaces should ask again.
    """

    def __init__(
        self,
        account: Account,
        transport: Callable[[Request], Awaitable[Answer]],
        on_landed: Callable[[], None],
        on_inventory: Callable[[], None],
    ) -> None:
        self.account = account
        self._on_landed = on_landed
        self._spending = Spending(account, transport)
        self._login = Login(account, self._spending)
        self._listing = Listing()
        self._landing = Landing(account, self._spending, self._listing, on_inventory)
        self._refusals = Refusals(account, self._spending, self._login, on_inventory)
        self._unsure = False

    async def run(self, name: str) -> float:
        """Take one step of an interface and return when to take the next. [s since epoch, UTC]"""
        account = self.account
        interface = account.vendor.interfaces[name]
        if interface not in account.interfaces():
            return account.clock.now() + IDLE_S
        try:
            if self._unsure:
                account.recover()
                self._unsure = False
            await self._take(interface)
            return self._next(interface)
        except NotYet as rest:
            return rest.until
        except StateError as fault:
            # What was fetched but could not be kept is still due; nothing is sent while nothing can be kept.
            self._unsure = True
            account.trouble(str(fault))
            return account.clock.now() + STATE_PAUSE_S

    async def _take(self, interface: Interface) -> None:
        account = self.account
        account.notice_others()
        now = account.clock.now()
        free = account.next_free(interface, now)
        if free > now:
            raise NotYet(min(free, now + IDLE_S))
        call = choose(account, interface, self._listing, now)
        session = await self._login.session()
        free = account.next_free(interface, account.clock.now())
        if free > account.clock.now():
            raise NotYet(free)
        with account.past.under_way.asking(interface, call, account.zones(interface)):
            await self._ask(interface, call, session)
        self._on_landed()

    async def _ask(self, interface: Interface, call: Call, session: Session) -> None:
        paid = self._spending.spend(interface, call)
        try:
            answer = await self._spending.send(paid, session.token)
            outcome = self.account.vendor.read(call, answer)
            await self._landing.land(interface, paid, answer, outcome)
        except VendorError as error:
            self._refusals.refused(interface, paid, session, error)
        else:
            self.account.faults.end("vendor")
            self.account.faults.end("state")
            self._login.lives(session, paid.ended)
        self.account.trim_spends(interface.name, self.account.allowance(interface).calls)

    def _next(self, interface: Interface) -> float:
        now = self.account.clock.now()
        free = self.account.next_free(interface, now)
        return now + IDLE_S if math.isinf(free) else max(free, now)
