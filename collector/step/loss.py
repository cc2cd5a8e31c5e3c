"""After the ledger was lost: every interface waits until what may have been spent no longer counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector import quota
from collector.catalogue.terms import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.step.account import Account


def rest_after_loss(accounts: Iterable[Account], now: float) -> None:
    """Let every interface of the accounts rest for one gap, and the login for half an hour. [s since epoch, UTC]"""
    for account in accounts:
        for interface in account.vendor.interfaces.values():
            lesson = quota.learn_loss(account.allowance(interface), now, login=interface.role is Role.LOGIN)
            account.learn(interface.name, lesson)
