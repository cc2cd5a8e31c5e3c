"""What a fresh list changes in what is known: arrivals, departures after two complete lists, and the words for both. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from collector.model import Device, Plant

# One empty list after a refusal is common; two complete lists in a row are a fact. Source: observed.
GONE_AFTER = 2


def merge_plants(known: Iterable[Plant], listed: Iterable[Plant]) -> tuple[list[Plant], list[str]]:
    """Return the plants after a complete list, and what came and went in words.

    A plant absent from this list is kept until it was absent twice in a row. Access and zone facts survive, and so does what
    only the other plant list tells.
    """
    before = {p.code: p for p in known}
    news: list[str] = []
    after: list[Plant] = []
    for plant in {p.code: p for p in listed}.values():
        old = before.pop(plant.code, None)
        if old is None:
            news.append(f"plant {plant.name or plant.code} came")
            after.append(plant)
        else:
            after.append(_surviving(old, plant))
    for old in before.values():
        if old.missed + 1 >= GONE_AFTER:
            news.append(f"plant {old.name or old.code} is gone")
        else:
            after.append(replace(old, missed=old.missed + 1))
    return after, news


def _surviving(old: Plant, new: Plant) -> Plant:
    return replace(
        new,
        latitude=old.latitude if new.latitude is None else new.latitude,
        longitude=old.longitude if new.longitude is None else new.longitude,
        connected=new.connected or old.connected,
        zone=old.zone or new.zone,
        access=old.access,
        access_since=old.access_since,
    )


def merge_devices(
    known: Iterable[Device], asked: Collection[str], listed: Iterable[Device]
) -> tuple[list[Device], list[str]]:
    """Return the devices after a complete list of the plants `asked` (their codes), and what came and went in words.

    A device is kept once: one that has moved to a plant of this list leaves its old plant.
    """
    fresh = {d.code: d for d in listed}
    before: dict[str, Device] = {}
    after: list[Device] = []
    for device in known:
        if device.plant_code in asked or device.code in fresh:
            before[device.code] = device
        else:
            after.append(device)
    news: list[str] = []
    for device in fresh.values():
        old = before.pop(device.code, None)
        if old is None:
            news.append(f"device {device.name or device.code} came")
        after.append(device)
    for old in before.values():
        if old.missed + 1 >= GONE_AFTER:
            news.append(f"device {old.name or old.code} is gone")
        else:
            after.append(replace(old, missed=old.missed + 1))
    return after, news


def devices_of(devices: Iterable[Device], plants: Collection[str]) -> list[Device]:
    """Return the devices whose plant is among `plants` (stored ids)."""
    return [d for d in devices if d.plant_id in plants]
