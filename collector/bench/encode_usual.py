"""The usual way from an answer to a request: parse all, one client object a point, one gzip."""

from __future__ import annotations

import gzip
import json
import math
import statistics
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from collector.bench.encode_answer import INTERFACE, INVERTER, numbered
from collector.catalogue import fusionsolar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.model import Identity
    from collector.normaliser import Context


class Usual:
    """The usual way: parse all, one client object a point, one gzip as the client does it. Written apart from the normaliser.

    Args:
        context: What the answer is an answer to.
    """

    def __init__(self, context: Context) -> None:
        from influxdb_client.client.write.point import Point as ClientPoint

        rows = fusionsolar.documented_for(INTERFACE, INVERTER)
        self._point: Any = ClientPoint
        self._context = context
        self._envelope = fusionsolar.CATALOGUE.envelope(INTERFACE)
        self._own = [row for row in rows if not row.tag]
        self._volts, self._amps, self._mppt = (row for row in rows if row.tag)
        self._shown: dict[str, set[int]] = {}

    def __call__(self, body: bytes) -> tuple[str, bytes]:
        """Return the lines and what is sent of them."""
        self._shown = {}
        points = []
        for row in json.loads(body)[self._envelope.data]:
            identity = self._context.identities[str(row[self._context.interface.row_key])]
            moment = datetime.fromtimestamp(row[self._envelope.stamp] / 1000, UTC)
            items = row[self._envelope.items]
            points.append(self._device(identity, moment, items))
            points += self._strings(identity, moment, items)
            points += self._mppts(identity, moment, items)
        text = "\n".join(point.to_line_protocol() for point in points)
        return text, gzip.compress(text.encode())

    def _new(self, measurement: str, identity: Identity, moment: datetime) -> Any:
        point = self._point(measurement).tag("vendor", identity.vendor).tag("plant_id", identity.plant_id)
        point = point.tag("device_id", identity.device_id).tag("device_type", identity.device_type)
        return point.time(moment)

    def _device(self, identity: Identity, moment: datetime, items: dict[str, Any]) -> Any:
        point = self._new("pv_inverter", identity, moment)
        for row in self._own:
            if items[row.key] is not None:
                point.field(row.name, float(items[row.key] * row.factor))
        return point

    def _strings(self, identity: Identity, moment: datetime, items: dict[str, Any]) -> Iterator[Any]:
        known = self._shown.setdefault(identity.device_id, set())
        currents = {}
        for number in range(1, self._amps.numbers[INVERTER] + 1):
            current = items[numbered(self._amps, number)]
            if current is not None and (current > 0.1 or number in known):
                known.add(number)
                currents[number] = current
        middle = statistics.median(currents.values()) if currents else 0.0
        for number, current in currents.items():
            point = self._new("pv_string", identity, moment).tag("string", f"{number:02d}")
            point.field("voltage_v", float(items[numbered(self._volts, number)]))
            point.field("current_a", float(current))
            if middle > 1.0:
                point.field("dev_pct", math.floor(current / middle * 10_000 - 9_999.5) / 100)
            yield point

    def _mppts(self, identity: Identity, moment: datetime, items: dict[str, Any]) -> Iterator[Any]:
        for number in range(1, self._mppt.numbers[INVERTER] + 1):
            energy = items[numbered(self._mppt, number)]
            if energy:
                point = self._new("pv_mppt", identity, moment).tag("mppt", f"{number:02d}")
                yield point.field("energy_kwh", float(energy))
