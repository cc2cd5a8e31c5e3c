"""Lines of line protocol as the gzipped bytes that the spool keeps and the sinks send."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

try:
    from isal import igzip
except ImportError:  # isal is an optional speed-up
    igzip = None  # type: ignore[assignment]

LINES_PER_BATCH = 5_000


def pack(lines: Sequence[bytes]) -> bytes:
    """Return the lines, one a row, as one gzip member."""
    text = b"\n".join(lines)
    if igzip is not None:
        packed: bytes = igzip.compress(text, 1)
        return packed
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 31)
    return squeeze.compress(text) + squeeze.flush()


def unpack(body: bytes) -> list[bytes]:
    """Return the lines of a packed batch.

    Raises:
        zlib.error: The bytes are no whole gzip member.
    """
    text = zlib.decompress(body, 31)
    return text.split(b"\n") if text else []
