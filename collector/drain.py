"""Empties the spool into the sink, one batch at a time, and loses no line on the way.

A batch that the sink takes is settled. One that is too large is halved. Refused lines are cut out: at once where the
sink names them, else by halving in the spool, so that a crash repeats at most one request. What the sink cannot take
now keeps its place and is tried again, later and later.
"""

from __future__ import annotations

import asyncio
import zlib
from random import Random
from typing import TYPE_CHECKING

from collector.errors import (
    BatchTooLarge,
    LinesRejected,
    SinkError,
    SinkMisconfigured,
    SinkUnavailable,
)
from collector.packing import pack, unpack
from collector.sinks.answers import stamp
from collector.sinks.poison import SUSPECT_AFTER, search
from collector.store.quarantine import Rejected
from collector.store.spool import SpoolBatch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from collector.clock import Clock
    from collector.sinks import Sink
    from collector.store import StateFile
    from collector.store.spool import StoredBatch

BASE_S = 1.0
LONGEST_S = 300.0
MISCONFIGURED_S = 60.0
FARTHEST_S = 3_900.0
"""No wait is longer; a moment farther off comes from a clock that was set back. [s]"""


class Drain:
    """Sends what waits in `state.spool` to `sink`.

    Args:
        state: Holds the spool and the quarantine.
        sink: Where lines go.
        clock: Dates the next tries.
        max_bytes: Bound of the spool; enforced while the sink does not take anything. [B]
        on_change: Told each change of the sink's state once, in words.
        chance: Spreads the tries.
        on_given_up: Told the batches dropped to keep the bound, so that they can be fetched again.
        refetchable: Interfaces whose rows the vendor still holds: given up first.

    Attributes:
        requests: Writes tried since the start.
        trouble: Why the sink takes nothing at present, or "".
    """

    def __init__(
        self,
        state: StateFile,
        sink: Sink,
        clock: Clock,
        *,
        max_bytes: int,
        on_change: Callable[[str], None],
        chance: Random | None = None,
        on_given_up: Callable[[Sequence[StoredBatch]], None] = lambda _: None,
        refetchable: Collection[str] | None = None,
    ) -> None:
        self._state = state
        self._sink = sink
        self._clock = clock
        self._max_bytes = max_bytes
        self._on_change = on_change
        self._chance = chance or Random()  # noqa: S311  spreads load, guards nothing
        self._on_given_up = on_given_up
        self._refetchable = refetchable
        self._not_before = 0.0
        self._failures = 0
        self._largest: int | None = None
        self._kind: type[SinkError] | None = None
        self._halved: tuple[bytes, bytes, LinesRejected] | None = None
        self._doomed: tuple[bytes, LinesRejected] | None = None
        self.requests = 0
        self.trouble = ""

    async def step(self) -> float | None:
        """Send the batch whose turn it is, if it is due.

        Returns:
            The moment for the next step, None where the spool is empty. [s since epoch, UTC]

        Raises:
            StateError: the state file cannot be written; nothing is lost, the batch is sent again.
        """
        batch = self._state.spool.oldest()
        if batch is None:
            return None
        now = self._clock.now()
        due = max(self._not_before, batch.not_before)
        if now < due <= now + FARTHEST_S:
            return due
        # A state file that cannot be written must not make the same batch go out without pause.
        self._not_before = now + BASE_S
        wait = await self._send(batch)
        self._not_before = self._clock.now() + wait
        if wait:
            return self._not_before
        return None if self._state.spool.due_at() is None else self._clock.now()

    async def _send(self, batch: StoredBatch) -> float:
        """Send one batch and settle what came of it; return how long the sink is to be left alone. [s]"""
        if await self._cut_unsent(batch):
            return 0.0
        try:
            await self._write(batch.body, batch.lines)
        except BatchTooLarge as error:
            await self._halve(batch, error)
        except LinesRejected as error:
            await self._cut_out(batch, error)
        except SinkUnavailable as error:
            if error.may_be_poison and batch.tries >= SUSPECT_AFTER and await self._search(batch):
                return 0.0
            return self._wait(batch, error)
        except SinkMisconfigured as error:
            return self._wait(batch, error)
        else:
            self._state.spool.settle(batch.id)
            if self._halved is not None and self._halved[0] == batch.body:
                # The whole was refused and this half was not: no need to ask about the other half as a whole.
                self._doomed = self._halved[1:]
        self._works()
        return 0.0

    async def _write(self, body: bytes, lines: int) -> None:
        """Ask the sink once; raises as it does."""
        self.requests += 1
        await self._sink.write(body, lines)

    async def _cut_unsent(self, batch: StoredBatch) -> bool:
        """Cut a batch of which it is known what the sink would say; True where there is nothing to send now."""
        if not batch.lines:
            self._state.spool.settle(batch.id)
        elif batch.lines == 1:
            return False
        elif self._largest is not None and len(batch.body) > self._largest:
            await self._cut_to_size(batch)
        elif self._doomed is not None and self._doomed[0] == batch.body:
            await self._cut_out(batch, self._doomed[1])
        else:
            return False
        return True

    async def _cut_to_size(self, batch: StoredBatch) -> None:
        """Replace a batch by parts that the sink has been seen to take."""
        lines = await self._lines(batch)
        if lines is None:
            return
        pieces = -(-len(batch.body) // (self._largest or 1))
        each = max(1, len(lines) // pieces)
        groups = [lines[at : at + each] for at in range(0, len(lines), each)]
        self._state.spool.split(batch.id, [await _part(batch, group) for group in groups])

    async def _halve(self, batch: StoredBatch, error: BatchTooLarge) -> None:
        """Replace a batch by its halves and remember the size; a single line too large is set aside."""
        lines = await self._lines(batch)
        if lines is None:
            return
        if len(lines) == 1:
            self._state.spool.split(batch.id, [], [self._rejected(batch, lines[0], str(error))])
            return
        self._largest = min(self._largest or len(batch.body), len(batch.body) // 2)
        self._state.spool.split(batch.id, await _halves(batch, lines))

    async def _cut_out(self, batch: StoredBatch, error: LinesRejected) -> None:
        """Take refused lines out of a batch, or halve it to come closer to them."""
        lines = await self._lines(batch)
        if lines is None:
            return
        refused = {number: reason for number, reason in error.rejected.items() if 0 <= number < len(lines)}
        if not refused and len(lines) == 1:
            refused = {0: str(error)}
        if not refused:
            halves = await _halves(batch, lines)
            self._halved = (halves[0].body, halves[1].body, error)
            self._state.spool.split(batch.id, halves)
            return
        rest = [line for number, line in enumerate(lines) if number not in refused]
        # Only a sink that vouches for it is believed to have stored the rest: most name one fault of several.
        parts = [await _part(batch, rest)] if rest and not error.rest_written else []
        self._state.spool.split(
            batch.id,
            parts,
            [] if error.expired else [self._rejected(batch, lines[n], refused[n]) for n in sorted(refused)],
            settled=len(rest) if error.rest_written else 0,
            expired=len(refused) if error.expired else 0,
        )

    async def _search(self, batch: StoredBatch) -> bool:
        """Look for the line behind a fault that may be the server's own; True where that brought the batch on."""
        lines = await self._lines(batch)
        if lines is None:
            return True
        found = await search(lines, self._write, batch.tries)
        if not found.settled:
            return False
        rest = [await _part(batch, found.rest)] if found.rest else []
        refused = [self._rejected(batch, line, found.reason) for line in found.poison]
        self._state.spool.split(batch.id, rest, refused, settled=found.settled)
        self._works()
        return True

    async def _lines(self, batch: StoredBatch) -> list[bytes] | None:
        """Return the lines of a batch, None where it is damaged and has been set aside whole."""
        try:
            lines = await asyncio.to_thread(unpack, batch.body)
        except zlib.error:
            lines = []
        if len(lines) == batch.lines:
            return lines
        reason = f"a batch of {batch.lines} lines that cannot be unpacked, kept as it lay in the spool"
        with self._state.transaction():
            self._state.quarantine.add(self._rejected(batch, batch.body, reason))
            # Its lines never came to an age: they are booked over to where they belong.
            self._state.spool.split(batch.id, [], damaged=batch.lines)
        return None

    def _rejected(self, batch: StoredBatch, line: bytes, reason: str) -> Rejected:
        """Return a line as the quarantine keeps it."""
        return Rejected(
            line=line,
            reason=reason,
            sink=self._sink.name,
            fetched_at=batch.fetched_at,
            rejected_at=self._clock.now(),
            account=batch.account,
            interface=batch.interface,
        )

    def _wait(self, batch: StoredBatch, error: SinkUnavailable | SinkMisconfigured) -> float:
        """Keep the batch for later; return how long. [s]"""
        if isinstance(error, SinkMisconfigured):
            wait = MISCONFIGURED_S
        else:
            ceiling = min(LONGEST_S, BASE_S * 2.0 ** min(self._failures, 30))
            wait = error.retry_after_s + self._chance.uniform(0.0, ceiling)
        self._failures += 1
        self.trouble = str(error)
        if self._kind is not type(error):
            self._kind = type(error)
            self._on_change(f"sink down: {error}")
        self._state.spool.postpone(batch.id, self._clock.now() + wait, str(error))
        while given_up := self._state.spool.make_room(self._max_bytes, refetchable=self._refetchable):
            self._on_given_up(given_up)
        return wait

    def _works(self) -> None:
        """Note that the sink has answered as a working one does."""
        self._failures = 0
        self.trouble = ""
        if self._kind is not None:
            self._kind = None
            self._on_change("sink up again")


async def _halves(batch: StoredBatch, lines: Sequence[bytes]) -> list[SpoolBatch]:
    """Return the two halves of a batch."""
    middle = len(lines) // 2
    return [await _part(batch, lines[:middle]), await _part(batch, lines[middle:])]


async def _part(batch: StoredBatch, lines: Sequence[bytes]) -> SpoolBatch:
    """Return some lines of a batch as a batch of their own."""
    stamps = [at for at in map(stamp, lines) if at is not None]
    return SpoolBatch(
        account=batch.account,
        interface=batch.interface,
        lane=batch.lane,
        fetched_at=batch.fetched_at,
        lines=len(lines),
        first_ns=min(stamps, default=batch.first_ns),
        last_ns=max(stamps, default=batch.last_ns),
        # Compressing some thousand lines takes longer than the event loop may stand still.
        body=await asyncio.to_thread(pack, lines),
    )
