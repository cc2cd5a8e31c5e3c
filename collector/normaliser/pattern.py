"""How a row with values in given slots is written: the template of its lines, and which value goes where.

Rows of one device mostly hold values in the same slots. What can be decided from that alone is decided once; a row then costs one
look-up, one pick of its values and its share of one formatting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from collector import lineprotocol
from collector.normaliser.plan import CURRENT, MPPT_ENERGY, SHOWN_ABOVE
from collector.normaliser.slots import CALENDAR, DEVIATIONS, LOCAL_DATE, TIME, Row, Slots

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from collector.normaliser.columns import Column

    Pick = Callable[[Row], tuple[Any, ...]]
    Group = tuple[str, int, str]
    """Tag, number and measurement of a line; tag "" and number 0 on the own line."""

_DEVIATION = "dev_pct"


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Lines of a row: a template that takes the picked values in order. Each line ends with a line break.

    Every member's lines look alike but for its tags, which stand here as marks: `with_tags` puts them in.
    """

    template: bytes
    pick: Pick

    def with_tags(self, tags: Mapping[bytes, bytes]) -> bytes:
        """Return the template of one member: marks to tag values."""
        template = self.template
        for mark, value in tags.items():
            template = template.replace(mark, value)
        return template


@dataclass(frozen=True, slots=True)
class Hidden:
    """A value that would show a part of the device that has not been seen to exist."""

    slot: int
    tag: str
    number: int
    threshold: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """All that follows from the slots in which a row holds values.

    Attributes:
        nulls: How many slots hold none.
        pick_nulls: Picks these.
        plain: Its lines; None where it has none.
        compared: Its lines with each string compared with the others; None where no string can be.
        strings: Numbers of the strings that are shown and have a current, in order.
        currents: Picks their currents.
        scaled: Slot, times, over.
        doubted: Slot and the magnitude from which its value is looked at twice.
        numbers: Picks every vendor number that is written.
        counters: Slots of lifetime counters of parts, which are left out at zero.
        pick_counters: Picks these.
        hidden: Values that would show a part.
        pick_hidden: Picks these.
        own: Slot and stored name of each number on the own line.
        unknown: Keys that the catalogue does not know.
    """

    nulls: int
    pick_nulls: Pick
    plain: Layout | None
    compared: Layout | None
    strings: tuple[int, ...]
    currents: Pick
    scaled: tuple[tuple[int, float, float], ...]
    doubted: tuple[tuple[int, float], ...]
    numbers: Pick
    counters: tuple[int, ...]
    pick_counters: Pick
    hidden: tuple[Hidden, ...]
    pick_hidden: Pick
    own: tuple[tuple[int, str], ...]
    unknown: tuple[str, ...]


def compile_pattern(
    row: Row, slots: Slots, tags: Sequence[str], shown: Mapping[str, Collection[int]]
) -> Pattern:
    """Return what follows from the slots in which `row` holds values.

    Args:
        row: Any row with values in these slots.
        slots: What each slot holds.
        tags: Names of the tags of the own line.
        shown: Tag (string, mppt) to the numbers that are known to exist.
    """
    stored: list[tuple[int, Column]] = []
    hidden: list[Hidden] = []
    for slot, column in slots.columns.items():
        if slot >= len(row) or row[slot] is None:
            continue
        threshold = SHOWN_ABOVE.get((column.tag, column.name))
        if not column.tag or column.number in shown.get(column.tag, ()):
            stored.append((slot, column))
        elif threshold is not None:
            hidden.append(Hidden(slot, column.tag, column.number, threshold))
    groups: dict[Group, list[tuple[int, str]]] = {}
    for slot, column in stored:
        groups.setdefault((column.tag, column.number, column.measurement), []).append((slot, column.name))
    own = groups.get(("", 0, slots.plan.own), [])
    if own:
        own += [(slot, name) for slot, name in CALENDAR.items() if row[slot] is not None]
    currents = sorted(
        (column.number, slot) for slot, column in stored if (column.tag, column.name) == CURRENT
    )
    deviations = {number: DEVIATIONS + place for place, (number, _) in enumerate(currents)}
    counters = tuple(slot for slot, column in stored if (column.tag, column.name) == MPPT_ENERGY)
    nulls = [slot for slot, value in enumerate(row) if value is None]
    return Pattern(
        nulls=len(nulls),
        pick_nulls=_picker(nulls),
        plain=_layout(groups, tags, {}),
        compared=_layout(groups, tags, deviations) if currents else None,
        strings=tuple(number for number, _ in currents),
        currents=_picker([slot for _, slot in currents]),
        scaled=tuple((slot, column.times, column.over) for slot, column in stored if column.scaled),
        doubted=tuple((slot, column.doubt) for slot, column in stored if column.doubt < math.inf),
        numbers=_picker([slot for slot, _ in stored]),
        counters=counters,
        pick_counters=_picker(counters),
        hidden=tuple(hidden),
        pick_hidden=_picker([part.slot for part in hidden]),
        own=tuple((slot, name) for slot, name in own if slot != LOCAL_DATE),
        unknown=tuple(column.key for _, column in stored if not column.known),
    )


def _layout(
    groups: Mapping[Group, Sequence[tuple[int, str]]],
    tags: Sequence[str],
    deviations: Mapping[int, int],
) -> Layout | None:
    template, picked = [], []
    for (tag, number, measurement), fields in sorted(groups.items()):
        written = list(fields)
        if tag == CURRENT[0] and number in deviations:
            written.append((deviations[number], _DEVIATION))
        named = [(name, name) for name in tags]
        head = _literal(lineprotocol.head(measurement, [*named, (tag, f"{number:02d}")] if tag else named))
        for name in tags:
            head = head.replace(f"{name}={name}", f"{name}={_mark(name)}")
        pairs = ",".join(f"{_literal(lineprotocol.escape_tag(name))}=%b" for _, name in written)
        template.append(f"{head} {pairs} %b\n")
        picked += [*(slot for slot, _ in written), TIME]
    if not picked:
        return None
    return Layout(lineprotocol.encode("".join(template)), _picker(picked))


def _mark(name: str) -> str:
    # No value holds this: line breaks do not outlive escaping.
    return f"\n{name}\n"


def tag_values(tags: Mapping[str, str]) -> dict[bytes, bytes]:
    """Return marks to values, as `Layout.with_tags` takes them."""
    return {
        _mark(name).encode(): lineprotocol.encode(_literal(lineprotocol.escape_tag(value)))
        for name, value in tags.items()
    }


def _literal(text: str) -> str:
    return text.replace("%", "%%")


def _picker(slots: Sequence[int]) -> Pick:
    if len(slots) > 1:
        return itemgetter(*slots)
    if slots:
        only = slots[0]
        return lambda row: (row[only],)
    return lambda _: ()
