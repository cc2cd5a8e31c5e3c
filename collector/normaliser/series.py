"""One member of a call, plant or device, and what is known of it while its rows are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.normaliser.pattern import Live, Pattern, compile_pattern
from collector.normaliser.plan import STRING_TAG, Plan, is_too_large

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.model import Identity
    from collector.normaliser.context import Report

_PATTERNS_KEPT = 256  # sets of keys; a device sends a handful


class Series:
    """Rows of one member.

    Attributes:
        code: Member as asked.
        key: device_id, or plant_id for a plant.
        identity: Tags and zone.
        plan: Of its interface and device type.
        newest_ns: Time of its newest row so far. [ns since epoch, UTC]
        newest: Pattern and values of that row; None once reported.
        stamps: Of the rows that carried values. [ms since epoch, UTC]
    """

    __slots__ = (
        "_patterns",
        "_report",
        "_shown",
        "_tags",
        "code",
        "identity",
        "key",
        "newest",
        "newest_ns",
        "plan",
        "stamps",
    )

    def __init__(
        self, code: str, identity: Identity, plan: Plan, strings: Iterable[int], report: Report
    ) -> None:
        self.code = code
        self.identity = identity
        self.key = identity.device_id or identity.plant_id
        self.plan = plan
        self.newest_ns = 0
        self.newest: tuple[Pattern, Live] | None = None
        self.stamps = report.stamps.get(code, [])
        self._report = report
        self._shown: dict[str, set[int]] = {STRING_TAG: set(strings)}
        self._patterns: dict[tuple[object, ...], Pattern] = {}
        self._tags = (
            ("vendor", identity.vendor),
            ("plant_id", identity.plant_id),
            ("device_id", identity.device_id),
            ("device_type", identity.device_type),
        )

    def pattern(self, live: Live) -> Pattern:
        """Return how a row with these keys is written."""
        keys = tuple(live)
        found = self._patterns.get(keys)
        if found is None:
            if len(self._patterns) >= _PATTERNS_KEPT:
                self._patterns.clear()
            found = compile_pattern(keys, self.plan, self._tags, self._shown)
            self._patterns[keys] = found
        return found

    def is_doubtful(self, live: Live, pattern: Pattern) -> bool:
        """Return whether a row may hold a sentinel, a counter at zero, or a part that shows itself for the first time."""
        if pattern.hidden is not None and max(pattern.hidden(live)) > 0.0:
            return True
        if pattern.counters is not None and min(pattern.counters(live)) <= 0.0:
            return True
        for key, doubt in pattern.doubted:
            if not -doubt < live[key] < doubt:
                return True
        return not self.plan.marks.isdisjoint(pattern.numbers(live))

    def settle(self, live: Live) -> Pattern:
        """Take out of a row what is no reading, note what it shows for the first time, and return how it is written."""
        for key, value in list(live.items()):
            column = self.plan.columns.get(key) if isinstance(key, str) else None
            if column is None:
                continue
            if column.is_sentinel(value):
                self._report.sentinels += 1
                del live[key]
            elif is_too_large(column, value):
                self._report.unreadable += 1
                del live[key]
        for key, tag, number, threshold in self.pattern(live).hidden_parts:
            if live[key] > threshold:
                self._show(tag, number)
        pattern = self.pattern(live)
        if pattern.counters is None:
            return pattern
        for key in pattern.counter_keys:
            if live[key] <= 0.0:
                del live[key]
        return self.pattern(live)

    def _show(self, tag: str, number: int) -> None:
        self._shown.setdefault(tag, set()).add(number)
        self._patterns.clear()
        if tag == STRING_TAG:
            self._report.strings_shown.setdefault(self.key, set()).add(number)
