"""A panel and a row of panels, and the units of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.render.dashboards.query import Query

KW: Final = "suffix:kW"  # one unit for a row of numbers; `kwatt` would change to W and MW by itself

KWH: Final = "suffix:kWh"

ENERGY: Final = "kwatth"  # single numbers and axes: grows to MWh and GWh

KWP: Final = "suffix:kWp"

YIELD: Final = "suffix:kWh/kWp"

PERCENT: Final = "percent"

SHARE: Final = "percentunit"

MONEY: Final = "locale"

COUNT: Final = "locale"

SECONDS: Final = "s"

DURATION: Final = "dtdurations"

AGO: Final = "dateTimeFromNow"

TEXT: Final = "string"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel, but for its place and language.

    Attributes:
        kind: Grafana's name of the panel type.
        title: What is seen, and of when.
        description: How it is computed, and how to read it.
        width: Of 24 columns.
        queries: At most 4.
        unit: Of every number without a unit of its own.
        defaults: More of fieldConfig.defaults.
        overrides: Per column.
        options: Of the panel type.
        transformations: In order.
        extra: Further keys of the panel, e.g. ``interval``.
    """

    kind: str
    title: str
    description: str
    width: int
    queries: tuple[Query, ...] = ()
    unit: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    overrides: tuple[Json, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    transformations: tuple[Json, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side, of one height; 1 is about 36 px. `title` begins a section."""

    height: int
    panels: tuple[Panel, ...]
    title: str = ""


def row(height: int, *panels: Panel, title: str = "") -> Row:
    """A row; its panels' widths come to at most 24."""
    return Row(height, panels, title)
