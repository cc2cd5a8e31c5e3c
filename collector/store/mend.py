"""A readable copy of a state file whose first pages are damaged or whose end is missing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PAGE = 4096
"""SQLite's page size in every state file. [B]"""

# Places in the header. Source: SQLite's file format, section 1.3.
_VERSIONS = slice(18, 20)
_CHANGES = slice(24, 28)
_PAGES = slice(28, 32)
_FREE_LIST = slice(32, 40)
_COOKIE = slice(40, 44)
_VALID_FOR = slice(92, 96)


def mend(damaged: Path, copy: Path, template: Path) -> None:
    """Copy a damaged file and its log, with the pages that describe the tables taken from an empty file.

    Every state file of one version is made by the same statements, so that these pages are the same in all.
    What the other pages hold is left as it is.

    Args:
        damaged: The damaged file; it is only read.
        copy: The copy to make; its log lies beside it.
        template: An empty state file of the same version, not open for writing.
    """
    shutil.copyfile(damaged, copy)
    log = damaged.with_name(f"{damaged.name}-wal")
    if log.exists():
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
    model = template.read_bytes()
    with copy.open("r+b") as file:
        old = file.read(100).ljust(100, b"\0")
        for number in _schema_pages(template):
            file.seek((number - 1) * PAGE)
            file.write(model[(number - 1) * PAGE : number * PAGE])
        size = file.seek(0, 2)
        pages = -(-size // PAGE)
        file.truncate(pages * PAGE)
        header = bytearray(model[:100])
        header[_VERSIONS] = b"\2\2"
        header[_CHANGES] = header[_VALID_FOR] = old[_CHANGES]
        header[_PAGES] = pages.to_bytes(4, "big")
        header[_FREE_LIST] = bytes(8)
        header[_COOKIE] = old[_COOKIE]
        file.seek(0)
        file.write(header)


def _schema_pages(template: Path) -> list[int]:
    # An empty file holds the tables' first pages, page 2 (who points where), and else only the description.
    with closing(sqlite3.connect(f"{template.absolute().as_uri()}?immutable=1", uri=True)) as connection:
        roots = {row[0] for row in connection.execute("SELECT rootpage FROM sqlite_schema")}
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    return [number for number in range(1, pages + 1) if number != 2 and number not in roots]
