"""Alarms that were raised and have not ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from collector.store.database import Database

_PAYLOAD = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    """One open alarm.

    Attributes:
        key: What it is known by, as text.
        plant_id: Stored identity of its plant.
        raised_ms: When it was raised. [ms since epoch, UTC]
        payload: Its fields, as JSON keeps them.
    """

    key: str
    plant_id: str
    raised_ms: int
    payload: Mapping[str, Any]


class OpenAlarms:
    """Open alarms of each account, one for each key and moment of raising."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, account: str, plants: Collection[str] | None = None) -> list[StoredAlarm]:
        """Return the account's open alarms, oldest first; of some plants only, by plant_id, where they are named."""
        some = "" if plants is None else f" AND plant_id IN ({','.join('?' * len(plants))})"
        rows = self._database.rows(
            f"SELECT key, plant_id, raised_ms, payload FROM alarm WHERE account = ?{some} ORDER BY raised_ms, key",  # noqa: S608  marks only
            (account, *(plants or ())),
        )
        alarms: list[StoredAlarm] = []
        for key, plant_id, raised_ms, payload in rows:
            try:
                alarms.append(StoredAlarm(key, plant_id, raised_ms, _PAYLOAD.decode(payload)))
            except msgspec.DecodeError:
                # A damaged row: the next reading of the alarms brings it again.
                continue
        return alarms

    def put(self, account: str, alarms: Iterable[StoredAlarm]) -> None:
        """Remember alarms as open; the same key and moment is replaced."""
        self._database.many(
            "INSERT OR REPLACE INTO alarm (account, key, raised_ms, plant_id, payload) VALUES (?, ?, ?, ?, ?)",
            [
                (account, a.key, a.raised_ms, a.plant_id, msgspec.json.encode(a.payload).decode())
                for a in alarms
            ],
        )

    def close(self, account: str, ended: Iterable[tuple[str, int]]) -> None:
        """Forget alarms that have ended, each named by its key and the moment it was raised. [ms]"""
        self._database.many(
            "DELETE FROM alarm WHERE account = ? AND key = ? AND raised_ms = ?",
            [(account, key, raised_ms) for key, raised_ms in ended],
        )

    def oldest(self, account: str) -> dict[str, int]:
        """Return when the oldest open alarm of each plant that has any was raised, by plant_id. [ms since epoch, UTC]"""
        return dict(
            self._database.rows(
                "SELECT plant_id, min(raised_ms) FROM alarm WHERE account = ? GROUP BY plant_id", (account,)
            )
        )

    def active(self, account: str) -> dict[str, int]:
        """Return the number of open alarms of each plant that has any, by plant_id."""
        return dict(
            self._database.rows(
                "SELECT plant_id, count(*) FROM alarm WHERE account = ? GROUP BY plant_id", (account,)
            )
        )
