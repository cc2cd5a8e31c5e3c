"""One member of a call, plant or device, and what is known of it while its rows are read."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from collector.normaliser.pattern import Layout, Pattern, compile_pattern, tag_values
from collector.normaliser.plan import CURRENT
from collector.normaliser.slots import DEVIATIONS, Row, Slots

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from collector.model import Identity
    from collector.normaliser.context import Report

_PATTERNS_KEPT = 256  # a device sends a handful, and so does a thousand of one type
_STRING = CURRENT[0]


class Series:
    """Rows of one member.

    Attributes:
        code: Member as asked.
        key: device_id, or plant_id for a plant.
        identity: Tags and zone.
        slots: Of its interface and device type.
        newest_ns: Time of its newest row so far. [ns since epoch, UTC]
        newest: Pattern and values of that row; None once reported.
        stamps: Of the rows that carried values. [ms since epoch, UTC]
    """

    def __init__(
        self, code: str, identity: Identity, slots: Slots, strings: Iterable[int], report: Report
    ) -> None:
        self.code = code
        self.identity = identity
        self.key = identity.device_id or identity.plant_id
        self.slots = slots
        self.newest_ns = 0
        self.newest: tuple[Pattern, Row] | None = None
        self.stamps = report.stamps.get(code, [])
        self._report = report
        self._shown: dict[str, set[int]] = {_STRING: set(strings)}
        self._patterns: dict[tuple[bool, ...], Pattern] = {}
        self._last: tuple[int, Pattern] | None = None
        self._tags, self._tag_values = _tags_of(identity)
        self._templates: dict[Layout, bytes] = {}

    def pattern(self, row: Row) -> Pattern:
        """Return how a row with values in these slots is written."""
        nulls = row.count(None)
        if self._last is not None:
            size, last = self._last
            # The same number of nulls, and all of them where they were: the same slots.
            if len(row) == size and nulls == last.nulls and last.pick_nulls(row).count(None) == nulls:
                return last
        held = tuple([value is not None for value in row])
        found = self._patterns.get(held)
        if found is None:
            if len(self._patterns) >= _PATTERNS_KEPT:
                self._patterns.clear()
            found = self._patterns[held] = self._compiled(held, row)
        self._last = len(row), found
        return found

    def template(self, layout: Layout) -> bytes:
        """Return the lines of a layout with the tags of this member."""
        found = self._templates.get(layout)
        if found is None:
            found = self._templates[layout] = layout.with_tags(self._tag_values)
        return found

    def _compiled(self, held: tuple[bool, ...], row: Row) -> Pattern:
        plan = self.slots.plan
        if any(held[self.slots.planned :]):
            # Slots of unknown keys belong to this answer alone.
            return compile_pattern(row, self.slots, self._tags, self._shown)
        shown = tuple((tag, frozenset(numbers)) for tag, numbers in sorted(self._shown.items()))
        shape = (held, self._tags, shown)
        found = plan.shapes.get(shape)
        if found is None:
            if len(plan.shapes) >= _PATTERNS_KEPT:
                plan.shapes.clear()
            found = plan.shapes[shape] = compile_pattern(row, self.slots, self._tags, self._shown)
        return found

    def is_doubtful(self, row: Row, pattern: Pattern) -> bool:
        """Return whether a row may hold a sentinel, a counter at zero, or a part that shows itself for the first time."""
        if pattern.hidden and max(pattern.pick_hidden(row)) > 0.0:
            return True
        if pattern.counters and min(pattern.pick_counters(row)) <= 0.0:
            return True
        for slot, doubt in pattern.doubted:
            if not -doubt < row[slot] < doubt:
                return True
        return not self.slots.plan.marks.isdisjoint(pattern.numbers(row))

    def settle(self, row: Row) -> Pattern:
        """Take out of a row what is no reading, note what it shows for the first time, and return how it is written."""
        for slot in range(DEVIATIONS, len(row)):
            column = self.slots.columns.get(slot)
            if column is None or row[slot] is None:
                continue
            if column.is_sentinel(row[slot]):
                self._report.sentinels += 1
                row[slot] = None
            elif column.is_too_large(row[slot]):
                self._report.unreadable += 1
                row[slot] = None
        for part in self.pattern(row).hidden:
            if row[part.slot] > part.threshold:
                self._show(part.tag, part.number)
        for slot in self.pattern(row).counters:
            if row[slot] <= 0.0:
                row[slot] = None
        return self.pattern(row)

    def _show(self, tag: str, number: int) -> None:
        self._shown.setdefault(tag, set()).add(number)
        self._patterns.clear()
        self._last = None
        if tag == _STRING:
            self._report.strings_shown.setdefault(self.key, set()).add(number)


@lru_cache(maxsize=32_768)
def _tags_of(identity: Identity) -> tuple[tuple[str, ...], Mapping[bytes, bytes]]:
    """Return names and values of a member's tags: the same in every answer."""
    tags = {
        "vendor": identity.vendor,
        "plant_id": identity.plant_id,
        "device_id": identity.device_id,
        "device_type": identity.device_type,
    }
    held = {name: value for name, value in tags.items() if value}
    return tuple(held), tag_values(held)
