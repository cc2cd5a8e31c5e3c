"""Members in as few calls as an interface allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Span
from collector.model import Batch
from collector.zones import largest_offset_s, offset_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from collector.model import Device, Plant

FAR_EAST_S = 12 * 3600.0


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


def history_batches(
    interface: Interface, devices: Iterable[Device], zones: Mapping[str, str], now: float
) -> list[Batch]:
    """Return the devices as `device_batches` does, but neighbours in time zone together: their days begin together.

    Args:
        interface: One that answers for days.
        devices: Devices of any type.
        zones: Device code to zone name.
        now: [s since epoch, UTC]
    """
    by_type: dict[tuple[int, bool], list[tuple[float, str, str]]] = {}
    offsets: dict[str, tuple[float, bool]] = {}
    for device in devices:
        if device.type_id not in interface.device_types:
            continue
        zone = zones.get(device.code, "")
        if zone not in offsets:
            offsets[zone] = (offset_s(zone, now), largest_offset_s(zone, now) > FAR_EAST_S)
        offset, far = offsets[zone]
        apart = far and interface.span is Span.DATE
        by_type.setdefault((device.type_id, apart), []).append((offset, device.plant_code, device.code))
    return [
        b
        for key in sorted(by_type)
        for b in chunked([code for _, _, code in sorted(by_type[key])], interface.batch_size, key[0])
    ]


def is_far_east(batch: Batch, zones: Mapping[str, str], now: float) -> bool:
    """Tell whether the batch holds the plants beyond UTC+12."""
    return bool(batch.members) and largest_offset_s(zones.get(batch.members[0], ""), now) > FAR_EAST_S
