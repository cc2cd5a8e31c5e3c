"""Answers of the list interfaces: plants, new and old, and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector.catalogue.fusionsolar import envelope as key
from collector.catalogue.fusionsolar import inventory as inv
from collector.simulator import questions
from collector.simulator.answers import CodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from collector.simulator.fleet import SimFleet
    from collector.simulator.members import SimDevice, SimPlant

PAGE = 100
_NEW = inv.PLANT_KEYS["stations"]
_OLD = inv.PLANT_KEYS["getStationList"]
_FAR_MS = 2**62
_GRID_CONNECTED = "2"
_KINDS = ("3", "2", "1")


def _page(
    plants: Sequence[SimPlant], number: int, size: int, row: Callable[[SimPlant], dict[str, Any]]
) -> dict[str, Any]:
    return {
        key.PAGE_LIST: [row(plant) for plant in plants[(number - 1) * size : number * size]],
        key.PAGE_COUNT: -(-len(plants) // size),
        key.PAGE_NO: number,
        key.PAGE_SIZE: size,
        key.PAGE_TOTAL: len(plants),
    }


def _page_number(asked: Mapping[str, Any]) -> int:
    number = questions.whole(asked.get(key.PAGE_NO))
    if number is None:
        raise CodeError(30004)
    if number < 1:
        raise CodeError(30021)
    return number


def stations(fleet: SimFleet, asked: Mapping[str, Any], *, texts: bool) -> dict[str, Any]:
    """Answer `stations`: 100 plants a page, capacity in kWp. Source: manual 9.1.3.

    Args:
        fleet: Plants and devices.
        asked: Request parameters.
        texts: Send latitude and longitude as texts, as some clouds do.

    Raises:
        CodeError: 30004 without page number, 30021 for one below 1, 20605 for a negative time.
    """
    number = _page_number(asked)
    begin, end = asked.get("gridConnectedStartTime"), asked.get("gridConnectedEndTime")
    plants = fleet.plants
    if begin is not None or end is not None:
        first = 0 if begin is None else questions.moment(begin)
        last = _FAR_MS if end is None else questions.moment(end)
        plants = [plant for plant in plants if first <= plant.connected.timestamp() * 1000 <= last]
    return _page(plants, number, PAGE, lambda plant: _station(plant, texts=texts))


def _station(plant: SimPlant, *, texts: bool) -> dict[str, Any]:
    latitude: object = plant.place.latitude if plant.position_listed else None
    longitude: object = plant.place.longitude if plant.position_listed else None
    if texts:
        latitude, longitude = ("" if value is None else f"{value:.6f}" for value in (latitude, longitude))
    return {
        _NEW.code: plant.code,
        _NEW.name: plant.name,
        "plantAddress": f"{plant.index + 1} Sun Street, {plant.place.town}",
        _NEW.longitude: longitude,
        _NEW.latitude: latitude,
        _NEW.capacity: plant.capacity_kwp if plant.capacity_listed else 0.0,
        "contactPerson": "",
        "contactMethod": "",
        _NEW.connected: plant.connected.isoformat(timespec="seconds"),
    }


def station_list(fleet: SimFleet, asked: Mapping[str, Any]) -> list[dict[str, Any]] | dict[str, Any]:
    """Answer `getStationList`: all plants at once, or in pages of 50 or 100; capacity in MW. Source: manual 9.4.2.

    Raises:
        CodeError: 30005 or 30006 for a missing or wrong page size, 30004 and 30021 as `stations`.
    """
    if asked.get(key.PAGE_NO) is None and asked.get(key.PAGE_SIZE) is None:
        return [_old_station(plant) for plant in fleet.plants]
    size = questions.whole(asked.get(key.PAGE_SIZE))
    if size is None:
        raise CodeError(30005)
    if size not in (50, 100):
        raise CodeError(30006)
    return _page(fleet.plants, _page_number(asked), size, _old_station)


def _old_station(plant: SimPlant) -> dict[str, Any]:
    return {
        _OLD.code: plant.code,
        _OLD.name: plant.name,
        "stationAddr": None,
        _OLD.capacity: plant.capacity_kwp / 1000 if plant.capacity_listed else 0.0,
        inv.BUILD_STATE: _GRID_CONNECTED,
        inv.COMBINE_TYPE: _KINDS[plant.index % len(_KINDS)],
        inv.AID_TYPE: 1,
        "stationLinkman": "",
        "linkmanPho": "",
    }


def device_list(fleet: SimFleet, asked_plants: Sequence[SimPlant]) -> list[dict[str, Any]]:
    """Answer `getDevList` for the plants of a call. Source: manual 9.1.5."""
    return [_device(device) for plant in asked_plants for device in fleet.devices_of(plant)]


def _device(device: SimDevice) -> dict[str, Any]:
    located = device.plant.position_listed
    return {
        inv.DEVICE_ID: device.id,
        inv.DEVICE_NAME: device.name,
        inv.DEVICE_PLANT: device.plant.code,
        inv.DEVICE_SERIAL: device.sn,
        inv.DEVICE_TYPE_ID: device.type_id,
        inv.DEVICE_SOFTWARE: device.software or None,
        inv.DEVICE_MODEL: device.model or None,
        inv.DEVICE_LONGITUDE: device.plant.place.longitude if located else None,
        inv.DEVICE_LATITUDE: device.plant.place.latitude if located else None,
    }
