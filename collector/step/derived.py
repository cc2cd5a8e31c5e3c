"""Derived values of plants: what they are made of is kept as answers land, and each live row of a plant gets its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from collector import kpi
from collector.catalogue.terms import Role, Subject
from collector.lineprotocol import line
from collector.step.identities import identities
from collector.zones import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from collector.catalogue.terms import Interface
    from collector.model import Batch, Device, Identity, Plant
    from collector.normaliser import Report
    from collector.step.account import Account
    from collector.store.newest import NewestRow

LIVE = "live"
_NS = 1_000_000_000
_DEVICES_A_SLICE = 300
_POWERED = ("inverter", "meter", "battery")


def keep_operands(account: Account, interface: Interface, batch: Batch, report: Report, now: float) -> None:
    """Keep what derived values will need of an answer, in the caller's transaction.

    Args:
        account: The account.
        interface: What was asked.
        batch: Who was asked about.
        report: What the answer held.
        now: When it was fetched. [s since epoch, UTC]
    """
    if interface.role is Role.CALENDAR and report.days:
        _keep_days(account, report, now)
    elif interface.role is Role.LIVE and interface.subject is Subject.DEVICE:
        _keep_strings(account, identities(account, interface, batch).values(), report)


def _keep_days(account: Account, report: Report, now: float) -> None:
    account.state.operands.put_days(
        {
            plant_id: {
                day: kpi.Day(
                    now,
                    fields.get("yield_kwh"),
                    fields.get("theory_kwh"),
                    fields.get("specific_yield_h"),
                    fields.get("capacity_kwp"),
                )
                for day, fields in days.items()
            }
            for plant_id, days in report.days.items()
        },
        kpi.KEPT_DAYS,
    )


def _keep_strings(account: Account, members: Iterable[Identity], report: Report) -> None:
    operands = account.state.operands
    known = operands.strings(report.strings)
    sums: dict[str, kpi.StringSums] = {}
    woke: dict[str, str] = {}
    for tags in members:
        newest = report.newest.get(tags.device_id)
        if newest is None or not tags.zone or tags.device_type != "inverter":
            continue
        time_ns, fields = newest
        today = local_date(tags.zone, time_ns / _NS).isoformat()
        if (kpi.pv_power(fields) or 0.0) > 0.0:
            woke[tags.plant_id] = today
        if tags.device_id in report.strings:
            stamp, currents = report.strings[tags.device_id]
            before = known.get(tags.device_id)
            after = kpi.add_row(before, today, stamp, currents)
            if after is not None and after is not before:
                sums[tags.device_id] = after
    operands.put_strings(sums)
    operands.put_woke(woke)


async def derived_lines(
    account: Account, interface: Interface, members: Mapping[str, Identity], report: Report
) -> list[bytes]:
    """Return a line of derived values for each live row of a plant, at its stamp; none for any other answer.

    Args:
        account: The account.
        interface: What was asked.
        members: The vendor's code of each plant asked to its tags.
        report: What the answer held.
    """
    if interface.role is not Role.LIVE or interface.subject is not Subject.PLANT:
        return []
    roster = account.roster()
    alarms = account.state.alarms.active(account.name)
    lines: list[bytes] = []
    some: list[tuple[Plant, Sequence[Device]]] = []
    size = 0
    for code, tags in members.items():
        plant = roster.by_code.get(code)
        if plant is None or tags.plant_id not in report.newest:
            continue
        devices = roster.devices_of.get(code, ())
        some.append((plant, devices))
        size += 1 + len(devices)
        if size >= _DEVICES_A_SLICE:
            lines += _lines(account, interface, some, report, alarms)
            some, size = [], 0
            await asyncio.sleep(0)
    return lines + _lines(account, interface, some, report, alarms)


def _lines(
    account: Account,
    interface: Interface,
    plants: Sequence[tuple[Plant, Sequence[Device]]],
    report: Report,
    alarms: Mapping[str, int],
) -> list[bytes]:
    state = account.state
    ids = [plant.plant_id for plant, _ in plants]
    newest = state.newest.of_many([d.device_id for _, devices in plants for d in devices], LIVE)
    strings = state.operands.strings(
        [d.device_id for _, devices in plants for d in devices if d.device_type == "inverter"]
    )
    now = account.clock.now()
    days, woke = state.operands.days(ids), state.operands.woke(ids)
    lines = []
    for plant, devices in plants:
        time_ns, fields = report.newest[plant.plant_id]
        values = kpi.derive(
            kpi.Operands(
                stamp_ns=time_ns,
                zone=account.zone_of(plant),
                capacity_kwp=account.presented(plant).capacity_kwp,
                day_yield_kwh=fields.get("day_yield_kwh"),
                inverters=_readings(devices, newest, "inverter"),
                meters=_readings(devices, newest, "meter"),
                batteries=_readings(devices, newest, "battery"),
                others=_readings(devices, newest, ""),
                alarms=alarms.get(plant.plant_id, 0) if account.alarm_turns.knows(plant.code, now) else None,
                woke=woke.get(plant.plant_id, ""),
                days=days.get(plant.plant_id, {}),
                strings=[strings[d.device_id] for d in devices if d.device_id in strings],
            )
        )
        if values:
            tags = [("vendor", plant.vendor), ("plant_id", plant.plant_id)]
            lines.append(line(interface.measurement, tags, list(values.items()), time_ns))
    return lines


def _readings(
    devices: Sequence[Device], newest: Mapping[str, NewestRow], device_type: str
) -> list[kpi.Reading | None]:
    """Return the newest reading of each device of a type; "" for all that have no part in a power."""
    chosen = [
        d
        for d in devices
        if d.device_type == device_type or (not device_type and d.device_type not in _POWERED)
    ]
    return [
        kpi.Reading(row.time_ns, row.fields) if (row := newest.get(d.device_id)) is not None else None
        for d in chosen
    ]
