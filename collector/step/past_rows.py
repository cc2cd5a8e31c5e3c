"""What an answer about the past changes: which periods are held, and the lines that tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector import coverage, periods
from collector.catalogue.terms import Interface, Role, Span
from collector.coverage import State, complete_days, next_state
from collector.lineprotocol import line
from collector.normaliser.times import utc_ns
from collector.step.api import NS
from collector.step.progress import eta_s
from collector.zones import day_end, day_start, local_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from collector.model import Call
    from collector.step.account import Account
    from collector.step.past import Mark
    from collector.step.spending import Paid

RECENT = 3
"""Periods before the running one of which every reading is remembered."""


def land_past(
    account: Account, interface: Interface, paid: Paid, stamps: Mapping[str, Sequence[int]]
) -> list[bytes]:
    """Keep what an answer says about the past, durably, and return the lines that tell of it.

    Args:
        account: The account.
        interface: A calendar interface, or one of 5-minute history.
        paid: The call.
        stamps: Member to the stamps of its rows that carried values. [ms since epoch, UTC]
    """
    if interface.role is Role.HISTORY:
        lines = _land_days(account, interface, paid, stamps)
    else:
        _land_period(account, interface, paid, stamps)
        lines = []
    account.past.touched(interface, paid.call.batch.members)
    account.past.finish_orders(paid.ended)
    left = account.past.left(interface, paid.ended)
    if left.total:
        fields: list[tuple[str, float | str]] = [("done", float(left.done)), ("total", float(left.total))]
        if (eta := eta_s(account, interface, left)) is not None:
            fields.append(("eta_s", eta))
        tags = [("account", account.name), ("interface", interface.name)]
        lines.append(line("collector_job", tags, fields, int(paid.sent * 1000) * (NS // 1000)))
    return lines


def _land_period(
    account: Account, interface: Interface, paid: Paid, stamps: Mapping[str, Sequence[int]]
) -> None:
    call, zones = paid.call, account.zones(interface)
    held = account.held.setdefault(interface.name, {})
    rows = {m: len(stamps.get(m, ())) for m in call.batch.members}
    read = coverage.after_read(interface.name, call.period, rows, held, zones, asked_at=paid.ended)
    if interface.span is Span.LIFE:
        account.hold(read)
        years: list[Mark] = [
            (member, year, year, State.HELD)
            for member in call.batch.members
            for year in {local_date(zones.get(member, ""), s / 1000).year for s in stamps.get(member, ())}
        ]
        account.past.keep(interface, years)
        return
    number = periods.number(call.period)
    recent, marks = [], []
    for one in read:
        zone = zones.get(one.member, "")
        running = periods.number(periods.current(interface.span, zone, paid.ended))
        if number >= running - RECENT:
            recent.append(one)
        state = coverage.state_after(one, account.past.of(interface, one.member).state(number), zone)
        if state is not None:
            marks.append((one.member, number, number, state))
        _forget_old(account, interface, one.member, running - RECENT)
    account.hold(recent)
    account.past.keep(interface, marks)


def _forget_old(account: Account, interface: Interface, member: str, oldest: int) -> None:
    """Let the readings of periods go that the runs tell of well enough."""
    known = account.held[interface.name].get(member, {})
    old = [key for key in known if periods.number(key) < oldest]
    if old and len(old) < len(known):
        account.state.coverage.drop(account.name, interface.name, [(member, key) for key in old])
        for key in old:
            del known[key]


def _land_days(
    account: Account, interface: Interface, paid: Paid, stamps: Mapping[str, Sequence[int]]
) -> list[bytes]:
    call, zones = paid.call, account.zones(interface)
    devices = {d.code: d for d in account.devices}
    marks: list[Mark] = []
    lines = []
    for member in call.batch.members:
        runs = account.past.of(interface, member)
        for day, received, expected in _days(
            interface, call, zones.get(member, ""), stamps.get(member, ()), paid.sent
        ):
            number = day.toordinal()
            state = next_state(runs.state(number), received, whole=received >= expected)
            marks.append((member, number, number, state))
            device = devices.get(member)
            if device is None:
                continue
            tags = [
                ("account", account.name),
                ("device_id", device.device_id),
                ("device_type", device.device_type),
                ("plant_id", device.plant_id),
                ("vendor", device.vendor),
            ]
            fields: list[tuple[str, float | str]] = [
                ("expected", float(expected)),
                ("received", float(received)),
            ]
            lines.append(line("collector_coverage", tags, fields, utc_ns(day)))
    account.past.keep(interface, marks)
    return lines


def _days(
    interface: Interface, call: Call, zone: str, stamps: Sequence[int], sent: float
) -> list[tuple[date, int, int]]:
    """Return the whole days that an answer tells of, as far as they had settled when it was asked for."""
    if interface.span is Span.RANGE:
        begin, end = call.begin_ms / 1000, call.end_ms / 1000
    else:
        day = periods.first_day(call.period)
        begin, end = day_start(zone, day), day_end(zone, day)
    return complete_days(zone, begin, min(end, sent - coverage.SETTLE_S), stamps)
