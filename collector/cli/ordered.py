"""Carrying out what is ordered of the past where no `run` lives."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from collector.app import assembled
from collector.catalogue.terms import Role
from collector.report.past import progress_of
from collector.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.settings import Settings
    from collector.step import Account

LOOK_S = 5.0


async def backfill(settings: Settings, progress: Callable[[str], None]) -> int:
    """Carry out what is ordered of the past, and nothing else, until it is done, SIGTERM or SIGINT.

    Args:
        settings: What the user set.
        progress: Receives how far it is, in words, now and then.

    Returns:
        Periods that are still missing.

    Raises:
        ConfigurationError: The settings cannot be used.
        StateHeldError: A live `run` holds the state file: it carries the orders out.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with assembled(settings, hold=True) as app:
        for account in app.accounts.values():
            account.past.orders.begin()
            account.only = _needed(account)
        scheduler = Scheduler(app.clock, app.steps, app.drain, lambda: None, app.jumped)
        app.on_wake(scheduler.wake)
        app.on_landed(scheduler.landed)
        scheduler.start()
        told = ""
        while any(a.past.orders.stored for a in app.accounts.values()) and not stop.is_set():
            words = "; ".join(filter(None, (progress_of(a, app.clock.now()) for a in app.accounts.values())))
            if words != told:
                progress(words)
                told = words
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)
        await scheduler.stop(settings.timeouts.drain_s)
        now = app.clock.now()
        return sum(
            a.past.orders.left(o, now).total for a in app.accounts.values() for o in a.past.orders.stored
        )


def _needed(account: Account) -> frozenset[str]:
    """Return the interfaces that the orders of an account need, with the lists while there are none."""
    orders = account.past.orders
    names = {i.name for o in orders.stored for i in orders.interfaces(o)}
    lists = {i.name for i in account.interfaces() if i.role in (Role.PLANTS, Role.DEVICES)}
    return frozenset(names | (lists if names and not account.devices else set()))
