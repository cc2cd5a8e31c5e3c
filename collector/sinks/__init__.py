"""Where lines come to rest: InfluxDB 2.x and 3.x, InfluxDB 1.x, or the embedded SQLite store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection


class Sink(Protocol):
    """A database that takes line protocol with InfluxDB's semantics.

    Identity is measurement, sorted tags and time; fields of one identity merge; the last value written wins; the
    type of a field is fixed by its first value. So writing a batch again changes nothing.

    Attributes:
        name: Kind and place in words, without credentials; kept with quarantined lines.
    """

    name: str

    async def write(self, body: bytes, lines: int) -> None:
        """Return only when all lines are stored.

        Args:
            body: gzip-compressed line protocol, one line per point, stamps in nanoseconds.
            lines: How many lines it holds.

        Raises:
            SinkUnavailable: try the same batch later.
            SinkMisconfigured: only a person can mend it.
            BatchTooLarge: send fewer lines at once.
            LinesRejected: some lines are refused, named or not.
        """
        ...

    async def probe(self) -> str:
        """Return one line of words that says where writes go, after having tried.

        Raises:
            SinkError: a write would not succeed, and why.
        """
        ...

    def points(
        self, begin_ns: int, end_ns: int, measurements: Collection[str] | None = None
    ) -> AsyncIterator[bytes]:
        """Yield what is stored in [begin_ns, end_ns) as lines of line protocol, series by series, oldest first.

        Args:
            begin_ns: First moment. [ns since epoch, UTC]
            end_ns: First moment no longer wanted. [ns since epoch, UTC]
            measurements: Only these; all where None.

        Raises:
            SinkError: it cannot be read.
        """
        ...

    async def close(self) -> None:
        """Release connections and files."""
        ...
