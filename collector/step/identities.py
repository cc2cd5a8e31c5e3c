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
    roster = account.roster()
    known = roster.plant_tags if interface.subject is Subject.PLANT else roster.device_tags
    return {code: known[code] for code in batch.members if code in known}


def alarm_identities(account: Account, batch: Batch) -> dict[str, Identity]:
    """Return the tags of the plants of a batch by code, and of their devices by ``sn:`` and serial number."""
    roster = account.roster()
    known = {
        code: Identity(tags.vendor, tags.plant_id)
        for code in batch.members
        if (tags := roster.plant_tags.get(code)) is not None
    }
    for code in batch.members:
        for d in roster.devices_of.get(code, ()):
            if d.sn:
                known[f"sn:{d.sn}"] = Identity(d.vendor, d.plant_id, d.device_id, d.device_type, d.type_id)
    return known
