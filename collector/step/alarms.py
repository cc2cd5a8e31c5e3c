"""Alarms: the list holds what is active; what is gone from it has ended, where the poll could have seen it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from collector import coverage, periods
from collector.normaliser import Context
from collector.normaliser.alarms import OpenAlarm, alarm_line, read_alarms
from collector.step.identities import alarm_identities
from collector.store.open_alarms import StoredAlarm

if TYPE_CHECKING:
    from collector.model import Answer
    from collector.step.account import Account
    from collector.step.spending import Paid


def land_alarms(account: Account, paid: Paid, answer: Answer) -> list[bytes]:
    """Keep the open alarms of an answer and return the lines of those that are open, and of those that have ended.

    An alarm ends only by a poll that asked about its plant and the moment at which it was raised, and was answered whole. It
    keeps the tags with which it was raised, whatever the list or the inventory say later: by them it is closed.
    """
    call = paid.call
    interface = account.vendor.interfaces[call.interface]
    context = Context(interface, alarm_identities(account, call.batch))
    listed = {(alarm_key(a), a.raised_ms): a for a in read_alarms(answer.body, context)}
    asked = {i.plant_id for i in context.identities.values() if not i.device_id}
    known = {
        (stored.key, stored.raised_ms): OpenAlarm(**stored.payload)
        for stored in account.state.alarms.open(account.name, asked)
    }
    active = {name: _as_raised(alarm, known.get(name)) for name, alarm in listed.items()}
    ended = {
        name: alarm
        for name, alarm in known.items()
        if name not in listed and call.begin_ms <= alarm.raised_ms <= call.end_ms
    }
    end_ms = int(paid.ended * 1000)
    lines = [alarm_line(alarm, active=True, end_ms=None) for alarm in active.values()]
    lines += [alarm_line(alarm, active=False, end_ms=end_ms) for alarm in ended.values()]
    account.state.alarms.put(
        account.name,
        [
            StoredAlarm(key, alarm.plant_id, raised_ms, asdict(alarm))
            for (key, raised_ms), alarm in active.items()
            if alarm != known.get((key, raised_ms))
        ],
    )
    account.state.alarms.close(account.name, ended)
    account.alarm_turns.landed(interface, call, paid.sent)
    if call.period == periods.NOW:
        account.asked.setdefault(interface.name, {})[call.batch] = paid.sent
        first = call.batch.members[0]
        account.hold([coverage.Held(interface.name, first, periods.NOW, False, paid.sent, 0, len(listed))])
    return lines


def alarm_key(alarm: OpenAlarm) -> str:
    """Return what an alarm is known by as text; with the moment it was raised it is its identity.

    The serial number stands for the device: the list knows it before the inventory does.
    """
    return f"{alarm.plant_id}|{alarm.sn or alarm.device_id}|{alarm.alarm_id}|{alarm.cause_id}"


def _as_raised(listed: OpenAlarm, known: OpenAlarm | None) -> OpenAlarm:
    """Return an alarm with the tags it was raised with, and the words of the newest list."""
    if known is None:
        return listed
    return replace(
        known,
        name=listed.name or known.name,
        cause=listed.cause or known.cause,
        repair=listed.repair or known.repair,
    )
