"""What becomes of one vendor key: name, place, scale, sign and the numbers that are no readings."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collector.catalogue.terms import Field, Sentinels

TOO_LARGE: Final = 1e300  # scaling could make it infinite

_POWERS: Final = frozenset({"kW", "kvar", "kVA"})
_PER_KILO: Final = {"W": 1000.0, "kW": 1.0}
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class Column:
    """What becomes of one vendor key.

    Attributes:
        key: Vendor key, with its number put in.
        name: Stored field name.
        measurement: Where it is stored.
        tag: Tag that carries `number`; "" on the own line of the device or plant.
        number: String or MPPT, from 1; 0 on the own line.
        times: stored = sent × times ÷ over; negative where the sign is turned.
        over: See `times`.
        numbers: Numbers, as sent, that are no readings.
        bands: Ranges, as sent, that are no readings.
        doubt: A value of this magnitude or more is looked at twice. As sent.
        known: False where the catalogue has no such key.
    """

    key: str
    name: str
    measurement: str
    tag: str = ""
    number: int = 0
    times: float = 1.0
    over: float = 1.0
    numbers: frozenset[float] = frozenset()
    bands: tuple[tuple[float, float], ...] = ()
    doubt: float = math.inf
    known: bool = True

    @property
    def scaled(self) -> bool:
        """True where sent and stored number differ."""
        return self.times != 1.0 or self.over != 1.0

    def is_sentinel(self, sent: float) -> bool:
        """Return whether the number is a mark and no reading."""
        return sent in self.numbers or any(low <= sent <= high for low, high in self.bands)

    def is_too_large(self, sent: float) -> bool:
        """Return whether scaling could make the number infinite."""
        return self.scaled and abs(sent) >= TOO_LARGE


@dataclass(frozen=True, slots=True)
class Habits:
    """What the settings say about the devices of an account.

    Attributes:
        unit: ``W`` or ``kW`` where all powers of the device type come in that unit; "" as the catalogue says.
        turned: "grid", "battery": whose sign is turned.
    """

    unit: str = ""
    turned: frozenset[str] = frozenset()


def column_of(row: Field, key: str, number: int, sentinels: Sentinels, habits: Habits) -> Column:
    """Return what becomes of a field of the catalogue under one of its keys."""
    times, over = _ratio(row.factor)
    if habits.unit and row.stored in _POWERS:
        times, over = 1.0, _PER_KILO[habits.unit]
    bands = tuple((low * over / times, high * over / times) for low, high in sentinels.bands)
    name = row.name
    if row.sign in habits.turned:
        if row.mirror:
            name = row.mirror
        else:
            times = -times
    edges = [min(abs(low), abs(high)) if low * high > 0 else 0.0 for low, high in bands]
    if (times, over) != (1.0, 1.0):
        edges.append(TOO_LARGE)
    return Column(
        key,
        name,
        row.measurement,
        row.tag,
        number,
        times,
        over,
        sentinels.numbers,
        bands,
        min(edges, default=math.inf),
    )


def unknown_column(key: str, measurement: str, taken: set[str]) -> Column:
    """Return where a key goes that the catalogue does not know.

    Two keys that differ only in what a name cannot hold get names of their own.
    """
    name = plain = f"vendor_{_NOT_IN_A_NAME.sub('_', key)}"
    again = 2
    while name in taken:
        name, again = f"{plain}_{again}", again + 1
    taken.add(name)
    return Column(key, name, measurement, known=False)


def _ratio(factor: float) -> tuple[float, float]:
    """A factor as times and over: what is sent in thousandths is divided by 1000, which keeps short decimals short."""
    if factor >= 1.0:
        return factor, 1.0
    return 1.0, round(1.0 / factor, 9)
