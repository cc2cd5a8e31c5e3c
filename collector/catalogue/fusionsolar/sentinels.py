"""Numbers that stand for "no value": they are left out of a reading and counted.

Source: observed. A grid meter that is offline reports about −66.55 MW; registers that hold nothing read as all ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from collector.catalogue.terms import Kind, Sentinels

if TYPE_CHECKING:
    from collector.catalogue.terms import Field


@dataclass(frozen=True, slots=True)
class Sentinel:
    """A number, or a range of numbers, that no device means.

    Attributes:
        low: Smallest value of the range.
        high: Largest value of the range; equal to `low` for one number.
        why: Where it comes from.
        stored_units: Units to which it applies, compared as stored; empty: every number, compared as sent.
        measurements: Where it applies; empty: everywhere.
    """

    low: float
    high: float
    why: str
    stored_units: frozenset[str] = frozenset()
    measurements: frozenset[str] = frozenset()


_POWER: Final = frozenset({"kW", "kvar", "kVA"})
_METERS: Final = frozenset({"pv_meter"})
_INF: Final = float("inf")

SENTINELS: Final = (
    Sentinel(-99_999_999.0, -99_999_999.0, "the portal's own mark for a missing value"),
    Sentinel(2_147_483_647.0, 2_147_483_647.0, "signed 32-bit register without a value"),
    Sentinel(-2_147_483_648.0, -2_147_483_648.0, "signed 32-bit register without a value"),
    Sentinel(4_294_967_295.0, 4_294_967_295.0, "unsigned 32-bit register without a value"),
    Sentinel(-66_700.0, -66_400.0, "grid meter offline: about −66.55 MW", _POWER, _METERS),
    Sentinel(-_INF, -1_000_000.0, "more than 1 GW at one device", _POWER),
    Sentinel(1_000_000.0, _INF, "more than 1 GW at one device", _POWER),
)

# Registers of 16 bits without a value; an energy or a moment may well have this value, so it counts for momentary values and states.
EMPTY_WORD: Final = 65_535.0
_LASTING_UNITS: Final = frozenset({"kWh", "kvarh", "s", "h", "kg", "trees", "currency", "kWp"})


def sentinels_for(row: Field) -> Sentinels:
    """The numbers that mean "no value" in this field."""
    numbers = {one.low for one in SENTINELS if not one.stored_units}
    if row.kind is Kind.STATE or row.stored not in _LASTING_UNITS:
        numbers.add(EMPTY_WORD)
    bands = tuple(
        (one.low, one.high)
        for one in SENTINELS
        if row.stored in one.stored_units and (not one.measurements or row.measurement in one.measurements)
    )
    return Sentinels(frozenset(numbers), bands)


def is_sentinel(row: Field, sent: float) -> bool:
    """Whether the number sent means "no value" in this field."""
    marks = sentinels_for(row)
    stored = sent * row.factor
    return sent in marks.numbers or any(low <= stored <= high for low, high in marks.bands)
