"""A plant list being read page by page: it counts only once it is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collector.model import Plant
    from collector.vendors import PlantPage


class Listing:
    """The pages of one list so far; a restart begins anew.

    Attributes:
        next_page: Page to ask for next, from 1.
    """

    def __init__(self) -> None:
        self.next_page = 1
        self._plants: dict[str, Plant] = {}

    def add(self, page: PlantPage) -> bool:
        """Take a page; True where the list is complete now."""
        if page.page != self.next_page:
            self.clear()
            return False
        self._plants.update((p.code, p) for p in page.plants)
        self.next_page += 1
        return page.page >= page.pages

    def plants(self) -> list[Plant]:
        """Return the plants of all pages so far."""
        return list(self._plants.values())

    def clear(self) -> None:
        """Begin anew."""
        self.next_page = 1
        self._plants = {}
