"""Renders README's table of what is collected from the catalogue.

Run ``python -m collector.render.collected`` after a change of the catalogue; a test fails while the README is stale.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from collector.catalogue import fusionsolar
from collector.catalogue.terms import Role, Subject
from collector.errors import ConfigurationError
from collector.planner import LIVE_EVERY_S
from collector.quota import Fleet, allowance
from collector.render.markdown import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.catalogue.terms import Interface

BEGIN: Final = (
    "<!-- collected: rendered from the catalogue by `python -m collector.render.collected`; do not edit -->"
)
HOUR_S: Final = 3600.0
END: Final = "<!-- collected: end -->"
_HOME: Final = Fleet(plants=1, devices={38: 1, 39: 1, 47: 1})
"""One plant with an inverter, a battery and a power sensor: the table's example."""


@dataclass(frozen=True, slots=True)
class _Topic:
    """A row of the table: what the interfaces of one role say of one subject.

    Attributes:
        what: In words.
        roles: Roles of its interfaces.
        subject: Whom they name; None where it does not matter.
        often: In words, with room for `every`: how often one home's allowance serves its last interface.
        restricted: Whether it takes the restricted interfaces, and only these.
        stored: Measurements, where the catalogue's fields do not name them.
    """

    what: str
    roles: tuple[Role, ...]
    subject: Subject | None
    often: str
    restricted: bool = False
    stored: tuple[str, ...] = ()

    def interfaces(self) -> list[Interface]:
        return [
            row
            for row in fusionsolar.INTERFACES.values()
            if row.role in self.roles
            and self.subject in (None, row.subject)
            and row.restricted is self.restricted
        ]


_RUNNING: Final = "while it runs, once a day or more often; when it has ended; then the past"
_TOPICS: Final = (
    _Topic("Plants now", (Role.LIVE,), Subject.PLANT, "every {every}"),
    _Topic(
        "Inverters, strings, MPPTs, meters, batteries, weather sensors now",
        (Role.LIVE,),
        Subject.DEVICE,
        "every {every}",
    ),
    _Topic(
        "The same in steps of 5 minutes, of the past",
        (Role.HISTORY,),
        Subject.DEVICE,
        "each day when it has ended; gaps; then back to the first day",
    ),
    _Topic("Hours, days, months, years of plants", (Role.CALENDAR,), Subject.PLANT, _RUNNING),
    _Topic("Days, months, years of inverters and batteries", (Role.CALENDAR,), Subject.DEVICE, _RUNNING),
    _Topic("Alarms", (Role.ALARMS,), None, "every {every}"),
    _Topic(
        "What there is: names, models, capacities, places",
        (Role.PLANTS, Role.DEVICES),
        None,
        "daily",
        stored=("pv_plant_info", "pv_device_info"),
    ),
    _Topic(
        "Inverters by serial number, where the vendor grants it",
        (Role.LIVE,),
        Subject.DEVICE,
        "every {every}, only where the account's `interfaces` names it",
        restricted=True,
    ),
)


def collected() -> str:
    """The table: what is collected, by which interfaces, how often for one home, and where it is stored."""
    rows = []
    for topic in _TOPICS:
        interfaces = topic.interfaces()
        rows.append(
            (
                topic.what,
                ", ".join(_name(row) for row in interfaces),
                topic.often.format(every=_length(_every_s(interfaces[-1]))),
                " ".join(f"`{name}`" for name in topic.stored or _measurements(interfaces)),
            )
        )
    return table(("What", "Interface", "How often", "Measurement"), rows)


def not_collected() -> list[str]:
    """Interfaces that no row of the table names and that are no readings: login and logout."""
    named = {row.name for topic in _TOPICS for row in topic.interfaces()}
    return [name for name in fusionsolar.INTERFACES if name not in named]


def filled(text: str) -> str:
    """A README's text with its table as it has to be.

    Raises:
        ConfigurationError: The text has no place for the table.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ConfigurationError("README.md", "has no place for the table", f"Add {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{collected()}\n\n{END}{after}"


def _every_s(interface: Interface) -> float:
    """How often one home's allowance serves an interface. [s]"""
    allowed = allowance(interface, _HOME, fusionsolar.KPI_TYPES)
    sweep = len(set(interface.device_types) & set(_HOME.devices)) or 1
    return max(LIVE_EVERY_S, sweep * allowed.window_s / allowed.calls)


def _length(seconds: float) -> str:
    return "hour" if seconds == HOUR_S else f"{round(seconds / 60)} minutes"


def _name(interface: Interface) -> str:
    return f"`{interface.name}`" + (" (older)" if interface.legacy else "")


def _measurements(interfaces: Iterable[Interface]) -> list[str]:
    """Where the rows of interfaces go, in the catalogue's order, each once."""
    found = chain.from_iterable(
        [
            field.measurement
            for type_id in row.device_types or (None,)
            for field in fusionsolar.fields_for(row.name, type_id)
        ]
        or [row.measurement]
        for row in interfaces
    )
    return [name for name in dict.fromkeys(found) if name]


def write(readme: Path) -> bool:
    """Bring a README's table up to date; tells whether it was stale."""
    text = readme.read_text(encoding="utf-8")
    fresh = filled(text)
    if fresh != text:
        readme.write_text(fresh, encoding="utf-8")
    return fresh != text


if __name__ == "__main__":
    if write(Path("README.md")):
        sys.stdout.write("README.md\n")
