"""One account tried out for `check`: a login where there is no session, and the plant list where its budget allows.

It pays from the same ledger as `run` and learns from refusals as `run` does, so trying never costs more than waiting would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.errors import InterfaceDenied, LoginNeeded, NotYet, VendorError
from collector.model import Call
from collector.report.findings import Finding, Verdict
from collector.report.troubles import account_faults
from collector.report.words import ago, ahead, clock, plain, plural
from collector.step.landing import Landing
from collector.step.listing import Listing
from collector.step.login import SHARED, SUBJECT, Login
from collector.step.refusals import Refusals
from collector.step.spending import Spending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from collector.catalogue.terms import Interface
    from collector.model import Answer, Request
    from collector.step import Account
    from collector.store import Session

ROUNDS = 3
"""A session that has died, then a plant list that is not granted, then its successor."""


class Trial:
    """Tries one account.

    Args:
        account: The account.
        transport: Sends a request to its cloud.
    """

    def __init__(self, account: Account, transport: Callable[[Request], Awaitable[Answer]]) -> None:
        self._account = account
        self._spending = Spending(account, transport)
        self._login = Login(account, self._spending)
        self._listing = Listing()
        self._landing = Landing(account, self._spending, self._listing, _ignore)
        self._refusals = Refusals(account, self._spending, self._login)

    async def run(self) -> list[Finding]:
        """Log in and read the plant list, as far as both are allowed now, and return what was found.

        Raises:
            StateError: The state file does not take what must be kept; nothing was sent unpaid.
        """
        findings: list[Finding] = []
        for _ in range(ROUNDS):
            login, session = await self._log_in()
            findings = [login]
            if session is None:
                return findings
            interface = self._account.vendor.interfaces[self._account.plant_list()]
            try:
                findings.append(await self._list(interface, session))
            except LoginNeeded:
                continue
            except InterfaceDenied as error:
                findings.append(self._finding("plants", Verdict.WRONG, f"{interface.name}: {error}"))
                if self._account.plant_list() == interface.name:
                    return findings
            else:
                return findings
        return findings

    async def _log_in(self) -> tuple[Finding, Session | None]:
        account = self._account
        before = account.state.sessions.get(account.name)
        try:
            session = await self._login.session()
        except NotYet as rest:
            now = account.clock.now()
            until = f"The next login is allowed {ahead(rest.until, now)}, at {clock(rest.until)}."
            fault = next((t for t in account_faults(account) if t.subject in (SUBJECT, SHARED)), None)
            if fault is None:
                return self._finding("login", Verdict.LATER, f"not tried: {until}"), None
            when = "" if isinstance(rest.__cause__, VendorError) else f" ({ago(fault.since or now, now)})"
            return self._finding("login", Verdict.WRONG, f"{fault.words}{when}. {until}"), None
        if before is not None and before.token == session.token:
            words = f"a session is held since {clock(session.since)}"
        else:
            words = f"logged in as {plain(account.config.username)}"
        return self._finding("login", Verdict.GOOD, words), session

    async def _list(self, interface: Interface, session: Session) -> Finding:
        """Read as many pages as are allowed now.

        Raises:
            LoginNeeded: The session has died.
            InterfaceDenied: The list is not granted.
        """
        account = self._account
        asked = 0
        while not asked or self._listing.next_page > 1:
            now = account.clock.now()
            free = max(
                account.next_free(interface, now), account.permissions.interface_rests_until(interface.name)
            )
            if free > now:
                return self._known(interface, free, now, asked)
            try:
                await self._ask(interface, session)
            except NotYet as rest:
                return self._known(interface, rest.until, now, asked)
            except (LoginNeeded, InterfaceDenied):
                raise
            except VendorError as error:
                return self._finding("plants", Verdict.WRONG, f"{interface.name}: {error}")
            asked += 1
        if not account.plants:
            words = next((t.words for t in account_faults(account) if t.subject == "inventory"), "none")
            return self._finding("plants", Verdict.WRONG, words)
        return self._finding("plants", Verdict.GOOD, f"{plural(len(account.plants), 'plant')} listed")

    async def _ask(self, interface: Interface, session: Session) -> None:
        page = self._listing.next_page
        whole = interface.legacy and page == 1  # the older list is asked for whole, as `run` does
        paid = self._spending.spend(
            interface, Call(self._account.name, interface.name, page=0 if whole else page)
        )
        try:
            answer = await self._spending.send(paid, session.token)
            outcome = self._account.vendor.read(paid.call, answer)
            await self._landing.land(interface, paid, answer, outcome)
        except VendorError as error:
            self._refusals.refused(interface, paid, session, error)
            raise
        self._account.faults.end("vendor")
        self._login.lives(session, paid.ended)

    def _known(self, interface: Interface, free: float, now: float, pages: int) -> Finding:
        """Tell what is known of the plants while the list may not be asked for."""
        account = self._account
        until = f"{interface.name} is allowed {ahead(free, now)}, at {clock(free)}"
        if pages:
            words = f"{plural(pages, 'page')} read, more to come; {until}. `run` reads on."
            return self._finding("plants", Verdict.GOOD, words)
        fault = next(
            (t for t in account_faults(account) if t.subject in (interface.name, "inventory", "vendor")), None
        )
        if fault is not None:
            return self._finding("plants", Verdict.WRONG, f"{fault.words}. {until}.")
        listed = account.listed_at(interface)
        if not listed:
            return self._finding("plants", Verdict.LATER, f"not read yet: {until}.")
        words = f"{plural(len(account.plants), 'plant')} listed {ago(listed, now)}; {until}."
        return self._finding("plants", Verdict.GOOD, words)

    def _finding(self, subject: str, verdict: Verdict, words: str) -> Finding:
        return Finding(self._account.name, subject, verdict, plain(words))


def _ignore() -> None:
    """Nobody else waits for the inventory of a trial."""
