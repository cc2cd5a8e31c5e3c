"""Which call an interface deserves now, from what the account knows: lists, sweeps, calendar periods, alarms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from collector import periods, planner
from collector.catalogue.terms import Interface, Role, Span
from collector.errors import NotYet
from collector.model import Batch, Call
from collector.planner import Ask, Choice, Past, Rest
from collector.step.progress import calls_a_day

if TYPE_CHECKING:
    from collector.step.account import Account
    from collector.step.listing import Listing

MOST_WAITING = 256 * 2**20
"""Bytes in the spool above which no history is fetched: the room is for what is live."""
FULL_PAUSE_S = 600.0
STALE_PAUSE_S = 3_600.0  # lists are not read again more often than this, however many codes ask for it


def choose(account: Account, interface: Interface, listing: Listing, now: float) -> Call:
    """Return the call that is worth most at an interface.

    Raises:
        NotYet: Nothing is worth a call before a moment.
    """
    rests = account.permissions.interface_rests_until(interface.name)
    if rests > now:
        raise NotYet(rests)
    if interface.role is Role.PLANTS:
        return _next_page(account, interface, listing, now)
    choice = _choose_batch(account, interface, now)
    if isinstance(choice, Rest):
        raise NotYet(choice.until)
    return _call(account, interface, choice, now)


def _next_page(account: Account, interface: Interface, listing: Listing, now: float) -> Call:
    page = listing.next_page
    if page == 1:
        listed = account.listed_at(interface)
        due = listed + planner.LIST_EVERY_S if listed else 0.0
        if account.stale_since >= listed:
            due = min(due, listed + STALE_PAUSE_S)
        if due > now:
            raise NotYet(due)
    # The older list is asked for whole: batch mode needs no page number.
    return Call(account.name, interface.name, page=0 if interface.legacy and page == 1 else page)


def _choose_batch(account: Account, interface: Interface, now: float) -> Choice:
    apart = [_typed(account, interface, b) for b in account.permissions.next_apart(interface.name, now)]
    if apart:
        choice = _turn(account, interface, apart, now, apart=True)
        if isinstance(choice, Ask):
            return choice
    return _turn(account, interface, account.batches(interface), now, apart=False)


def _turn(account: Account, interface: Interface, batches: list[Batch], now: float, *, apart: bool) -> Choice:
    """Choose among batches; what is set apart was not answered yet, so that nothing is held of it."""
    asked = {} if apart else account.asked.get(interface.name, {})
    resting = account.resting.of(interface.name)
    if interface.role is Role.DEVICES:
        return planner.next_in_turn(batches, asked, now, _list_every(account, asked), resting=resting)
    if interface.role is Role.CALENDAR:
        return _calendar(account, interface, batches, now, apart=apart)
    if interface.role is Role.HISTORY:
        return _history(account, interface, batches, now)
    if interface.role is Role.ALARMS:
        return account.alarm_turns.choose(interface, batches, now, apart=apart)
    return planner.next_in_turn(
        batches, asked, now, planner.LIVE_EVERY_S, period=periods.NOW, resting=resting
    )


def _calendar(
    account: Account, interface: Interface, batches: list[Batch], now: float, *, apart: bool
) -> Choice:
    """Choose a period; what is set apart was not answered yet, so that it begins with what runs."""
    resting = account.resting.of(interface.name)
    if apart:
        past = Past({}, account.zones(interface), lambda _: None)
        return planner.Calendar(interface, {}, past).next(batches, now, resting=resting)
    refresh_s = planner.refresh_s(interface, len(batches), calls_a_day(account.allowance(interface)))
    return account.past.calendar(interface).next(batches, now, refresh_s=refresh_s, resting=resting)


def _history(account: Account, interface: Interface, batches: list[Batch], now: float) -> Choice:
    """Choose days of history, while the database keeps up: what cannot be stored soon is not fetched now."""
    if account.state.spool.stats().bytes > MOST_WAITING:
        return Rest(now + FULL_PAUSE_S)
    return account.past.history(interface).next(
        batches,
        now,
        patience=account.past.patience(interface),
        resting=account.resting.of(interface.name),
        busy=account.past.under_way.beside(interface),
    )


def _list_every(account: Account, asked: dict[Batch, float]) -> float:
    """Return how old a device list may grow: a day, or an hour once a vendor's code said that it is out of date. [s]"""
    oldest = min(asked.values(), default=0.0)
    return STALE_PAUSE_S if account.stale_since >= oldest else planner.LIST_EVERY_S


def _typed(account: Account, interface: Interface, batch: Batch) -> Batch:
    """Give a lone member its device type back: a stored fact names the member alone."""
    if not interface.device_types or batch.type_id is not None:
        return batch
    known = next((d for d in account.devices if batch.members[0] in (d.code, d.sn)), None)
    return batch if known is None else replace(batch, type_id=known.type_id)


def _call(account: Account, interface: Interface, ask: Ask, now: float) -> Call:
    begin_ms = end_ms = 0
    if interface.span is Span.RANGE:
        begin_ms, end_ms = int(ask.begin * 1000), int(ask.end * 1000)
    elif interface.span in (Span.DATE, Span.MONTH, Span.YEAR, Span.LIFE):
        far_east = planner.is_far_east(ask.batch, account.zones(interface), now)
        begin_ms = periods.collect_time(ask.period, far_east=far_east, now=now)
    return Call(account.name, interface.name, ask.batch, ask.period, begin_ms=begin_ms, end_ms=end_ms)
