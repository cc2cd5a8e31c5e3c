"""What a refusal changes: each class of error is a decision, made in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector import errors, quota
from collector.catalogue.terms import Role
from collector.model import Lane
from collector.packing import pack
from collector.planner import LIVE_EVERY_S
from collector.step.api import NS, api_line
from collector.step.members import set_access
from collector.step.private import without_private
from collector.step.spending import no_answer
from collector.store.spool import SpoolBatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.catalogue.terms import Interface
    from collector.step.account import Account
    from collector.step.login import Login
    from collector.step.spending import Paid, Spending
    from collector.store.sessions import Session

PASS_OVER_S = 3_600.0  # longer than the gap of a daily allowance, so that others have their turn
REST_S = 3_600.0  # after a defect of ours, or what only a person can mend


class Refusals:
    """Decides what follows a call that brought no rows.

    Args:
        account: The account.
        spending: Settles the paid call.
        login: Told when a session died.
        on_other_list: Called when plants must be listed by another interface.
    """

    def __init__(
        self,
        account: Account,
        spending: Spending,
        login: Login,
        on_other_list: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_other_list = on_other_list
        self._account = account
        self._spending = spending
        self._login = login

    def refused(self, interface: Interface, paid: Paid, session: Session, error: errors.VendorError) -> None:
        """Learn from a refusal, durably, and tell what a person should know."""
        account = self._account
        too_often = isinstance(error, errors.TooFrequent | errors.WindowSpent | errors.SystemBusy)
        with account.state.transaction():
            self._spending.settle(paid, refused=too_often)
            self._decide(interface, paid, session, error)
            line = api_line(account, interface, paid, refused=too_often)
            if not paid.void:
                stamp = int(paid.sent * NS)
                account.state.spool.append(
                    SpoolBatch(
                        account.name, interface.name, Lane.LIVE, paid.ended, 1, stamp, stamp, pack([line])
                    )
                )
        if interface.role is Role.PLANTS and account.permissions.interface_denied(interface.name):
            self._on_other_list()

    def _decide(self, interface: Interface, paid: Paid, session: Session, error: errors.VendorError) -> None:  # noqa: C901  one branch a decision, side by side on purpose
        account, now, name = self._account, paid.ended, interface.name
        lesson = account.lesson(name)
        if isinstance(error, errors.LoginNeeded):
            self._login.died(session, now)
        elif isinstance(error, errors.TooFrequent):
            account.learn(name, quota.learn_refusal(lesson, account.allowance(interface), now))
            account.faults.begin(name, str(error), now)
        elif isinstance(error, errors.WindowSpent):
            learned = quota.learn_spent(
                lesson, account.allowance(interface), account.spends(name), now, account.timeout_s
            )
            account.learn(name, learned)
            account.faults.begin(name, str(error), now)
        elif isinstance(error, errors.SystemBusy):
            account.learn(name, quota.learn_busy(lesson, now, error.retry_after_s))
            account.faults.begin(name, str(error), now)
        elif isinstance(error, errors.InterfaceDenied):
            account.permissions.deny_interface(name, str(error), now)
            self._tell_denied(interface, str(error), now)
        elif isinstance(error, errors.MembersDenied):
            self._bisect(interface, paid, str(error))
        elif isinstance(error, errors.InventoryStale):
            account.stale_since = now
            self._bisect(interface, paid, str(error))
        elif isinstance(error, errors.OutOfReach):
            self._out_of_reach(interface, paid)
        elif isinstance(error, errors.AnswerUnreadable):
            kept = without_private(error.body, account.vendor.private_keys)
            account.state.answers.keep(account.name, name, now, str(error), kept)
            account.state.counters.add(account.name, "unreadable", 1)
            account.faults.begin(name, str(error), now)
        elif isinstance(error, errors.VendorUnreachable):
            account.learn(name, no_answer(lesson, now))
            account.faults.begin("vendor", str(error), now)
        else:
            account.rest(interface, now + REST_S)
            account.faults.begin(name, str(error), now)
        if not isinstance(error, errors.Refusal) or isinstance(
            error, errors.RequestWrong | errors.UserMustAct
        ):
            self._pass_over(interface, paid)

    def _tell_denied(self, interface: Interface, words: str, now: float) -> None:
        """Tell that an interface is denied, but for the older way to history: the clouds of today do without it."""
        if not (interface.legacy and interface.role is Role.HISTORY):
            self._account.faults.begin(interface.name, words, now)

    def _out_of_reach(self, interface: Interface, paid: Paid) -> None:
        if interface.role is Role.ALARMS:
            self._account.alarm_turns.out_of_reach(paid.call)
        else:
            self._account.past.out_of_reach(interface, paid.call, paid.ended)

    def _pass_over(self, interface: Interface, paid: Paid) -> None:
        """Let the other batches have their turn after an answer of no use, but not after a request that was never sent."""
        live = interface.role in (Role.LIVE, Role.ALARMS)
        if not paid.void:
            self._account.resting.pass_over(paid.call, paid.ended, LIVE_EVERY_S if live else PASS_OVER_S)

    def _bisect(self, interface: Interface, paid: Paid, words: str) -> None:
        account, batch = self._account, paid.call.batch
        if not batch.members:
            account.permissions.deny_interface(interface.name, words, paid.ended)
            account.faults.begin(interface.name, words, paid.ended)
            return
        for member in account.permissions.suspect(interface.name, batch, words, paid.ended):
            set_access(account, interface, member, words, paid.ended)
