"""The plan of an interface and device type: what its rows may hold. Compiled once out of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from collector.catalogue.terms import Kind
from collector.normaliser.columns import Column, Habits, column_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collector.catalogue.terms import Catalogue, Field, Interface
    from collector.normaliser.pattern import Pattern

    Shape = tuple[tuple[bool, ...], tuple[str, ...], tuple[tuple[str, frozenset[int]], ...]]
    """Slots that hold values, names of tags, parts that are shown."""

# A numbered part of a device is stored once this field of it has been above this value: clouds send zeros for parts that do
# not exist. A part that is known to exist keeps its zeros, but a lifetime counter at zero counts nothing and is left out.
CURRENT: Final = ("string", "current_a")
MPPT_ENERGY: Final = ("mppt", "energy_kwh")
SHOWN_ABOVE: Final[Mapping[tuple[str, str], float]] = {CURRENT: 0.1, MPPT_ENERGY: 0.0}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What the rows of one interface and device type may hold.

    Attributes:
        own: Measurement of the device's, or plant's, own line.
        columns: What becomes of each vendor key, in the order of the catalogue.
        lists: Vendor keys whose value is a list with one item a number.
        texts: Vendor keys that hold text, which readings do not keep.
        marks: All exact sentinels of all columns.
        shapes: What is the same for all members whose rows hold values in the same slots, kept from answer to answer.
    """

    own: str
    columns: tuple[Column, ...]
    lists: frozenset[str]
    texts: frozenset[str]
    marks: frozenset[float]
    shapes: dict[Shape, Pattern] = field(default_factory=dict, repr=False)


@lru_cache(maxsize=256)
def plan_for(catalogue: Catalogue, interface: Interface, type_id: int | None, habits: Habits) -> Plan:
    """Return the plan of an interface and device type; `type_id` is None for plants."""
    own = interface.measurement
    if not own and type_id is not None:
        own = catalogue.device_measurement(type_id) or f"pv_{catalogue.device_type(type_id)}"
    columns: dict[str, Column] = {}
    lists, texts = set(), set()
    for row in catalogue.fields_for(interface.name, type_id):
        if row.kind is Kind.TEXT:
            texts.add(row.key)
            continue
        if row.listed:
            lists.add(row.key)
        for key, number in _keys(row, type_id):
            columns[key] = column_of(row, key, number, catalogue.sentinels(row), habits)
    marks = frozenset().union(*(column.numbers for column in columns.values()))
    return Plan(own, tuple(columns.values()), frozenset(lists), frozenset(texts), marks)


def list_key(key: str, number: int) -> str:
    """Return the key under which an item of a list, from 1, is planned."""
    return f"{key}[{number}]"


def _keys(row: Field, type_id: int | None) -> Iterator[tuple[str, int]]:
    if not row.tag:
        yield row.key, 0
        return
    last = max(row.numbers.values(), default=0)
    if type_id is not None:
        last = row.numbers.get(type_id, last)
    for number in range(1, last + 1):
        yield list_key(row.key, number) if row.listed else row.key.replace("{n}", str(number)), number
