"""How a row with a given set of values is written: the template of its lines, and which value goes where.

Rows of one device mostly carry values under the same keys. What can be decided from the keys alone is decided once for each set
of keys; a row then costs one look-up, one pick of its values and its share of one formatting.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from collector import lineprotocol
from collector.normaliser.plan import CURRENT, MPPT_ENERGY, SHOWN_ABOVE, STRING_TAG, Column, Plan, vendor_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

Key = Any
"""A vendor key, or one of the marks below, which no vendor key can equal."""

TIME: Final = ("time",)
LOCAL_DATE: Final = ("local_date",)
YEAR: Final = ("year",)
MONTH: Final = ("month",)
_CALENDAR: Final = (LOCAL_DATE, YEAR, MONTH)

Live = dict[Key, Any]
"""What a row holds: key to number, nulls left out."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Lines of a row: a bytes template that takes the picked values in order, each line ended by a line break."""

    template: bytes
    pick: Callable[[Live], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """All that follows from the keys of a row.

    Attributes:
        plain: Its lines; None where it has none.
        compared: Its lines with each string compared with the others; None where no string can be.
        currents: Picks the currents of the strings that are shown.
        deviations: Where the comparison of each goes.
        scaled: Key, times, over.
        doubted: Key and the magnitude from which its value is looked at twice.
        numbers: Picks every number, for a look at exact sentinels.
        counters: Picks lifetime counters of parts, which are left out at zero; None for none.
        counter_keys: Their keys.
        hidden: Picks values that would show a part not yet shown; None for none.
        hidden_parts: Key, tag, number and threshold of each of them.
        own: Key and stored name of each number on the own line.
        unknown: Keys that the catalogue does not know.
    """

    plain: Layout | None
    compared: Layout | None
    currents: Callable[[Live], tuple[float, ...]]
    deviations: tuple[Key, ...]
    scaled: tuple[tuple[Key, float, float], ...]
    doubted: tuple[tuple[Key, float], ...]
    numbers: Callable[[Live], tuple[float, ...]]
    counters: Callable[[Live], tuple[float, ...]] | None
    counter_keys: tuple[Key, ...]
    hidden: Callable[[Live], tuple[float, ...]] | None
    hidden_parts: tuple[tuple[Key, str, int, float], ...]
    own: tuple[tuple[Key, str], ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A value on its way into a line."""

    key: Key
    name: str
    order: int


def compile_pattern(
    keys: Collection[Key],
    plan: Plan,
    tags: Sequence[tuple[str, str]],
    shown: Mapping[str, Collection[int]],
) -> Pattern:
    """Return what follows from the keys of a row.

    Args:
        keys: Keys with a value, without `TIME`.
        plan: Of the interface and device type.
        tags: Of the device's own line.
        shown: Tag (string, mppt) to the numbers that are known to exist.
    """
    groups: dict[tuple[str, str, int], list[_Part]] = {}
    hidden: list[tuple[Key, str, int, float]] = []
    stored: list[tuple[Key, Column]] = []
    unknown = sorted(key for key in keys if isinstance(key, str) and not _is_known(key, plan))
    for key in keys:
        column = plan.columns.get(key) if isinstance(key, str) else None
        if column is None:
            continue
        if column.tag and column.number not in shown.get(column.tag, ()):
            threshold = SHOWN_ABOVE.get((column.tag, column.name))
            if threshold is not None:
                hidden.append((key, column.tag, column.number, threshold))
            continue
        stored.append((key, column))
        where = (column.measurement, column.tag, column.number)
        groups.setdefault(where, []).append(_Part(key, column.name, column.order))
    own = groups.setdefault((plan.own, "", 0), [])
    own += _unknown_parts(unknown, {part.name for part in own}, len(plan.columns))
    own += [_Part(key, key[0], len(plan.columns) + len(keys)) for key in _CALENDAR if key in keys and own]
    numbers = [part.key for part in own if part.key is not LOCAL_DATE]
    currents = sorted(
        (column.number, key) for key, column in stored if (column.tag, column.name) == (STRING_TAG, CURRENT)
    )
    deviations = {number: ("dev_pct", number) for number, _ in currents}
    counters = [key for key, column in stored if (column.tag, column.name) == MPPT_ENERGY]
    return Pattern(
        plain=_layout(groups, tags, {}),
        compared=_layout(groups, tags, deviations) if currents else None,
        currents=_picker([key for _, key in currents]),
        deviations=tuple(deviations.values()),
        scaled=tuple((key, column.times, column.over) for key, column in stored if column.scaled),
        doubted=tuple((key, column.doubt) for key, column in stored if column.doubt < float("inf")),
        numbers=_picker([key for key, _ in stored]),
        counters=_picker(counters) if counters else None,
        counter_keys=tuple(counters),
        hidden=_picker([key for key, *_ in hidden]) if hidden else None,
        hidden_parts=tuple(hidden),
        own=tuple((part.key, part.name) for part in own if part.key in numbers),
        unknown=tuple(unknown),
    )


def _is_known(key: str, plan: Plan) -> bool:
    return key in plan.columns or key in plan.texts


def _unknown_parts(keys: Sequence[str], taken: set[str], order: int) -> list[_Part]:
    """Fields of unknown keys; two keys that only differ in what a name cannot hold get names of their own."""
    parts = []
    for key in keys:
        name = plain = vendor_name(key)
        again = 2
        while name in taken:
            name, again = f"{plain}_{again}", again + 1
        taken.add(name)
        parts.append(_Part(key, name, order))
    return parts


def _layout(
    groups: Mapping[tuple[str, str, int], list[_Part]],
    tags: Sequence[tuple[str, str]],
    deviations: Mapping[int, Key],
) -> Layout | None:
    template, picked = [], []
    for (measurement, tag, number), parts in sorted(groups.items(), key=_place):
        if not parts:
            continue
        ordered = sorted(parts, key=lambda part: part.order)
        if tag == STRING_TAG and number in deviations:
            ordered.append(_Part(deviations[number], "dev_pct", 0))
        head = lineprotocol.head(measurement, [*tags, (tag, f"{number:02d}")] if tag else tags)
        fields = ",".join(f"{_literal(part.name)}=%b" for part in ordered)
        template.append(f"{_literal(head)} {fields} %b\n")
        picked += [*(part.key for part in ordered), TIME]
    if not picked:
        return None
    return Layout(lineprotocol.encode("".join(template)), _picker(picked))


def _place(group: tuple[tuple[str, str, int], list[_Part]]) -> tuple[str, int, str]:
    (measurement, tag, number), _ = group
    return tag, number, measurement


def _literal(text: str) -> str:
    return text.replace("%", "%%")


def _picker(keys: Sequence[Key]) -> Callable[[Live], tuple[Any, ...]]:
    if len(keys) > 1:
        return itemgetter(*keys)
    if keys:
        only = keys[0]
        return lambda live: (live[only],)
    return lambda _: ()
