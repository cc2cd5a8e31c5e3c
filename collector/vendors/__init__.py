"""What the collector asks of a vendor: build a request, read an answer. Pure: no I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from collector.catalogue.terms import Interface
    from collector.model import Answer, Call, Device, Plant, Request


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The login was accepted; the token opens every other interface."""

    token: str

    def __repr__(self) -> str:
        return "LoggedIn(token=***)"


@dataclass(frozen=True, slots=True)
class PlantPage:
    """One page of the plant list. The list is complete when page == pages.

    Attributes:
        at_ms: The server's clock, 0 where it sent none. [ms since epoch, UTC]
    """

    plants: tuple[Plant, ...]
    page: int
    pages: int
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class DeviceList:
    """All devices of the plants asked about."""

    devices: tuple[Device, ...]
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """An accepted answer whose rows are the normaliser's to read; `empty` where the vendor has none."""

    empty: bool = False


Outcome = LoggedIn | PlantPage | DeviceList | Rows


class Vendor(Protocol):
    """One account at one vendor.

    Attributes:
        name: Vendor tag.
        interfaces: Its interfaces by name.
        kpi_types: Device types that its budgets count.
        login: Name of the interface that opens a session.
        plant_lists: Interfaces that list plants, the preferred one first.
        private_keys: Keys of answers that name a person or open a session: removed before an answer is kept.
    """

    name: str
    interfaces: Mapping[str, Interface]
    kpi_types: Collection[int]
    login: str
    plant_lists: tuple[str, ...]
    private_keys: Collection[str]

    def build(self, call: Call, token: str) -> Request:
        """Return the request for a call; `token` is "" for the login itself."""
        ...

    def read(self, call: Call, answer: Answer) -> Outcome:
        """Return what an answer says.

        Raises:
            Refusal: The vendor said no; the class is the decision.
            VendorUnreachable: The answer is not the interface's (gateway page, maintenance).
            AnswerUnreadable: The answer cannot be understood.
        """
        ...


def vendor_for(
    name: str, account: str, username: str, password: str, *, language: str, id_prefix: str
) -> Vendor:
    """Return the vendor of that name for one account."""
    from collector.vendors.fusionsolar import FusionSolar

    if name != FusionSolar.name:
        raise KeyError(name)
    return FusionSolar(account, username, password, language=language, id_prefix=id_prefix)
