"""What derived values are made of and no reading keeps: the last days of a plant, the sums of its strings, when it woke."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from collector.kpi import Day, StringSums

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from collector.store.database import Database

T = TypeVar("T")

_DAYS: Final = "days"
_STRINGS: Final = "strings"
_WOKE: Final = "woke"
_AT_ONCE: Final = 500
_days = msgspec.json.Decoder(dict[str, Day])
_sums = msgspec.json.Decoder(StringSums)


class Operands:
    """One document for each plant or inverter and kind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def days(self, plants: Collection[str]) -> dict[str, dict[str, Day]]:
        """Return the last days of plants, by plant_id and local date."""
        return {
            key: days for key, doc in self._docs(plants, _DAYS) if (days := _read(_days, doc)) is not None
        }

    def put_days(self, plants: Mapping[str, Mapping[str, Day]], keep: int) -> None:
        """Put days over those of the same date, and keep the newest `keep` dates of each plant."""
        held = self.days(plants)
        rows = []
        for key, days in plants.items():
            merged = held.get(key, {}) | {
                day: row
                for day, row in days.items()
                if day not in held.get(key, {}) or held[key][day].fetched_at <= row.fetched_at
            }
            rows.append((key, {day: merged[day] for day in sorted(merged)[-keep:]}))
        self._put(_DAYS, ((key, msgspec.json.encode(days).decode()) for key, days in rows))

    def strings(self, devices: Collection[str]) -> dict[str, StringSums]:
        """Return the sums of inverters, by device_id."""
        return {
            key: sums for key, doc in self._docs(devices, _STRINGS) if (sums := _read(_sums, doc)) is not None
        }

    def put_strings(self, sums: Mapping[str, StringSums]) -> None:
        """Replace the sums of inverters."""
        self._put(_STRINGS, ((key, msgspec.json.encode(one).decode()) for key, one in sums.items()))

    def woke(self, plants: Collection[str]) -> dict[str, str]:
        """Return the local date on which plants last showed power, by plant_id."""
        return dict(self._docs(plants, _WOKE))

    def put_woke(self, plants: Mapping[str, str]) -> None:
        """Note the local date on which plants showed power."""
        held = self.woke(plants)
        self._put(_WOKE, ((key, day) for key, day in plants.items() if held.get(key, "") < day))

    def forget(self, key: str) -> None:
        """Forget a plant or device that is gone."""
        self._database.execute("DELETE FROM operand WHERE key = ?", (key,))

    def _docs(self, keys: Collection[str], kind: str) -> Iterator[tuple[str, str]]:
        for some in _chunks(keys):
            marks = ", ".join("?" * len(some))
            yield from self._database.rows(
                f"SELECT key, doc FROM operand WHERE kind = ? AND key IN ({marks})",  # noqa: S608  question marks
                (kind, *some),
            )

    def _put(self, kind: str, docs: Iterable[tuple[str, str]]) -> None:
        self._database.many(
            "INSERT OR REPLACE INTO operand (key, kind, doc) VALUES (?, ?, ?)",
            [(key, kind, doc) for key, doc in docs],
        )


def _chunks(keys: Collection[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _read(decoder: msgspec.json.Decoder[T], doc: str) -> T | None:
    try:
        return decoder.decode(doc)
    except msgspec.DecodeError:
        # A damaged row: nothing is known until it is written anew.
        return None
