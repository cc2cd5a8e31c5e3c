"""From what is true to what is sent: the vendor's keys and units, taken from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from collector.catalogue.fusionsolar.fields import documented_for, fields_for
from collector.catalogue.terms import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.catalogue.terms import Field

_GRID_METER = 17
_WATTS = frozenset({"W", "var", "VA"})
_PHANTOMS = 4

UNKNOWN_KEY = "sim_unlisted"


@dataclass(slots=True)
class Reading:
    """What is true of a plant or device at a moment or in a period, under the names and in the units that are stored.

    Attributes:
        values: Stored name to value; a name that is missing or None is sent as null.
        strings: Voltage [V] and current [A] of every string of an inverter.
        mppts: Energy of every MPPT of an inverter. [kWh]
    """

    values: Mapping[str, float | None]
    strings: Sequence[tuple[float, float]] = ()
    mppts: Sequence[float] = ()


class Wire:
    """Sends readings of one interface and device type as the vendor's key-value maps.

    Strings that do not exist are sent as 0 (the next four) and as null (the rest), as seen in the manual's examples.
    """

    def __init__(
        self, interface: str, type_id: int | None, *, kilo_17: bool = False, unlisted: bool = False
    ) -> None:
        """Compile the map.

        Args:
            interface: Interface name of the manual.
            type_id: Device type; None for plants.
            kilo_17: Type 17 sends kW, as the manual says, not W, as clouds were seen to do.
            unlisted: Send keys that the manual does not list, too.
        """
        rows = (fields_for if unlisted else documented_for)(interface, type_id)
        self._plain: list[tuple[str, str, float]] = []
        self._volts: list[str] = []
        self._amperes: list[str] = []
        self._mppts: list[str] = []
        for row in rows:
            if row.kind is Kind.TEXT or row.listed:
                continue
            if row.numbers:
                keys = [row.key.replace("{n}", str(n)) for n in range(1, _most(row, type_id) + 1)]
                if row.tag == "mppt":
                    self._mppts = keys
                elif row.name == "voltage_v":
                    self._volts = keys
                else:
                    self._amperes = keys
            else:
                kilo = kilo_17 and type_id == _GRID_METER and row.unit in _WATTS
                self._plain.append((row.key, row.name, 1.0 if kilo else 1.0 / row.factor))
        self._empty: dict[str, float | None] = dict.fromkeys([*self._volts, *self._amperes, *self._mppts])
        if unlisted:
            self._empty[UNKNOWN_KEY] = 1.0

    def sent(self, reading: Reading) -> dict[str, float | None]:
        """Return the data items of a reading."""
        row = self._empty.copy()
        values = reading.values
        for key, name, scale in self._plain:
            value = values.get(name)
            row[key] = None if value is None else round(value * scale, 3)
        if self._volts and reading.strings:
            number = 0
            for number, (volts, amperes) in enumerate(reading.strings):
                row[self._volts[number]] = round(volts, 1)
                row[self._amperes[number]] = round(amperes, 3)
            for phantom in range(number + 1, min(number + 1 + _PHANTOMS, len(self._volts))):
                row[self._volts[phantom]] = row[self._amperes[phantom]] = 0.0
        for key, energy in zip(self._mppts, reading.mppts, strict=False):
            row[key] = round(energy, 2)
        return row

    def hollow(self) -> dict[str, float | None]:
        """Return a row of one value, for benches in which only the calls count."""
        return {self._plain[0][0]: 1.0}


def _most(row: Field, type_id: int | None) -> int:
    return max(row.numbers.values()) if type_id is None else row.numbers.get(type_id, 0)


@lru_cache(maxsize=256)
def wire(interface: str, type_id: int | None, *, kilo_17: bool = False, unlisted: bool = False) -> Wire:
    """Return the compiled `Wire` of an interface and device type."""
    return Wire(interface, type_id, kilo_17=kilo_17, unlisted=unlisted)
