"""Conditions of queries, in both languages: what the viewer has chosen, and fixed tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, as each language writes it."""

    influxql: str
    flux: str


def chosen(tag: str, variable: str) -> Condition:
    """The tag is one of the variable's choices; never without ``:regex``, or ids that begin alike match too."""
    pattern = f"/^${{{variable}:regex}}$/"
    return Condition(f'"{tag}" =~ {pattern}', f"r.{tag} =~ {pattern}")


def equals(tag: str, value: str) -> Condition:
    """The tag has this value."""
    return Condition(f"\"{tag}\" = '{value}'", f'r.{tag} == "{value}"')


def matches(tag: str, values: tuple[str, ...], *, negate: bool = False) -> Condition:
    """The tag is, or is not, one of these values."""
    pattern = f"/^({'|'.join(values)})$/"
    operator = "!~" if negate else "=~"
    return Condition(f'"{tag}" {operator} {pattern}', f"r.{tag} {operator} {pattern}")


PLANT: Final = chosen("plant_id", "plant")
INVERTER: Final = chosen("device_id", "inverter")
ACCOUNT: Final = chosen("account", "account")
