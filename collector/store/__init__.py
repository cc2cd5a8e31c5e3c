"""The state file and its parts."""

from __future__ import annotations

from collector.store.batches import Balance, SpoolBatch, SpoolStats, StoredBatch
from collector.store.facts import Fact
from collector.store.newest import NewestRow
from collector.store.open_alarms import StoredAlarm
from collector.store.quarantine import Rejected
from collector.store.raw_answers import RawAnswer
from collector.store.salvage import Salvage
from collector.store.sessions import Session
from collector.store.state import StateFile

__all__ = [
    "Balance",
    "Fact",
    "NewestRow",
    "RawAnswer",
    "Rejected",
    "Salvage",
    "Session",
    "SpoolBatch",
    "SpoolStats",
    "StateFile",
    "StoredAlarm",
    "StoredBatch",
]
