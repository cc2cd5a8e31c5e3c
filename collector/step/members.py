"""What becomes of single plants and devices: access that is denied or given back, and departure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from collector.normaliser.info import plant_info
from collector.step.own_rows import moment_ns, spool_own

if TYPE_CHECKING:
    from collections.abc import Collection

    from collector.catalogue.terms import Interface
    from collector.model import Device
    from collector.step.account import Account

OK = "ok"
INFO_ROWS = "pv_plant_info"


def set_access(account: Account, interface: Interface, member: str, words: str, now: float) -> None:
    """Note and tell whether a member may be read at an interface; a device leaves its plant as it is."""
    names = {d.code: d.name for d in account.devices} | {p.code: p.name for p in account.plants}
    subject = f"{interface.name} of {names.get(member) or member}"
    if words == OK:
        account.faults.end(subject)
    else:
        account.faults.begin(subject, words, now)
    if not any(p.code == member and p.access != words for p in account.plants):
        return
    account.plants = [
        replace(p, access=words, access_since=now) if p.code == member else p for p in account.plants
    ]
    account.state.inventory.save_plants(account.name, account.plants)
    for plant in account.plants:
        if plant.code == member:
            row = plant_info(
                account.presented(plant), currency=account.config.currency, time_ns=moment_ns(now)
            )
            spool_own(account.state, account.name, INFO_ROWS, row, now)


def forget(account: Account, plants: Collection[str], devices: Collection[Device]) -> None:
    """Forget what was known of plants (codes) and devices that are gone."""
    if not plants and not devices:
        return
    members = {*plants, *(d.code for d in devices)}
    account.permissions.forget(members)
    account.past.forget(members)
    for interface, held in account.held.items():
        gone = held.keys() & members
        account.state.coverage.forget(account.name, interface, gone)
        for member in gone:
            del held[member]
    account.alarm_turns.forget(plants)
    for key in {p.plant_id for p in account.plants if p.code in plants} | {d.device_id for d in devices}:
        account.state.newest.forget(key)
        account.state.operands.forget(key)
