"""What lies in the spool: batches, their sums, and the fate of their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.model import Lane

if TYPE_CHECKING:
    from collector.store.database import Row

COLUMNS = (
    "account, interface, lane, fetched_at, lines, first_ns, last_ns, id, tries, not_before, reason, size, crc"
)
"""What `stored` reads, in this order."""

FATES = ("landed", "settled", "quarantined", "expired", "given_up", "damaged")
"""What can become of a line; each is a durable count ``lines_…``."""


@dataclass(frozen=True, slots=True)
class SpoolBatch:
    """Lines of one answer, compressed as they will be sent.

    Attributes:
        account: Account name.
        interface: Interface name.
        lane: Live or history.
        fetched_at: When the answer came. [s since epoch, UTC]
        lines: Lines in the body.
        first_ns: Earliest stamp. [ns since epoch, UTC]
        last_ns: Latest stamp. [ns since epoch, UTC]
        body: Line protocol, gzip.
    """

    account: str
    interface: str
    lane: Lane
    fetched_at: float
    lines: int
    first_ns: int
    last_ns: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredBatch(SpoolBatch):
    """A batch in its place in the spool.

    Attributes:
        id: Its number; a batch keeps it until it is settled, split or given up.
        tries: How often it was postponed.
        not_before: Not to be sent earlier; 0 where nothing stands against it. [s since epoch, UTC]
        reason: Why it was postponed last, or "".
    """

    id: int
    tries: int
    not_before: float
    reason: str


@dataclass(frozen=True, slots=True)
class SpoolStats:
    """What waits.

    Attributes:
        batches: Batches.
        lines: Lines.
        bytes: Compressed. [B]
        oldest_fetched_at: When the oldest was fetched, None where nothing waits. [s since epoch, UTC]
    """

    batches: int
    lines: int
    bytes: int
    oldest_fetched_at: float | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Lines by their fate; everything that landed is somewhere.

    Attributes:
        landed: Appended.
        settled: Confirmed by the sink.
        quarantined: Refused by the sink and kept.
        expired: Older than the database keeps.
        given_up: Dropped to keep the spool within its bound.
        damaged: Lost with damaged pages.
        pending: Waiting now.
    """

    landed: int = 0
    settled: int = 0
    quarantined: int = 0
    expired: int = 0
    given_up: int = 0
    damaged: int = 0
    pending: int = 0

    @property
    def missing(self) -> int:
        """Lines without a known fate: always 0."""
        fates = self.settled + self.quarantined + self.expired + self.given_up + self.damaged
        return self.landed - fates - self.pending


def stored(row: Row, body: bytes) -> StoredBatch:
    """Return a row of `COLUMNS` with its body as a batch."""
    account, interface, lane, fetched_at, lines, first_ns, last_ns, batch_id, tries, not_before, reason = row[
        :11
    ]
    return StoredBatch(
        account=account,
        interface=interface,
        lane=Lane(lane),
        fetched_at=fetched_at,
        lines=lines,
        first_ns=first_ns,
        last_ns=last_ns,
        body=body,
        id=batch_id,
        tries=tries,
        not_before=not_before,
        reason=reason,
    )
