"""The plants and devices of each account, as last read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from collector.model import Device, Plant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.store.database import Database

T = TypeVar("T", Plant, Device)

NEWS_KEPT = 1000
"""Lines of news that an account keeps."""


class Inventory:
    """Plants and devices, replaced as a whole at each complete reading."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plant = msgspec.json.Decoder(Plant)
        self._device = msgspec.json.Decoder(Device)

    def plants(self, account: str) -> list[Plant]:
        """Return the account's plants, in the order in which they were saved."""
        return self._read(account, "plant", self._plant)

    def devices(self, account: str) -> list[Device]:
        """Return the account's devices, in the order in which they were saved."""
        return self._read(account, "device", self._device)

    def save_plants(self, account: str, plants: Sequence[Plant]) -> None:
        """Replace the account's plants."""
        self._save(account, "plant", plants)

    def save_devices(self, account: str, devices: Sequence[Device]) -> None:
        """Replace the account's devices."""
        self._save(account, "device", devices)

    def version(self, account: str) -> int:
        """Return a number that grows at each save; 0 before the first."""
        rows = self._database.rows("SELECT version FROM inventory_version WHERE account = ?", (account,))
        return int(rows[0][0]) if rows else 0

    def tell(self, account: str, at: float, text: str) -> None:
        """Add a line of news: what came, what went. The oldest beyond 1 000 lines are forgotten."""
        with self._database.joined():
            self._database.execute(
                "INSERT INTO inventory_news (account, at, text) VALUES (?, ?, ?)", (account, at, text)
            )
            self._database.execute(
                "DELETE FROM inventory_news WHERE account = ?1 AND id <= ("
                "SELECT id FROM inventory_news WHERE account = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                (account, NEWS_KEPT),
            )

    def news(self, account: str, since: float = 0.0) -> list[tuple[float, str]]:
        """Return the news at or after `since`, oldest first. [s since epoch, UTC]"""
        return self._database.rows(
            "SELECT at, text FROM inventory_news WHERE account = ? AND at >= ? ORDER BY id", (account, since)
        )

    def _read(self, account: str, kind: str, decoder: msgspec.json.Decoder[T]) -> list[T]:
        rows = self._database.rows(
            "SELECT doc FROM inventory WHERE account = ? AND kind = ? ORDER BY place", (account, kind)
        )
        members: list[T] = []
        for (doc,) in rows:
            try:
                members.append(decoder.decode(doc))
            except msgspec.DecodeError:
                # A damaged row: the daily reading brings the member again.
                continue
        return members

    def _save(self, account: str, kind: str, members: Sequence[Plant] | Sequence[Device]) -> None:
        with self._database.joined():
            self._database.execute("DELETE FROM inventory WHERE account = ? AND kind = ?", (account, kind))
            self._database.many(
                "INSERT INTO inventory (account, kind, place, doc) VALUES (?, ?, ?, ?)",
                [
                    (account, kind, place, msgspec.json.encode(member).decode())
                    for place, member in enumerate(members)
                ],
            )
            self._database.execute(
                "INSERT INTO inventory_version (account, version) VALUES (?, 1)"
                " ON CONFLICT (account) DO UPDATE SET version = version + 1",
                (account,),
            )
