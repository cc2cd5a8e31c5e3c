"""Rows of an answer → lines of line protocol, slice by slice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from collector.catalogue.terms import Span, Subject, TimeRule
from collector.errors import AnswerUnreadable
from collector.normaliser import times
from collector.normaliser.columns import Habits
from collector.normaliser.context import catalogue_of
from collector.normaliser.envelope import open_answer, read_row
from collector.normaliser.plan import Plan, list_key, plan_for
from collector.normaliser.series import Series
from collector.normaliser.slots import DEVIATIONS, LOCAL_DATE, MONTH, TIME, YEAR, Row, Slots
from collector.normaliser.values import LAST_MS, Unreadable, moment_ms, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from collector.catalogue.terms import Catalogue
    from collector.normaliser.context import Context, Report

_encode = msgspec.json.Encoder().encode
_NS_PER_MS = 1_000_000
_BRIGHT_A = 1.0  # below, a string's deviation is noise
_ABSURD_A = 1e9


def normalise(
    body: bytes, context: Context, report: Report, *, rows_per_slice: int = 250
) -> Iterator[list[bytes]]:
    """Yield the lines of an answer, an empty list once it is opened and one for each slice of its rows, without line breaks.

    Between slices the caller may let others run. Slicing changes no line and no order. `report` grows with each slice and is whole
    after the last.

    Args:
        body: The answer, decompressed.
        context: What it is an answer to.
        report: Where everything but the lines goes.
        rows_per_slice: Rows read between two yields, from 1.

    Raises:
        AnswerUnreadable: Its wrapping cannot be read, or its rows get their time from a clock that it does not tell.
        ValueError: The interface sends no readings, or there is no catalogue for them.
    """
    if context.interface.time_rule in (TimeRule.NONE, TimeRule.RAISE_TIME):
        raise ValueError(f"{context.interface.name} sends no readings")
    catalogue = catalogue_of(context)
    envelope = catalogue.envelope(context.interface.name)
    rows, told_ms = open_answer(body, envelope)
    report.answer_ms = told_ms if told_ms is not None else context.date_ms
    if context.interface.time_rule is TimeRule.ANSWER_CLOCK and report.answer_ms is None:
        raise AnswerUnreadable("the answer tells no time, nor does HTTP", body)
    reader = _Reader(context, catalogue, report)
    yield []
    for start in range(0, len(rows), rows_per_slice):
        yield reader.lines(rows[start : start + rows_per_slice])


class _Reader:
    """State of one answer while its slices are read."""

    def __init__(self, context: Context, catalogue: Catalogue, report: Report) -> None:
        interface = context.interface
        self._context = context
        self._catalogue = catalogue
        self._report = report
        self._envelope = catalogue.envelope(interface.name)
        self._rule = interface.time_rule
        self._keeps_days = (
            interface.span is Span.MONTH
            and interface.subject is Subject.PLANT
            and self._rule is TimeRule.LOCAL_DATE
        )
        self._grid_ms = times.grid_ms(report.answer_ms or 0)
        self._series: dict[str, Series | None] = {}
        self._turned = frozenset(
            sign for sign, on in (("grid", context.invert_grid), ("battery", context.invert_battery)) if on
        )
        self._slots: dict[Plan, Slots] = {}
        # Rows of one type share their slots; without a type each member's tells.
        common = context.type_id is not None or interface.subject is Subject.PLANT
        self._common = self._slots_of(context.type_id) if common else None
        self._values: list[Any] = []
        self._templates: list[bytes] = []

    def lines(self, rows: Sequence[Any]) -> list[bytes]:
        """Return the lines of these rows."""
        self._values, self._templates = [], []
        common = self._common
        for row in rows:
            if common is None:
                self._read_slowly(row)
                continue
            try:
                member, sent, values = common.decode(row)
            except (msgspec.DecodeError, TypeError, RecursionError):
                self._read_slowly(row)
                continue
            series = self._find(member.strip() if isinstance(member, str) else str(member))
            if series is not None and values is not None:
                self._add(series, sent, values)
        self._report.rows += len(rows)
        self._note_newest()
        return self._format()

    def _format(self) -> list[bytes]:
        """All values of the slice become text in one call, and all templates are filled in another."""
        if not self._templates:
            return []
        texts = tuple(_encode(self._values)[1:-1].split(b","))
        lines = (b"".join(self._templates) % texts).split(b"\n")
        lines.pop()
        self._report.lines += len(lines)
        return lines

    def _add(self, series: Series, sent: int | None, row: Row) -> None:
        stamp = self._stamp(sent)
        if stamp is None:
            self._report.unreadable += 1
            return
        row[TIME] = time_ns = self._date(series, stamp, row)
        pattern = series.pattern(row)
        if series.is_doubtful(row, pattern):
            pattern = series.settle(row)
        layout = pattern.plain
        if layout is None:
            return
        if pattern.unknown:
            self._report.unknown_keys.update(pattern.unknown)
        for slot, factor, divisor in pattern.scaled:
            row[slot] = row[slot] * factor / divisor or 0.0  # a turned zero stays 0.0
        if pattern.compared is not None:
            currents = pattern.currents(row)
            middle = _median(currents)
            if middle > _BRIGHT_A:
                layout = pattern.compared
                # Rounded to 0.01 %, half up: in a third of the time of round().
                row[DEVIATIONS : DEVIATIONS + len(currents)] = [
                    (current / middle * 10_000 - 9_999.5) // 1 / 100 for current in currents
                ]
        self._values.extend(layout.pick(row))
        self._templates.append(series.template(layout))
        series.stamps.append(stamp)
        if self._keeps_days and pattern.own:
            days = self._report.days.setdefault(series.key, {})
            days[row[LOCAL_DATE]] = {name: row[slot] for slot, name in pattern.own}
        if pattern.own and time_ns >= series.newest_ns:
            series.newest_ns, series.newest = time_ns, (pattern, row)

    def _stamp(self, sent: int | None) -> int | None:
        if self._rule is TimeRule.ANSWER_CLOCK:
            return self._grid_ms
        if sent is None:
            return None
        stamp = sent * self._envelope.stamp_ms
        return stamp if 0 < stamp <= LAST_MS else None

    def _date(self, series: Series, stamp: int, row: Row) -> int:
        """The time of a row; hours and longer periods also get their local date, year and month. [ns since epoch, UTC]"""
        span, zone = self._context.interface.span, series.identity.zone
        if self._rule is TimeRule.LOCAL_DATE:
            date, contradicts = times.local_date(zone, stamp)
            day = times.period_start(self._context.interface, date)
            if span is Span.MONTH:
                row[LOCAL_DATE] = day.isoformat()
            row[YEAR] = float(day.year)
            if span is not Span.LIFE:
                row[MONTH] = float(day.month)
            offset = self._report.offsets[series.code] = times.shown_offset_s(stamp)
            if contradicts:
                self._report.zone_conflicts[series.code] = offset
            return times.utc_ns(day)
        if self._rule is TimeRule.HOUR_START:
            local = times.known_offset_s(zone, stamp)
            if local is not None:
                row[LOCAL_DATE] = times.date_at(stamp, local).isoformat()
        return stamp * _NS_PER_MS

    def _read_slowly(self, row: Any) -> None:
        """Read a row that holds texts, lists or worse, value by value."""
        try:
            for member, sent, items in read_row(row, self._context.interface.row_key, self._envelope):
                series = self._find(member)
                if series is None:
                    continue
                values = self._numbers(series.slots, items)
                if values:
                    self._add(series, self._moment(sent), series.slots.row(values))
        except Unreadable:
            self._report.unreadable += 1

    def _moment(self, sent: object) -> int | None:
        try:
            return moment_ms(sent)
        except Unreadable:
            return None

    def _numbers(self, slots: Slots, items: dict[str, Any]) -> dict[str, float]:
        plan, report = slots.plan, self._report
        numbers = {}
        for key, value in items.items():
            if key in plan.texts:
                continue
            parts = [(key, value)]
            if key in plan.lists and isinstance(value, list):
                parts = [(list_key(key, place), part) for place, part in enumerate(value, start=1)]
            for name, part in parts:
                try:
                    read = number(part, self._catalogue.not_a_value)
                except Unreadable:
                    if key in plan.lists or slots.is_planned(key):
                        report.unreadable += 1
                    else:
                        report.unknown_keys[key] += 1
                    continue
                if read is not None:
                    numbers[name] = read
        return numbers

    def _find(self, code: str) -> Series | None:
        try:
            series = self._series[code]
        except KeyError:
            series = self._series[code] = self._new(code)
        if series is None:
            self._report.strangers += 1
        return series

    def _new(self, code: str) -> Series | None:
        context = self._context
        identity = context.identities.get(code)
        if identity is None:
            return None
        slots = self._common or self._slots_of(identity.type_id)
        strings = context.strings_shown.get(identity.device_id, frozenset())
        return Series(code, identity, slots, strings, self._report)

    def _slots_of(self, type_id: int | None) -> Slots:
        context = self._context
        unit = context.units.get(type_id, "") if type_id is not None else ""
        plan = plan_for(self._catalogue, context.interface, type_id, Habits(unit, self._turned))
        if plan not in self._slots:
            self._slots[plan] = Slots(plan, context.interface.row_key, self._envelope)
        return self._slots[plan]

    def _note_newest(self) -> None:
        for series in self._series.values():
            if series is None:
                continue
            if series.stamps:
                self._report.stamps[series.code] = series.stamps
            if series.newest is None:
                continue
            pattern, row = series.newest
            series.newest = None
            held = self._report.newest.get(series.key)
            if held is None or held[0] <= series.newest_ns:
                fields = {name: row[slot] for slot, name in pattern.own}
                self._report.newest[series.key] = (series.newest_ns, fields)
                currents = dict(zip(pattern.strings, pattern.currents(row), strict=True))
                self._report.strings.pop(series.key, None)
                if currents:
                    self._report.strings[series.key] = (series.newest_ns, currents)


def _median(currents: tuple[float, ...]) -> float:
    """The median of some currents; 0 where one of them is beyond all reason. [A]"""
    ordered = sorted(currents)
    if ordered[0] < -_ABSURD_A or ordered[-1] > _ABSURD_A:
        return 0.0
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
