"""The one live session of an account: log in only when there is none, and never more often than the vendor forgives.

A crash loop cannot lock an account: every login is spent in the ledger before it is sent, and refusals are durable.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from collector import logs, quota
from collector.errors import (
    AnswerUnreadable,
    LoginRefused,
    NotYet,
    SystemBusy,
    TooFrequent,
    VendorError,
    VendorUnreachable,
)
from collector.model import Call
from collector.step.spending import no_answer
from collector.store.sessions import Session
from collector.vendors import LoggedIn

if TYPE_CHECKING:
    from collector.step.account import Account
    from collector.step.spending import Spending

RENEW_AFTER_S = 29 * 60.0
FIXED_LIFE_S = 1_800.0
FIXED_SLACK_S = 330.0  # a death at 30 minutes is noticed at the next live call
IN_USE_S = 1_500.0
SHARED_WITHIN_S = 60.0
SUBJECT = "login"
SHARED = "session"


class Login:
    """Keeps an account logged in.

    Args:
        account: The account.
        spending: Sends paid calls.
    """

    def __init__(self, account: Account, spending: Spending) -> None:
        self._account = account
        self._spending = spending
        self._lock = asyncio.Lock()

    async def session(self) -> Session:
        """Return a session that is believed to live; logs in where there is none.

        Raises:
            NotYet: A login is not allowed before a moment.
        """
        async with self._lock:
            now = self._account.clock.now()
            held = self._account.state.sessions.get(self._account.name)
            if held is not None and not self._outlived(held, now):
                return held
            return await self._log_in(now)

    def _outlived(self, session: Session, now: float) -> bool:
        """Tell whether a session has surely ended: unused for half an hour, or as old where its life is fixed.

        A call with it would be refused, and for an interface of few calls a day the next one is an hour away.
        """
        began = session.since if session.fixed else max(session.since, session.used)
        return now - began >= RENEW_AFTER_S

    async def _log_in(self, now: float) -> Session:
        account = self._account
        interface = account.vendor.interfaces[account.vendor.login]
        free = account.next_free(interface, now)
        if free > now:
            raise NotYet(free)
        call = Call(account.name, interface.name)
        paid = self._spending.spend(interface, call)
        try:
            answer = await self._spending.send(paid, "")
            outcome = account.vendor.read(call, answer)
        except VendorError as error:
            self._refused(error, paid.ended)
            self._spending.settle(paid, refused=True)
            raise NotYet(account.next_free(interface, paid.ended)) from error
        assert isinstance(outcome, LoggedIn)
        at = answer.answered_at
        logs.hide(outcome.token, passing=True)
        session = Session(outcome.token, at, at, account.state.sessions.is_fixed(account.name))
        with account.state.transaction():
            account.state.sessions.put(account.name, session)
            self._spending.settle(paid, refused=False)
        account.faults.end(SUBJECT)
        if not account.faults.holds(SHARED):
            self._forgive()
        return session

    def _forgive(self) -> None:
        name = self._account.vendor.login
        self._account.learn(name, replace(self._account.lesson(name), stretch=1.0, busy_count=0, reason=""))

    def _refused(self, error: VendorError, now: float) -> None:
        name = self._account.vendor.login
        lesson = self._account.lesson(name)
        if isinstance(error, LoginRefused):
            lesson = quota.learn_login_refused(lesson, now)
        elif isinstance(error, TooFrequent):
            lesson = quota.learn_login_too_frequent(lesson, now)
        elif isinstance(error, VendorUnreachable | AnswerUnreadable):
            lesson = no_answer(lesson, now)
        else:
            lesson = quota.learn_busy(
                lesson, now, error.retry_after_s if isinstance(error, SystemBusy) else 0.0
            )
        self._account.learn(name, lesson)
        self._account.faults.begin(SUBJECT, str(error), now)

    def lives(self, session: Session, now: float) -> None:
        """Note that a session was used with success: outliving a minute, it shows that nobody else took the account."""
        if now - session.since > SHARED_WITHIN_S and self._account.faults.holds(SHARED):
            self._account.faults.end(SHARED)
            self._forgive()

    def died(self, session: Session, now: float) -> None:
        """Note that the vendor no longer knows a session, and why that may be."""
        account = self._account
        age = now - session.since
        used = account.state.sessions.get(account.name)
        if used is None or used.token != session.token:
            return
        if FIXED_LIFE_S <= age <= FIXED_LIFE_S + FIXED_SLACK_S and now - used.used <= IN_USE_S:
            account.state.sessions.set_fixed(account.name)
        account.state.sessions.drop(account.name, session.token)
        if age <= SHARED_WITHIN_S:
            name = account.vendor.login
            lesson = account.lesson(name)
            account.learn(name, quota.learn_login_too_frequent(lesson, now))
            words = "someone else uses this account: its session ended within a minute of the login. Give each program its own northbound account"
            account.faults.begin(SHARED, words, now)
