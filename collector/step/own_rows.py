"""Rows that the collector writes of its own accord, not out of an answer: what changed, when it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.lineprotocol import line
from collector.model import Lane
from collector.packing import pack
from collector.store.spool import SpoolBatch

if TYPE_CHECKING:
    from collector.store import StateFile

FAULT_ROWS = "collector_fault"
_NS_PER_MS = 1_000_000


def moment_ns(now: float) -> int:
    """Return a moment of our clock as the time of a row, to the millisecond. [ns since epoch, UTC]"""
    return int(now * 1000) * _NS_PER_MS


def fault_line(account: str, subject: str, words: str, *, active: bool, now: float) -> bytes:
    """Return the line of `collector_fault` that tells of a change.

    Args:
        account: Account name, or "" for what concerns all.
        subject: An interface, "login", "inventory" …
        words: What is wrong, or was.
        active: True where it begins, False where it ends.
        now: Our clock at the change. [s since epoch, UTC]
    """
    tags = [("account", account), ("subject", subject)]
    return line(FAULT_ROWS, tags, [("active", 1.0 if active else 0.0), ("words", words)], moment_ns(now))


def spool_own(state: StateFile, account: str, name: str, own: bytes, now: float) -> None:
    """Put a row of the collector's own into the spool.

    Args:
        state: The state file.
        account: Account name.
        name: What the batch is called in place of an interface.
        own: The line.
        now: When it became true. [s since epoch, UTC]
    """
    stamp = moment_ns(now)
    state.spool.append(SpoolBatch(account, name, Lane.LIVE, now, 1, stamp, stamp, pack([own])))
