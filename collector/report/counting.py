"""How many points are stored of each device, and how full its last day is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collector.lineprotocol import Point

SLOT_NS = 300 * 1_000_000_000
SLOTS = 288
FIVE_MINUTE: Final = frozenset(
    {"pv_plant", "pv_inverter", "pv_string", "pv_mppt", "pv_meter", "pv_battery", "pv_emi"}
)
"""Measurements with a row every 5 minutes."""
_MEMBERS = ("device_id", "plant_id", "account")


@dataclass(slots=True)
class Count:
    """Points of one measurement and member.

    Attributes:
        points: Points stored in the range asked for.
        slots: Bits of the 5-minute slots of the last 24 h that hold a point.
    """

    points: int = 0
    slots: int = 0


class Counting:
    """Counts points by measurement and device; where there is no device, by plant or account.

    Args:
        now_ns: The 288 slots are the whole ones before it. [ns since epoch, UTC]
    """

    def __init__(self, now_ns: int) -> None:
        self._end = now_ns // SLOT_NS
        self._counts: dict[tuple[str, str], Count] = {}

    def add(self, point: Point) -> None:
        """Count a point."""
        tags = dict(point.tags)
        member = next((tags[key] for key in _MEMBERS if key in tags), "")
        count = self._counts.setdefault((point.measurement, member), Count())
        count.points += 1
        slot = point.time_ns // SLOT_NS - self._end + SLOTS
        if 0 <= slot < SLOTS:
            count.slots |= 1 << slot

    def rows(self) -> list[dict[str, Any]]:
        """Return the counts, by measurement and member; the share is None where rows do not come every 5 minutes."""
        return [
            {
                "measurement": measurement,
                "id": member,
                "points": count.points,
                "slots_24h": count.slots.bit_count() if measurement in FIVE_MINUTE else None,
                "share_24h": round(count.slots.bit_count() / SLOTS, 4)
                if measurement in FIVE_MINUTE
                else None,
            }
            for (measurement, member), count in sorted(self._counts.items())
        ]
