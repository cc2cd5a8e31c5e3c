"""The plan of an interface and device type: what becomes of each vendor key. Compiled once out of the catalogue."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from collector.catalogue.terms import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collector.catalogue.terms import Catalogue, Field, Interface

# A numbered part of a device is stored once this field of it has been above this value: clouds send zeros for parts that do
# not exist. A part that is known to exist keeps its zeros, but a lifetime counter at zero counts nothing and is left out.
STRING_TAG: Final = "string"
CURRENT: Final = "current_a"
MPPT_ENERGY: Final = ("mppt", "energy_kwh")
SHOWN_ABOVE: Final[Mapping[tuple[str, str], float]] = {(STRING_TAG, CURRENT): 0.1, MPPT_ENERGY: 0.0}

_POWERS: Final = frozenset({"kW", "kvar", "kVA"})
_PER_KILO: Final = {"W": 1000.0, "kW": 1.0}
_TOO_LARGE: Final = 1e300  # a factor would make it infinite
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class Column:
    """What becomes of one vendor key.

    Attributes:
        name: Stored field name.
        measurement: Where it is stored.
        order: Place in its line.
        tag: Tag that carries `number`; "" on the device's own line.
        number: String or MPPT, from 1; 0 on the device's own line.
        times: stored = sent × times ÷ over; negative where the sign is turned.
        over: See `times`.
        numbers: Numbers, as sent, that are no readings.
        bands: Ranges, as sent, that are no readings.
        doubt: Values of this magnitude or more are looked at twice.
    """

    name: str
    measurement: str
    order: int
    tag: str = ""
    number: int = 0
    times: float = 1.0
    over: float = 1.0
    numbers: frozenset[float] = frozenset()
    bands: tuple[tuple[float, float], ...] = ()
    doubt: float = math.inf

    @property
    def scaled(self) -> bool:
        """True where sent and stored number differ."""
        return self.times != 1.0 or self.over != 1.0

    def is_sentinel(self, sent: float) -> bool:
        """Return whether the number is a mark and no reading."""
        return sent in self.numbers or any(low <= sent <= high for low, high in self.bands)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What becomes of the rows of one interface and device type.

    Attributes:
        own: Measurement of the device's, or plant's, own line.
        columns: Vendor key, with its number put in, to what becomes of it.
        lists: Vendor keys whose value is a list with one item a number.
        texts: Vendor keys that hold text, which readings do not keep.
        marks: All exact sentinels of all columns.
    """

    own: str
    columns: Mapping[str, Column]
    lists: frozenset[str]
    texts: frozenset[str]
    marks: frozenset[float]


@lru_cache(maxsize=256)
def plan_for(
    catalogue: Catalogue, interface: Interface, type_id: int | None, unit: str, turned: frozenset[str]
) -> Plan:
    """Return the plan of an interface and device type.

    Args:
        catalogue: The vendor's.
        interface: Which interface answered.
        type_id: Device type; None for plants.
        unit: ``W`` or ``kW`` where this type's powers all come in that unit; "" as the catalogue says.
        turned: "grid", "battery": whose sign this account turns.
    """
    own = interface.measurement
    if not own and type_id is not None:
        own = catalogue.device_measurement(type_id) or f"pv_{catalogue.device_type(type_id)}"
    columns: dict[str, Column] = {}
    lists, texts = set(), set()
    for order, row in enumerate(catalogue.fields_for(interface.name, type_id)):
        if row.kind is Kind.TEXT:
            texts.add(row.key)
            continue
        if row.listed:
            lists.add(row.key)
        for key, number in _keys(row, type_id):
            columns[key] = _column(row, catalogue, order, number, unit=unit, turned=turned)
    marks = frozenset().union(*(column.numbers for column in columns.values()))
    return Plan(own, columns, frozenset(lists), frozenset(texts), marks)


def list_key(key: str, number: int) -> str:
    """Return the name under which an item of a list, from 1, is planned."""
    return f"{key}[{number}]"


def vendor_name(key: str) -> str:
    """Return the stored name of a key that the catalogue does not know."""
    return f"vendor_{_NOT_IN_A_NAME.sub('_', key)}"


def _keys(row: Field, type_id: int | None) -> Iterator[tuple[str, int]]:
    if not row.tag:
        yield row.key, 0
        return
    last = max(row.numbers.values(), default=0)
    if type_id is not None:
        last = row.numbers.get(type_id, last)
    for number in range(1, last + 1):
        yield list_key(row.key, number) if row.listed else row.key.replace("{n}", str(number)), number


def _column(
    row: Field, catalogue: Catalogue, order: int, number: int, *, unit: str, turned: frozenset[str]
) -> Column:
    times, over = _ratio(row.factor)
    if unit and row.stored in _POWERS:
        times, over = 1.0, _PER_KILO[unit]
    sentinels = catalogue.sentinels(row)
    bands = tuple((low * over / times, high * over / times) for low, high in sentinels.bands)
    name = row.name
    if row.sign in turned:
        if row.mirror:
            name = row.mirror
        else:
            times = -times
    edges = [min(abs(low), abs(high)) if low * high > 0 else 0.0 for low, high in bands]
    if (times, over) != (1.0, 1.0):
        edges.append(_TOO_LARGE)
    return Column(
        name,
        row.measurement,
        order,
        row.tag,
        number,
        times,
        over,
        sentinels.numbers,
        bands,
        min(edges, default=math.inf),
    )


def _ratio(factor: float) -> tuple[float, float]:
    """A factor as times and over: 1/1000 divides by 1000, which keeps short decimals short."""
    if factor >= 1.0:
        return factor, 1.0
    return 1.0, round(1.0 / factor, 9)


def is_too_large(column: Column, sent: float) -> bool:
    """Return whether scaling could make the number infinite."""
    return column.scaled and abs(sent) >= _TOO_LARGE
