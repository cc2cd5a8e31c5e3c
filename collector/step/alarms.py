"""Alarms: the list holds what is active; what is gone from it has ended, where the poll could have seen it."""

from __future__ import annotations

from dataclasses import asdict
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

    An alarm ends only by a poll that asked about its plant and the moment at which it was raised.
    """
    call = paid.call
    interface = account.vendor.interfaces[call.interface]
    context = Context(interface, alarm_identities(account, call.batch))
    alarms = read_alarms(answer.body, context)
    seen = {(alarm_key(a), a.raised_ms) for a in alarms}
    asked = {i.plant_id for i in context.identities.values() if not i.device_id}
    ended = [
        stored
        for stored in account.state.alarms.open(account.name, asked)
        if call.begin_ms <= stored.raised_ms <= call.end_ms and (stored.key, stored.raised_ms) not in seen
    ]
    lines = [alarm_line(a, active=True, end_ms=None) for a in alarms]
    end_ms = int(paid.ended * 1000)
    lines += [alarm_line(OpenAlarm(**stored.payload), active=False, end_ms=end_ms) for stored in ended]
    account.state.alarms.put(
        account.name, [StoredAlarm(alarm_key(a), a.plant_id, a.raised_ms, asdict(a)) for a in alarms]
    )
    account.state.alarms.close(account.name, [(stored.key, stored.raised_ms) for stored in ended])
    account.asked.setdefault(interface.name, {})[call.batch] = paid.sent
    first = call.batch.members[0]
    account.hold([coverage.Held(interface.name, first, periods.NOW, False, paid.sent, 0, len(alarms))])
    return lines


def alarm_key(alarm: OpenAlarm) -> str:
    """Return the whole tag set of an alarm as text; with the moment it was raised it is its identity."""
    return f"{alarm.plant_id}|{alarm.device_id}|{alarm.alarm_id}|{alarm.cause_id}|{alarm.severity}"
