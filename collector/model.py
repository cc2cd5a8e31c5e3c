"""The nouns of the collector: plant, device, call, request, answer. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lane(StrEnum):
    """The two queues of the spool: what is live now, and what was asked of the past."""

    LIVE = "live"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Plant:
    """One PV plant as its account lists it.

    Attributes:
        account: Name of the account that reads it.
        vendor: Vendor tag, e.g. ``fusionsolar``.
        plant_id: Stored identity: the account's ``id_prefix`` + ``code``. For ever.
        code: The vendor's own id, as sent in calls.
        name: Display name.
        capacity_kwp: Installed DC capacity. [kWp]
        latitude: [degrees north]
        longitude: [degrees east]
        connected: Grid connection stamp as the vendor sent it (carries an offset), or "".
        zone: IANA name or ``Etc/GMT∓h`` in which the plant's days begin; "" while unknown.
        group: Free label from the settings, or "".
        access: "ok", or why no data may be read, in words.
        access_since: When ``access`` last changed. [s since epoch, UTC]
        missed: Complete lists in a row without this plant; gone at 2.
    """

    account: str
    vendor: str
    plant_id: str
    code: str
    name: str
    capacity_kwp: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    connected: str = ""
    zone: str = ""
    group: str = ""
    access: str = "ok"
    access_since: float = 0.0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    """One device of a plant.

    Attributes:
        account: Name of the account that reads it.
        vendor: Vendor tag.
        plant_id: Stored identity of its plant.
        plant_code: The vendor's id of its plant.
        device_id: Stored identity: ``id_prefix`` + the vendor's ``id`` as decimal text. For ever.
        code: The vendor's own ``id`` as decimal text, as sent in calls.
        type_id: The vendor's device type number.
        device_type: inverter, battery, meter, emi, logger or other.
        name: Display name.
        sn: Serial number, or "".
        model: Vendor's model text, or "".
        software: Software version, or "".
        missed: Complete lists in a row without this device; gone at 2.
    """

    account: str
    vendor: str
    plant_id: str
    plant_code: str
    device_id: str
    code: str
    type_id: int
    device_type: str
    name: str
    sn: str = ""
    model: str = ""
    software: str = ""
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Members that one call asks about together: vendor codes of plants, or of devices of one type."""

    members: tuple[str, ...]
    type_id: int | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Hash its hundred members once: batches are looked up by the hundred at every question."""
        object.__setattr__(self, "_hash", hash((self.members, self.type_id)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a vendor, complete but for the session.

    Attributes:
        account: Account name.
        interface: Interface name as in the manual, e.g. ``getDevRealKpi``.
        batch: Whom it asks about; empty for login, logout and plant lists.
        period: The coverage key it asks for: ``2026-11-20`` (a date's hours), ``2026-11`` (a month's days),
            ``2026`` (a year's months), ``life`` (all years), ``now`` (live), or "" where time plays no part.
        page: Page of a paged list, from 1; 0 where the call is not paged.
        begin_ms: Start of an explicit range. [ms since epoch, UTC]
        end_ms: End of an explicit range. [ms since epoch, UTC]
    """

    account: str
    interface: str
    batch: Batch = Batch(())
    period: str = ""
    page: int = 0
    begin_ms: int = 0
    end_ms: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, ready to send: the bytes signed are the bytes sent."""

    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP, unread.

    Attributes:
        status: HTTP status.
        headers: Header names in lower case. ``set-cookie`` values are joined by line feeds.
        body: Raw bytes, already decompressed.
        sent_at: When the request was sent. [s since epoch, UTC]
        answered_at: When the whole body was here. [s since epoch, UTC]
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_at: float
    answered_at: float


@dataclass(frozen=True, slots=True)
class Identity:
    """The immutable tags under which a member's readings are stored."""

    vendor: str
    plant_id: str
    device_id: str = ""
    device_type: str = ""
    type_id: int | None = None
    zone: str = ""
