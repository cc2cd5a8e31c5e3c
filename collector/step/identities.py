"""Under which stored tags the members of a call are kept, by the vendor's own codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Subject
from collector.model import Identity

if TYPE_CHECKING:
    from collector.model import Batch
    from collector.step.account import Account


def identities(account: Account, interface: Interface, batch: Batch) -> dict[str, Identity]:
    """Return the tags of every member of a batch, by the code under which rows will name it."""
    members = frozenset(batch.members)
    if interface.subject is Subject.PLANT:
        return {
            p.code: Identity(p.vendor, p.plant_id, zone=account.zone_of(p))
            for p in account.plants
            if p.code in members
        }
    zones = {p.plant_id: account.zone_of(p) for p in account.plants}
    return {
        code: Identity(d.vendor, d.plant_id, d.device_id, d.device_type, d.type_id, zones.get(d.plant_id, ""))
        for d in account.devices
        for code in (d.code, d.sn)
        if code in members
    }


def alarm_identities(account: Account, batch: Batch) -> dict[str, Identity]:
    """Return the tags of the plants of a batch by code, and of their devices by ``sn:`` and serial number."""
    members = frozenset(batch.members)
    known = {p.code: Identity(p.vendor, p.plant_id) for p in account.plants if p.code in members}
    for d in account.devices:
        if d.sn and d.plant_code in members:
            known[f"sn:{d.sn}"] = Identity(d.vendor, d.plant_id, d.device_id, d.device_type, d.type_id)
    return known
