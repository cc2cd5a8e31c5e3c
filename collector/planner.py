"""Which call deserves the next free moment. Pure: nothing is queued, every question is answered from what is known now.

Within one interface: closing a period before refreshing an open one; live sweeps take the batch that waited longest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from collector import periods
from collector.catalogue.terms import Interface, Span
from collector.coverage import SETTLE_S
from collector.model import Batch
from collector.zones import largest_offset_s, offset_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from collector.coverage import Held
    from collector.model import Device, Plant

LIVE_EVERY_S = 300.0
OPEN_EVERY_S = 300.0
LIST_EVERY_S = 86_400.0
IDLE_S = 3_600.0

FAR_EAST_S = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Ask:
    """The call that is worth most now.

    Attributes:
        batch: Whom to ask about.
        period: Coverage key, see `collector.periods`.
        closing: True where the answer can close a period for at least one member.
    """

    batch: Batch
    period: str = ""
    closing: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is worth a call before `until`. [s since epoch, UTC]"""

    until: float


Choice = Ask | Rest

# Batch and period to the moment before which they are passed over, because their last answer was of no use. [s since epoch, UTC]
Resting = Mapping[tuple[Batch, str], float]
NONE_REST: Resting = MappingProxyType({})


def chunked(members: Sequence[str], size: int, type_id: int | None = None) -> list[Batch]:
    """Return the members in batches of at most `size`, in their order."""
    return [Batch(tuple(members[i : i + size]), type_id) for i in range(0, len(members), size)]


def plant_batches(interface: Interface, plants: Iterable[Plant], now: float) -> list[Batch]:
    """Return the plants in as few calls as the interface allows, neighbours in time zone together.

    One ``collectTime`` of an hour interface cannot name one date for plants on both sides of UTC+12: these are kept apart, all
    year, because yesterday may have had the other offset of the year.
    """
    ordered = sorted(plants, key=lambda p: (offset_s(p.zone, now), p.code))
    if interface.span is not Span.DATE:
        return chunked([p.code for p in ordered], interface.batch_size)
    near = [p.code for p in ordered if largest_offset_s(p.zone, now) <= FAR_EAST_S]
    far = [p.code for p in ordered if largest_offset_s(p.zone, now) > FAR_EAST_S]
    return chunked(near, interface.batch_size) + chunked(far, interface.batch_size)


def device_batches(interface: Interface, devices: Iterable[Device]) -> list[Batch]:
    """Return the devices that the interface serves in as few calls as it allows: one type a call."""
    by_type: dict[int, list[str]] = {}
    by_sn = interface.batch_key == "sns"
    for device in sorted(devices, key=lambda d: (d.type_id, d.plant_code, d.code)):
        member = device.sn if by_sn else device.code
        if device.type_id in interface.device_types and member:
            by_type.setdefault(device.type_id, []).append(member)
    return [
        b for type_id in sorted(by_type) for b in chunked(by_type[type_id], interface.batch_size, type_id)
    ]


def next_in_turn(
    batches: Sequence[Batch],
    asked: Mapping[Batch, float],
    now: float,
    every_s: float,
    *,
    period: str = "",
    resting: Resting = NONE_REST,
) -> Choice:
    """Choose the batch that waited longest; none is asked again before `every_s` [s] have passed."""
    if not batches:
        return Rest(now + IDLE_S)
    dues = {b: max(asked.get(b, 0.0) + every_s, resting.get((b, period), 0.0)) for b in batches}
    batch = min(batches, key=dues.__getitem__)
    return Ask(batch, period) if dues[batch] <= now else Rest(dues[batch])


@dataclass(frozen=True, slots=True)
class _Phase:
    """What one zone makes of a moment for one span: the running period, and the last one that has settled."""

    running: str
    settled: str

    @classmethod
    def of(cls, span: Span, zone: str, now: float) -> _Phase:
        settled = periods.before(periods.current(span, zone, now - SETTLE_S))
        return cls(periods.current(span, zone, now), settled)


def _survey(
    batch: Batch,
    held: Mapping[str, Mapping[str, Held]],
    phases: Mapping[str, _Phase],
) -> tuple[Counter[str], dict[str, float]]:
    """Return how many members each settled period would close, and when each running period was last read."""
    closable: Counter[str] = Counter()
    running: dict[str, float] = {}
    for member in batch.members:
        phase = phases[member]
        known = held.get(member, {})
        if phase.settled != periods.LIFE:
            last = known.get(phase.settled)
            if last is None or not last.closed:
                closable[phase.settled] += 1
        row = known.get(phase.running)
        asked = row.asked_at if row is not None else max((h.asked_at for h in known.values()), default=0.0)
        running[phase.running] = min(running.get(phase.running, asked), asked)
    return closable, running


def next_period(
    interface: Interface,
    batches: Sequence[Batch],
    held: Mapping[str, Mapping[str, Held]],
    zones: Mapping[str, str],
    now: float,
    *,
    resting: Resting = NONE_REST,
) -> Choice:
    """Choose a batch and a period of a calendar interface.

    Args:
        interface: One with span date, month, year or life.
        batches: The account's plants in batches.
        held: Member to period to what is held of it.
        zones: Member to zone name.
        now: [s since epoch, UTC]
        resting: What is passed over for now.

    Returns:
        First what was never read, then the call that closes a settled period for the most members, then the running period read longest ago.
    """
    by_zone = {name: _Phase.of(interface.span, name, now) for name in {"", *zones.values()}}
    closings: list[tuple[int, Ask]] = []
    runnings: list[tuple[float, Ask]] = []
    wake = now + IDLE_S
    for batch in batches:
        closable, running = _survey(batch, held, {m: by_zone[zones.get(m, "")] for m in batch.members})
        for key in {*closable, *running}:
            rests = resting.get((batch, key), 0.0)
            if rests > now:
                wake = min(wake, rests)
                closable.pop(key, None)
                running.pop(key, None)
        closings += [(count, Ask(batch, key, closing=True)) for key, count in closable.items()]
        runnings += [(asked, Ask(batch, key)) for key, asked in running.items()]
    # The first of equals is taken, so that batches keep their order.
    oldest = min(runnings, key=lambda c: c[0], default=None)
    best = max(closings, key=lambda c: c[0], default=None)
    # What was never read at all comes before the first closing: it shows something at once.
    if best is not None and (oldest is None or oldest[0] > 0.0):
        return best[1]
    if oldest is None:
        return Rest(wake)
    due = oldest[0] + OPEN_EVERY_S
    return oldest[1] if due <= now else Rest(min(due, wake))


def is_far_east(batch: Batch, zones: Mapping[str, str], now: float) -> bool:
    """Tell whether the batch holds the plants beyond UTC+12."""
    return bool(batch.members) and largest_offset_s(zones.get(batch.members[0], ""), now) > FAR_EAST_S
