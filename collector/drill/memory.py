"""What a state file remembers between two lives, read from a copy so that the next life finds it as it was left."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from collector.packing import unpack
from collector.store.state import NAME


@dataclass(frozen=True, slots=True)
class Spent:
    """One row of the ledger.

    Attributes:
        id: Its number.
        interface: Interface name.
        sent: When it was spent. [s since epoch, UTC]
        landed: Whether its answer is known.
        refused: Whether the answer was a refusal.
    """

    id: int
    interface: str
    sent: float
    landed: bool
    refused: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """A state file at one moment.

    Attributes:
        spends: The ledger, oldest first.
        waiting: Lines in the spool, oldest fetched first.
        quarantined: Lines that the database refused.
    """

    spends: list[Spent]
    waiting: list[bytes]
    quarantined: list[bytes]


def remembered(state_dir: Path) -> Memory:
    """Return what the state file remembers; nothing where there is none yet."""
    if not (state_dir / NAME).exists():
        return Memory([], [], [])
    with tempfile.TemporaryDirectory() as folder:
        for path in state_dir.glob(f"{NAME}*"):
            if path.name in (NAME, f"{NAME}-wal"):
                shutil.copy(path, folder)
        with contextlib.closing(sqlite3.connect(Path(folder) / NAME)) as connection:
            return _read(connection)


def _read(connection: sqlite3.Connection) -> Memory:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'spool'").fetchall():
        return Memory([], [], [])  # killed while it was being made
    spends = [
        Spent(number, interface, sent, answered is not None, bool(refused))
        for number, interface, sent, answered, refused in connection.execute(
            "SELECT id, interface, sent, answered, refused FROM spend ORDER BY id"
        )
    ]
    bodies = connection.execute(
        "SELECT body FROM spool JOIN spool_body USING (id) ORDER BY fetched_at, place, sub"
    )
    waiting = [line for (body,) in bodies for line in unpack(body)]
    quarantined = [line for (line,) in connection.execute("SELECT line FROM quarantine")]
    return Memory(spends, waiting, quarantined)
