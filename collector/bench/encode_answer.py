"""A made answer: what string inverters send for some days of 5-minute history, with every key that the manual lists."""

from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING

from collector.catalogue import fusionsolar
from collector.model import Identity
from collector.normaliser import Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.catalogue.terms import Field

INTERFACE = "getDevHistoryKpi"
INVERTER = 1
STRINGS, MPPTS = 14, 4
FIRST_MS = 1_501_862_400_000
STEPS_A_DAY, DAWN, DUSK = 288, 64, 224


def make_answer(devices: int, rows: int, seed: int = 1) -> tuple[bytes, Context]:
    """Return an answer and what it is an answer to; the same seed gives the same bytes."""
    chance = random.Random(seed)  # noqa: S311  pretended weather
    interface = fusionsolar.INTERFACES[INTERFACE]
    envelope = fusionsolar.CATALOGUE.envelope(INTERFACE)
    codes = [str(1_000_000_137_278_685 + device) for device in range(devices)]
    data = []
    for code in codes:
        total = chance.uniform(1e4, 2e5)
        for step in range(rows):
            sun = _sun(step) * chance.uniform(0.7, 1.0)
            total += sun * 5
            data.append(
                {
                    envelope.items: dict(_items(sun, total, chance)),
                    interface.row_key: int(code),
                    envelope.stamp: FIRST_MS + step * 300_000,
                }
            )
    answer = {envelope.data: data, envelope.params: {envelope.now: FIRST_MS + rows * 300_000}}
    identities = {
        code: Identity(fusionsolar.VENDOR, "NE=33554785", code, "inverter", INVERTER) for code in codes
    }
    return json.dumps(answer, separators=(",", ":")).encode(), Context(
        interface, identities, type_id=INVERTER
    )


def _sun(step: int) -> float:
    """Share of full sun at a 5-minute step; 0 at night."""
    of_day = step % STEPS_A_DAY
    return math.sin(math.pi * (of_day - DAWN + 1) / (DUSK - DAWN + 1)) if DAWN <= of_day < DUSK else 0.0


def _items(sun: float, total: float, chance: random.Random) -> Iterator[tuple[str, float | None]]:
    for row in fusionsolar.documented_for(INTERFACE, INVERTER):
        if not row.tag:
            yield row.key, _own_value(row, sun, total, chance)
            continue
        live = STRINGS if row.tag == "string" else MPPTS
        for number in range(1, row.numbers[INVERTER] + 1):
            key = numbered(row, number)
            if number > live:
                yield key, 0
            elif not sun:
                yield key, None
            elif row.stored == "A":
                yield key, round(9 * sun * chance.uniform(0.9, 1.05) + 0.2, 2)
            elif row.stored == "V":
                yield key, round(560 + 60 * chance.random(), 1)
            else:
                yield key, round(total / MPPTS, 2)


def _own_value(row: Field, sun: float, total: float, chance: random.Random) -> float | None:
    if row.unit == "ms":
        return None
    if not sun:
        return {"kWh": round(total, 2), "": 40960}.get(row.stored, 0)
    typical = {
        "kWh": round(total, 2),
        "": 512,
        "kW": round(30 * sun, 3),
        "V": round(chance.uniform(280, 500), 1),
    }
    return typical.get(row.stored, round(chance.uniform(0, 50) * sun, 2))


def numbered(row: Field, number: int) -> str:
    """Return the vendor key of a numbered field."""
    return row.key.replace("{n}", str(number))
