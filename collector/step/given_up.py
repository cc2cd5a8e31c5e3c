"""What the spool had to give up before the database took it: its periods count as missing again, and are read once more."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Role, Span, Subject
from collector.lineprotocol import parse
from collector.packing import unpack
from collector.periods import number_of
from collector.zones import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from collector.step.account import Account
    from collector.store.spool import StoredBatch

DAY_NS = 86_400_000_000_000
_ID = {Subject.PLANT: "plant_id", Subject.DEVICE: "device_id"}


def missing_again(accounts: Mapping[str, Account], batches: Iterable[StoredBatch]) -> None:
    """Mark as missing what was given up of the past. What was live is no loss: its day is read from history when it has ended."""
    for batch in batches:
        account = accounts.get(batch.account)
        interface = account.vendor.interfaces.get(batch.interface) if account is not None else None
        if account is None or interface is None or interface.role not in (Role.CALENDAR, Role.HISTORY):
            continue
        try:
            lines = unpack(batch.body)
        except zlib.error:
            # Damaged, and given up for that: nothing can be said about its lines.
            continue
        account.past.lose(interface, _periods(account, interface, lines))


def _periods(
    account: Account, interface: Interface, lines: Sequence[bytes]
) -> dict[str, set[tuple[int, int]]]:
    """Return the periods of the members that the lines tell of."""
    zones = account.zones(interface)
    codes = (
        {d.device_id: d.code for d in account.devices}
        if interface.subject is Subject.DEVICE
        else {p.plant_id: p.code for p in account.plants}
    )
    found: dict[str, set[tuple[int, int]]] = {}
    seen: set[tuple[bytes, int]] = set()
    for text in lines:
        head, day = text.partition(b" ")[0], int(text.rpartition(b" ")[2]) // DAY_NS
        if (head, day) in seen:
            continue
        seen.add((head, day))
        point = parse(text)
        member = codes.get(dict(point.tags).get(_ID[interface.subject], ""))
        if member is None or not point.measurement.startswith("pv_"):
            continue
        if interface.span in (Span.DATE, Span.RANGE):
            # A day of UTC has a part in two local ones.
            zone = zones.get(member, "")
            dates = {local_date(zone, day * 86_400.0), local_date(zone, (day + 1) * 86_400.0 - 1)}
        else:
            dates = {datetime.fromtimestamp(point.time_ns / 1e9, UTC).date()}
        numbers = {number_of(interface.span, one) for one in dates}
        found.setdefault(member, set()).update((n, n) for n in numbers)
    return found
