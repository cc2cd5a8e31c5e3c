"""Whether a device's power fits its own energy counters: a factor near 1 000 means that its unit is set wrong. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.lineprotocol import Point

POWER: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "pv_meter": ("active_power_kw", ("export_kwh", "import_kwh")),
    "pv_battery": ("power_kw", ("charge_kwh", "discharge_kwh")),
}
"""Measurement to its power and to the counters that the power fills."""
LONGEST_STEP_S = 900.0
LEAST_KWH = 0.5
FAR = 100.0
"""Power and counters may differ by sampling and losses, but not by this factor."""


@dataclass(slots=True)
class Balance:
    """Energy of one device, told twice.

    Attributes:
        from_power_kwh: Power integrated over time. [kWh]
        from_counters_kwh: What the counters grew by meanwhile. [kWh]
    """

    from_power_kwh: float = 0.0
    from_counters_kwh: float = 0.0
    _last: tuple[float, float, tuple[float, ...]] | None = None

    @property
    def unit(self) -> str:
        """The unit in which the device really sends its power, where the present one is wrong; else ""."""
        if max(self.from_power_kwh, self.from_counters_kwh) < LEAST_KWH or not (
            self.from_power_kwh and self.from_counters_kwh
        ):
            return ""
        factor = self.from_power_kwh / self.from_counters_kwh
        return "W" if factor > FAR else "kW" if factor < 1 / FAR else ""

    def add(self, moment: float, power_kw: float, counters: tuple[float, ...]) -> None:
        """Add a reading; moments must grow. Resets of counters and long gaps are left out. [s since epoch, UTC]"""
        if self._last is not None:
            then, before_kw, before = self._last
            grown = [now - was for now, was in zip(counters, before, strict=True)]
            if 0 < moment - then <= LONGEST_STEP_S and min(grown) >= 0:
                self.from_power_kwh += (abs(power_kw) + abs(before_kw)) / 2 * (moment - then) / 3_600
                self.from_counters_kwh += sum(grown)
        self._last = (moment, power_kw, counters)


@dataclass(slots=True)
class Balances:
    """Balances of devices, by device_id."""

    of: dict[str, Balance] = field(default_factory=dict)

    def add(self, point: Point) -> None:
        """Add a stored point; those without power or without all counters are left out."""
        power, counters = POWER[point.measurement]
        values = [point.fields.get(name) for name in (power, *counters)]
        numbers = [v for v in values if isinstance(v, float)]
        device_id = dict(point.tags).get("device_id", "")
        if len(numbers) == len(values) and device_id:
            balance = self.of.setdefault(device_id, Balance())
            balance.add(point.time_ns / 1e9, numbers[0], tuple(numbers[1:]))
