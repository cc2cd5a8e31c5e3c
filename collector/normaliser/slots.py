"""The slots of a row: one place for each value that a row may hold, so that rows are plain lists.

First come what rows get from the collector: time, local date, year, month and the comparison of strings. Then a slot for each
planned vendor key, then one for each unknown key, in the order in which the answer brings them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from collector.normaliser.columns import Column, unknown_column
from collector.normaliser.plan import CURRENT

if TYPE_CHECKING:
    from collector.catalogue.terms import Envelope
    from collector.normaliser.plan import Plan

TIME: Final = 0
LOCAL_DATE: Final = 1
YEAR: Final = 2
MONTH: Final = 3
DEVIATIONS: Final = 4
"""First slot of the deviations of the strings that are shown, in the order of their numbers."""

CALENDAR: Final = {LOCAL_DATE: "local_date", YEAR: "year", MONTH: "month"}

_LEARNT_MOST = 256  # unknown keys for which rows stay on the fast way
_FAST = re.compile(r"[ !#-\[\]-~]+")  # what msgspec takes as the name of a field

Row = list[Any]
"""A value for each slot; None where the row holds none."""


class Slots:
    """Places of the values of one plan's rows, growing with every unknown key.

    Attributes:
        plan: What the rows may hold.
        columns: Slot to what becomes of its vendor key.
        place: Vendor key to its slot.
        planned: Slots before those of unknown keys.
    """

    def __init__(self, plan: Plan, row_key: str, envelope: Envelope) -> None:
        strings = sum((column.tag, column.name) == CURRENT for column in plan.columns)
        self.plan = plan
        self._head: Row = [None] * DEVIATIONS + [0.0] * strings
        self.columns: dict[int, Column] = dict(enumerate(plan.columns, start=len(self._head)))
        self.place = {column.key: slot for slot, column in self.columns.items()}
        self.planned = len(self._head) + len(plan.columns)
        self._names = {column.name for column in plan.columns}
        self._row_key = row_key
        self._envelope = envelope
        self._decoder = _decoder(tuple(self.place), row_key, envelope)

    def decode(self, raw: msgspec.Raw) -> tuple[int | str, int | None, Row | None]:
        """Return member, stamp as sent, and values of a well-formed row; None where it holds no map.

        Raises:
            msgspec.DecodeError: It holds something else than numbers and nulls, or an unknown key.
        """
        read = self._decoder.decode(raw)
        if read.items is None:
            return read.member, read.stamp, None
        return read.member, read.stamp, [*self._head, *msgspec.structs.astuple(read.items)]

    def is_planned(self, key: str) -> bool:
        """Return whether the catalogue knows the key."""
        slot = self.place.get(key)
        return slot is not None and self.columns[slot].known

    def row(self, values: dict[str, float]) -> Row:
        """Return values by vendor key as a row; keys not seen before get slots of their own."""
        new = [key for key in values if key not in self.place]
        for key in new:
            slot = self.place[key] = len(self._head) + len(self.place)
            self.columns[slot] = unknown_column(key, self.plan.own, self._names)
        if new and all(_FAST.fullmatch(key) for key in self.place):
            self._learn()
        return [*self._head, *map(values.get, self.place)]

    def _learn(self) -> None:
        if len(self.place) <= len(self.plan.columns) + _LEARNT_MOST:
            self._decoder = _decoder(tuple(self.place), self._row_key, self._envelope)


@lru_cache(maxsize=128)
def _decoder(keys: tuple[str, ...], row_key: str, envelope: Envelope) -> msgspec.json.Decoder[Any]:
    """Read numbers and nulls straight into slots; all else is refused and goes the slow way."""
    attributes = {f"slot_{place}": key for place, key in enumerate(keys)}
    items = msgspec.defstruct(
        "Items",
        [(name, float | None, None) for name in attributes],
        rename=attributes,
        forbid_unknown_fields=True,
        gc=False,
    )
    row = msgspec.defstruct(
        "Row",
        [("member", int | str), ("items", items | None, None), ("stamp", int | None, None)],
        rename={"member": row_key, "items": envelope.items, "stamp": envelope.stamp},
        gc=False,
    )
    return msgspec.json.Decoder(row)
