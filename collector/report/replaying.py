"""Quarantined lines back into the spool, where nothing later has been fetched for their identity."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.model import Lane
from collector.packing import LINES_PER_BATCH, pack
from collector.store import SpoolBatch
from collector.store.quarantine import identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.store import Rejected, StateFile

NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of lines that were to be replayed.

    Attributes:
        replayed: Numbers of the lines that are in the spool again.
        covered: Numbers of those that stay, because a later answer holds the same identity.
    """

    replayed: tuple[int, ...]
    covered: tuple[int, ...]


def replay(state: StateFile, rejected: Sequence[Rejected]) -> Replay:
    """Put lines back into the spool, all in one transaction, or leave those that would undo something later.

    What waits in the spool counts as later too: it is written before a line that joins the queue now.

    Raises:
        StateError: The state file does not take them; nothing has changed.
    """
    with state.transaction():
        waiting = _waiting(state, {identity(r.line) for r in rejected if not r.covered})
        free: list[Rejected] = []
        kept: list[Rejected] = []
        for one in sorted(rejected, key=lambda r: (r.fetched_at, r.id)):
            later = waiting.get(identity(one.line), float("-inf")) > one.fetched_at
            (kept if one.covered or later else free).append(one)
        for batch in _batches(free):
            state.spool.append(batch)
        for one in free:
            state.quarantine.remove(one.id)
    return Replay(tuple(r.id for r in free), tuple(r.id for r in kept))


def _waiting(state: StateFile, names: set[bytes]) -> dict[bytes, float]:
    """Return when the newest line of each name that waits in the spool was fetched. [s since epoch, UTC]"""
    newest: dict[bytes, float] = {}
    if names:
        for lines, fetched_at in state.spool.waiting():
            for line in lines:
                name = identity(line)
                if name in names:
                    newest[name] = max(newest.get(name, fetched_at), fetched_at)
    return newest


def _batches(rejected: Sequence[Rejected]) -> list[SpoolBatch]:
    """Return the lines in batches of one answer each, in the live lane: whatever lands later follows them."""
    answers: dict[tuple[float, str, str], list[bytes]] = defaultdict(list)
    for one in rejected:
        answers[one.fetched_at, one.account, one.interface].append(one.line)
    batches = []
    for (fetched_at, account, interface), lines in answers.items():
        for start in range(0, len(lines), LINES_PER_BATCH):
            part = lines[start : start + LINES_PER_BATCH]
            stamps = [_stamp(line, int(fetched_at * NS)) for line in part]
            batches.append(
                SpoolBatch(
                    account, interface, Lane.LIVE, fetched_at, len(part), min(stamps), max(stamps), pack(part)
                )
            )
    return batches


def _stamp(line: bytes, otherwise: int) -> int:
    """Return the time of a line, which may be the very thing that is wrong with it. [ns since epoch, UTC]"""
    last = line.rsplit(b" ", 1)[-1]
    return int(last) if last.removeprefix(b"-").isdigit() else otherwise
