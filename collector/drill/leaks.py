"""Looks for secrets in everything that a drill left behind."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from collector.drill.readback import stored_points
from collector.drill.stage import PASSWORD
from collector.store.state import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from collector.drill.report import Report
    from collector.drill.stage import Stage

# The password's own file is where it belongs, and a database's files are compressed: its points are read back.
_LEFT_OUT = ("secrets", "influxdb", "state")
_SESSION = "session"
_GZIP = b"\x1f\x8b"


async def judge_secrets(stage: Stage, report: Report) -> None:
    """Note whether the password or a token of the cloud stands anywhere but in the state file's session."""
    secrets = {PASSWORD, stage.password, *stage.further, *stage.door.tokens}
    spellings = [spelling for secret in secrets for spelling in _spellings(secret)]
    found: set[str] = set()
    places = 0
    for place, content in [*_files(stage.folder), *_tables(stage.state_dir)]:
        places += 1
        if any(spelling in content for spelling in spellings):
            found.add(place)
    points = 0
    async for line in stored_points(stage):
        points += 1
        if any(spelling in line for spelling in spellings):
            found.add("the database")
    words = f": {', '.join(sorted(found))}" if found else ""
    report.check(
        not found,
        f"neither a password nor one of {len(stage.door.tokens)} tokens stands in {places} files and tables"
        f" or {points} points{words}",
    )


def _spellings(secret: str) -> set[bytes]:
    texts = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
    }
    return {text.encode() for text in texts}


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file that a person may show to others, the state file left to `_tables`."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and inside.parts[0] not in _LEFT_OUT:
            yield str(inside), path.read_bytes()
    for path in sorted((folder / "state").rglob("*")):
        if path.is_file() and not path.name.startswith(NAME):
            yield str(path.relative_to(folder)), path.read_bytes()


def _tables(state_dir: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every table of the state file but its sessions, unpacked."""
    if not (state_dir / NAME).exists():
        return
    with tempfile.TemporaryDirectory() as copies:
        for path in state_dir.glob(f"{NAME}*"):
            shutil.copy(path, copies)
        with contextlib.closing(sqlite3.connect(Path(copies) / NAME)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            for (table,) in tables:
                if table != _SESSION:
                    rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608  names come from the file itself
                    yield f"table {table}", b"\n".join(_cells(rows))


def _cells(rows: Iterable[tuple[object, ...]]) -> Iterator[bytes]:
    for row in rows:
        for cell in row:
            if isinstance(cell, bytes):
                yield zlib.decompress(cell, 31) if cell.startswith(_GZIP) else cell
            else:
                yield str(cell).encode()
