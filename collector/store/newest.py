"""The newest values of each device and plant, and the strings that have ever shown a current."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from collector.store.database import Database, Row

_AT_ONCE = 500
_FIELDS = msgspec.json.Decoder(dict[str, float])


@dataclass(frozen=True, slots=True)
class NewestRow:
    """The newest values of one member.

    Attributes:
        key: device_id or plant_id.
        kind: Which of its lines, e.g. the measurement.
        time_ns: Stamp of the line. [ns since epoch, UTC]
        fetched_at: When it was fetched. [s since epoch, UTC]
        fields: Field name to value.
    """

    key: str
    kind: str
    time_ns: int
    fetched_at: float
    fields: Mapping[str, float]


class Newest:
    """Newest values: a later stamp replaces, the same stamp merges (last fetched wins), an earlier one is ignored."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, rows: Iterable[tuple[str, str, int, float, Mapping[str, float]]]) -> None:
        """Offer (key, kind, time_ns, fetched_at, fields), whole or not at all."""
        offered = [NewestRow(*row) for row in rows]
        with self._database.joined():
            for first in range(0, len(offered), _AT_ONCE):
                self._offer(offered[first : first + _AT_ONCE])

    def all(self) -> dict[tuple[str, str], NewestRow]:
        """Return the newest values of every member, by key and kind."""
        rows = self._database.rows("SELECT key, kind, time_ns, fetched_at, fields FROM newest")
        return {(row[0], row[1]): _read(row) for row in rows}

    def of(self, key: str) -> dict[str, NewestRow]:
        """Return the newest values of one device or plant, by kind."""
        rows = self._database.rows(
            "SELECT key, kind, time_ns, fetched_at, fields FROM newest WHERE key = ?", (key,)
        )
        return {row[1]: _read(row) for row in rows}

    def of_many(self, keys: Sequence[str], kind: str) -> dict[str, NewestRow]:
        """Return the newest values of one kind of some members, by key."""
        found: dict[str, NewestRow] = {}
        for first in range(0, len(keys), _AT_ONCE):
            some = keys[first : first + _AT_ONCE]
            rows = self._database.rows(
                f"SELECT key, kind, time_ns, fetched_at, fields FROM newest WHERE kind = ? AND key IN ({','.join('?' * len(some))})",  # noqa: S608  marks only
                (kind, *some),
            )
            found.update((row[0], _read(row)) for row in rows)
        return found

    def forget(self, key: str) -> None:
        """Forget a member that is gone."""
        with self._database.joined():
            self._database.execute("DELETE FROM newest WHERE key = ?", (key,))
            self._database.execute("DELETE FROM string_shown WHERE device_id = ?", (key,))

    def strings_shown(self) -> dict[str, frozenset[int]]:
        """Return, by device_id, the numbers of the strings that have ever shown a current."""
        shown: dict[str, set[int]] = {}
        for device_id, number in self._database.rows("SELECT device_id, number FROM string_shown"):
            shown.setdefault(device_id, set()).add(number)
        return {device_id: frozenset(numbers) for device_id, numbers in shown.items()}

    def add_strings(self, device_id: str, numbers: Iterable[int]) -> None:
        """Remember strings that have shown a current."""
        self._database.many(
            "INSERT OR IGNORE INTO string_shown (device_id, number) VALUES (?, ?)",
            [(device_id, number) for number in numbers],
        )

    def _offer(self, offered: Sequence[NewestRow]) -> None:
        keys = list({row.key for row in offered})
        marks = ",".join("?" * len(keys))
        rows = self._database.rows(
            f"SELECT key, kind, time_ns, fetched_at, fields FROM newest WHERE key IN ({marks})",  # noqa: S608  marks only
            keys,
        )
        held = {(row[0], row[1]): _read(row) for row in rows}
        taken: dict[tuple[str, str], NewestRow] = {}
        for row in offered:
            place = (row.key, row.kind)
            merged = _merged(held.get(place), row)
            if merged is not None:
                held[place] = taken[place] = merged
        self._database.many(
            "INSERT OR REPLACE INTO newest (key, kind, time_ns, fetched_at, fields) VALUES (?, ?, ?, ?, ?)",
            [
                (row.key, row.kind, row.time_ns, row.fetched_at, msgspec.json.encode(row.fields).decode())
                for row in taken.values()
            ],
        )


def _merged(held: NewestRow | None, row: NewestRow) -> NewestRow | None:
    """Return what is held after an offer, None where it stays what it was."""
    if held is None or held.time_ns < row.time_ns:
        return row
    if held.time_ns > row.time_ns:
        return None
    older, newer = (held, row) if held.fetched_at <= row.fetched_at else (row, held)
    return replace(newer, fields={**older.fields, **newer.fields})


def _read(row: Row) -> NewestRow:
    key, kind, time_ns, fetched_at, fields = row
    try:
        return NewestRow(key, kind, time_ns, fetched_at, _FIELDS.decode(fields))
    except msgspec.DecodeError:
        # A damaged row: nothing is known until the next reading.
        return NewestRow(key, kind, 0, 0.0, {})
