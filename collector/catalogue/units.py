"""Units: the suffix that each stored unit gives to a field's name, and the factors between units.

The suffix rule holds for ever: a stored number ends with the suffix of its unit; states and texts have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SUFFIXES: Final[Mapping[str, str]] = {
    "kW": "_kw",
    "kWh": "_kwh",
    "kvar": "_kvar",
    "kvarh": "_kvarh",
    "kVA": "_kva",
    "kWp": "_kwp",
    "V": "_v",
    "A": "_a",
    "Hz": "_hz",
    "%": "_pct",
    "°C": "_c",
    "W/m²": "_w_m2",
    "kWh/m²": "_kwh_m2",
    "m/s": "_m_s",
    "°": "_deg",
    "kg": "_kg",
    "h": "_h",
    "s": "_s",
    "currency": "_cur",
    "ratio": "_ratio",
    "trees": "_trees",
}

_FACTORS: Final[Mapping[tuple[str, str], float]] = {
    ("W", "kW"): 0.001,
    ("var", "kvar"): 0.001,
    ("VA", "kVA"): 0.001,
    ("MW", "kWp"): 1000.0,
    ("MJ/m²", "kWh/m²"): 1 / 3.6,
    ("t", "kg"): 1000.0,
    ("ms", "s"): 0.001,
}


def factor(sent: str, stored: str) -> float:
    """What a value sent in one unit is multiplied by to be stored in another.

    Raises:
        KeyError: The two units do not belong together.
    """
    return 1.0 if sent == stored else _FACTORS[sent, stored]


def suffix_of(name: str) -> str:
    """The longest unit suffix that a field name ends with; "" for none."""
    return max((suffix for suffix in SUFFIXES.values() if name.endswith(suffix)), key=len, default="")
