"""Tells a line that the database chokes on from a database that chokes on everything.

Some answers, above all HTTP 500 and silence, mean either. A line is only blamed where other lines of the same batch
go through at the same time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.errors import SinkError, SinkUnavailable
from collector.packing import pack

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

SUSPECT_AFTER = 6
"""Tries of the whole batch before its lines are suspected."""

MOST_PIECES = 16
MOST_REQUESTS = 64
BLAMED_AFTER = 2
"""Failures of a line alone before it is blamed."""


@dataclass(slots=True)
class Findings:
    """What became of the lines of a suspected batch.

    Attributes:
        settled: Lines that the sink has confirmed.
        poison: Lines that it refuses alone, while others go through.
        rest: Lines still to be sent, in their order.
        reason: What the sink said last of a poisonous line.
    """

    settled: int = 0
    poison: list[bytes] = field(default_factory=list)
    rest: list[bytes] = field(default_factory=list)
    reason: str = ""


async def search(
    lines: Sequence[bytes], write: Callable[[bytes, int], Awaitable[None]], tries: int
) -> Findings:
    """Send a batch in pieces, and the pieces that fail in smaller ones, while anything goes through.

    Args:
        lines: The batch.
        write: Sends a body of so many lines; raises SinkError.
        tries: How often the batch has failed: each failure lets the first cut be finer.
    """
    found = Findings()
    pieces = min(MOST_PIECES, 2 ** (1 + max(0, tries - SUSPECT_AFTER)), len(lines))
    each = -(-len(lines) // pieces)
    waiting = deque((at, min(at + each, len(lines))) for at in range(0, len(lines), each))
    failed: list[tuple[int, int]] = []
    alone: dict[tuple[int, int], int] = {}
    for _ in range(MOST_REQUESTS):
        if not waiting and found.settled:
            # Something went through: what failed is worth a closer look, a single line a second one.
            waiting.extend(
                piece for span in failed for piece in _closer(span) if alone.get(piece, 0) < BLAMED_AFTER
            )
            failed.clear()
        if not waiting:
            break
        begin, end = waiting.popleft()
        try:
            await write(pack(lines[begin:end]), end - begin)
        except SinkUnavailable as error:
            failed.append((begin, end))
            if not error.may_be_poison:
                break
            found.reason = str(error)
            if end - begin == 1:
                alone[begin, end] = alone.get((begin, end), 0) + 1
        except SinkError:
            waiting.append((begin, end))
            break
        else:
            found.settled += end - begin
            alone.pop((begin, end), None)
    # A second look is only taken while something goes through, so whoever failed twice failed alone.
    blamed = {span for span, times in alone.items() if times >= BLAMED_AFTER}
    found.poison = [lines[begin] for begin, _ in sorted(blamed)]
    left = sorted(({*failed, *waiting} | alone.keys()) - blamed)
    found.rest = [line for begin, end in left for line in lines[begin:end]]
    return found


def _closer(span: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the halves of a span, or the span itself where it is one line."""
    begin, end = span
    middle = (begin + end) // 2
    return [(begin, middle), (middle, end)] if end - begin > 1 else [span]
