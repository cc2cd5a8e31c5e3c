"""What the normaliser is told about a call, and what it tells back beside the lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.catalogue.vendors import CATALOGUES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.catalogue.terms import Catalogue, Interface
    from collector.model import Identity


@dataclass(slots=True, frozen=True)
class Context:
    """What an answer is an answer to.

    Attributes:
        interface: Which interface was asked.
        identities: Vendor's code of each member asked, as text, to the tags of its readings.
        type_id: Device type asked for; None for plants.
        date_ms: ``Date`` header of the answer, used where the answer itself tells no time. [ms since epoch, UTC]
        units: Device type to ``W`` or ``kW``: the unit in which that type sends all its powers.
        invert_grid: The meters of this account count the other way round.
        invert_battery: The batteries of this account count the other way round.
        strings_shown: device_id to the strings that have shown current before this answer.
        catalogue: The vendor's catalogue; None: the one of the identities' vendor.
    """

    interface: Interface
    identities: Mapping[str, Identity]
    type_id: int | None = None
    date_ms: int | None = None
    units: Mapping[int, str] = field(default_factory=dict)
    invert_grid: bool = False
    invert_battery: bool = False
    strings_shown: Mapping[str, frozenset[int]] = field(default_factory=dict)
    catalogue: Catalogue | None = None


@dataclass(slots=True)
class Report:
    """What an answer held; grows while the slices of its lines are taken.

    Attributes:
        rows: Rows read, with or without values.
        lines: Lines made.
        newest: device_id, or plant_id for rows of plants, to the time [ns] and fields of its newest own line.
        strings: device_id to the time [ns] and the currents of that same row, by number of string. [A]
        days: plant_id to local date to the fields of its own line, where the answer holds days of plants.
        stamps: Member as asked to the stamps of its rows that carried values; live: the grid time. [ms]
        strings_shown: device_id to the strings that showed current for the first time.
        unreadable: Values and rows that could not be understood; the raw answer is worth keeping.
        sentinels: Values that were marks and no readings.
        unknown_keys: Vendor keys without a row in the catalogue, and how often they came.
        strangers: Rows of members that were not asked for.
        answer_ms: When the cloud answered, by its own clock or else by HTTP. [ms since epoch, UTC]
        offsets: Member to the offset from UTC that its newest calendar stamp shows. [s east]
        zone_conflicts: Member to that offset, where it fits its zone neither with nor without daylight saving. [s east]
    """

    rows: int = 0
    lines: int = 0
    newest: dict[str, tuple[int, dict[str, float]]] = field(default_factory=dict)
    strings: dict[str, tuple[int, dict[int, float]]] = field(default_factory=dict)
    days: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    stamps: dict[str, list[int]] = field(default_factory=dict)
    strings_shown: dict[str, set[int]] = field(default_factory=dict)
    unreadable: int = 0
    sentinels: int = 0
    unknown_keys: Counter[str] = field(default_factory=Counter)
    strangers: int = 0
    answer_ms: int | None = None
    offsets: dict[str, int] = field(default_factory=dict)
    zone_conflicts: dict[str, int] = field(default_factory=dict)


def catalogue_of(context: Context) -> Catalogue:
    """Return the catalogue by which an answer is read.

    Raises:
        ValueError: The context names neither one nor a member of a known vendor.
    """
    if context.catalogue is not None:
        return context.catalogue
    for identity in context.identities.values():
        if identity.vendor in CATALOGUES:
            return CATALOGUES[identity.vendor]
    raise ValueError("no catalogue: the context names neither one nor a member of a known vendor")
