"""Rows of the restricted inverter interface, cs/getInventerRealKpi. Source: manual 9.3.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector.catalogue.fusionsolar import envelope as key
from collector.catalogue.fusionsolar.fields import documented_for
from collector.simulator.members import RESIDENTIAL_INVERTER
from collector.simulator.sun import SLOT_MS

if TYPE_CHECKING:
    from collector.simulator.members import SimDevice
    from collector.simulator.truth import Truth

_HOME_INPUTS = 8
_STRING_INPUTS = 24


def inverter_row(truth: Truth, device: SimDevice, now_ms: int) -> dict[str, Any]:
    """Return an inverter's live row, stamped in seconds; strings as lists, null where there is none."""
    plant = device.plant
    day, slot = truth.place_in_day(plant, now_ms)
    reading = truth.readings.device(device, day, slot)
    active = truth.fleet.alarms.of(device, now_ms)
    live = truth.plant_live(plant, now_ms)
    inputs = _HOME_INPUTS if device.type_id == RESIDENTIAL_INVERTER else _STRING_INPUTS
    missing = [None] * (inputs - len(device.strings))
    share = device.capacity_kwp * device.gain * plant.ratio / (truth.households.power_kwp(plant) or 1.0)
    values: dict[str, Any] = dict(reading.values) | {
        "output_power_kw": reading.values["active_power_kw"],
        "month_yield_kwh": (live["month_power"] or 0.0) * share,
        "alarm_status": 0.0 if active else 1.0,
        "collector_sn": f"SIM{plant.index:06d}",
        "software": device.software,
        "error_code": ",".join(str(alarm.kind.alarm_id) for alarm in active),
        "sn": device.sn,
        "manufacturer": "Simulated",
        "grid_standard": "EN50549",
        "voltage_v": [round(volts, 2) for volts, _ in reading.strings] + missing,
        "current_a": [round(amperes, 2) for _, amperes in reading.strings] + missing,
    }
    items: dict[str, Any] = {key.INVERTER_TIME: now_ms // SLOT_MS * SLOT_MS // 1000}
    for row in documented_for("getInventerRealKpi", device.type_id):
        value = values.get(row.name)
        items[row.key] = round(value, 3) if isinstance(value, float) else value
    return {key.INVERTER_ITEMS: [items], "sn": device.sn}
