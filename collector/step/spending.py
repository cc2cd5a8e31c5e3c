"""Paid calls: spent in the ledger, durably, before they are sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from collector.errors import NotYet, SpentElsewhere, VendorUnreachable
from collector.quota import Spend

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from collector.catalogue.terms import Interface
    from collector.model import Answer, Call, Request
    from collector.quota import Lesson
    from collector.step.account import Account

SPENT_ELSEWHERE_S = 1.0
NO_ANSWER_S = 60.0
NO_ANSWER_CAP_S = 300.0  # a cloud that comes back is noticed within a live reading
MOST_DOUBLINGS = 3


def no_answer(lesson: Lesson, now: float) -> Lesson:
    """Learn from a call without an answer: rest a minute, doubling up to five. [s since epoch, UTC]"""
    pause_s = min(NO_ANSWER_CAP_S, NO_ANSWER_S * 2.0 ** min(lesson.busy_count, MOST_DOUBLINGS))
    until = max(lesson.blocked_until, now + pause_s)
    return replace(lesson, blocked_until=until, busy_count=lesson.busy_count + 1, reason="no answer")


@dataclass(slots=True)
class Paid:
    """A call that the ledger has paid for.

    Attributes:
        spend_id: Its row in the ledger.
        call: The call.
        sent: When it was spent. [s since epoch, UTC]
        ended: When its answer came or its failure was known. [s since epoch, UTC]
        lost: True while no answer has come: the vendor may count it at any moment up to the time-out.
        void: True where the request never left this machine: nothing was spent after all.
    """

    spend_id: int
    call: Call
    sent: float
    ended: float
    lost: bool = True
    void: bool = False


class Spending:
    """Spends, sends and settles the calls of one account.

    Args:
        account: The account.
        transport: Sends a request to the account's cloud.
    """

    def __init__(self, account: Account, transport: Callable[[Request], Awaitable[Answer]]) -> None:
        self._account = account
        self._transport = transport

    def spend(self, interface: Interface, call: Call) -> Paid:
        """Pay for a call.

        Raises:
            NotYet: Another process has just called the interface.
        """
        account = self._account
        spends = account.spends(interface.name)
        now = account.clock.now()
        try:
            spend_id = account.state.ledger.spend_if(
                account.name, interface.name, now, spends[-1].id if spends else 0
            )
        except SpentElsewhere as race:
            account.reload_ledger()
            raise NotYet(now + SPENT_ELSEWHERE_S) from race
        spends.append(Spend(now, id=spend_id))
        return Paid(spend_id, call, now, now)

    async def send(self, paid: Paid, token: str) -> Answer:
        """Send a paid call.

        Raises:
            VendorUnreachable: No usable answer came.
        """
        try:
            answer = await self._transport(self._account.vendor.build(paid.call, token))
        except VendorUnreachable as fault:
            paid.ended = max(paid.sent, self._account.clock.now())
            paid.void = not fault.sent
            raise
        paid.ended = max(paid.sent, answer.answered_at)
        paid.lost = False
        return answer

    def settle(self, paid: Paid, *, refused: bool) -> None:
        """Note the end of a call in the ledger, in the caller's transaction where there is one."""
        account = self._account
        ledger = account.state.ledger
        spends = account.spends(paid.call.interface)
        index = next((i for i in range(len(spends) - 1, -1, -1) if spends[i].id == paid.spend_id), -1)
        if paid.void:
            ledger.void(paid.spend_id)
            if index >= 0:
                del spends[index]
        elif not paid.lost:
            ledger.answered(paid.spend_id, paid.ended, refused=refused)
            if index >= 0:
                spends[index] = replace(spends[index], answered=paid.ended, refused=refused)
