"""Which account reads a plant that several accounts list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Claims:
    """Which account reads a plant that several accounts list: the first in the configuration file.

    Attributes:
        version: Grows whenever an owner may have changed.
    """

    def __init__(self) -> None:
        self.version = 0
        self._order: list[str] = []
        self._owners: dict[str, str] = {}
        self._listed: dict[str, frozenset[str]] = {}

    def register(self, account: str) -> None:
        """Add an account, in the order of the file."""
        if account not in self._order:
            self._order.append(account)

    def list_plants(self, account: str, plant_ids: Iterable[str]) -> None:
        """Take note of the plants (stored ids) that an account lists."""
        listed = frozenset(plant_ids)
        if listed == self._listed.get(account):
            return
        self._listed[account] = listed
        self.version += 1
        self._owners = {}
        for name in reversed(self._order):
            self._owners.update(dict.fromkeys(self._listed.get(name, ()), name))

    def owner(self, plant_id: str) -> str:
        """Return the account that reads the plant; "" where no account lists it."""
        return self._owners.get(plant_id, "")
