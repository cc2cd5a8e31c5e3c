"""Answers that are kept for replay lose what names a person or opens a session."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)', re.DOTALL)
_PLAIN = re.compile(r"[^\s,}\]]*")
_JSON = json.JSONDecoder()


def without_private(body: bytes, keys: Collection[str]) -> bytes:
    """Return an answer with the values of `keys` replaced by null, else byte for byte, be it whole JSON or not.

    A value whose end cannot be found takes the rest of the answer with it.
    """
    text = body.decode("utf-8", "surrogateescape")
    found = re.compile(f'"(?:{"|".join(map(re.escape, keys))})"\\s*:\\s*', re.IGNORECASE)
    parts, at = [], 0
    while (match := found.search(text, at)) is not None:
        parts += [text[at : match.end()], "null"]
        at = _end(text, match.end())
    return "".join([*parts, text[at:]]).encode("utf-8", "surrogateescape")


def _end(text: str, start: int) -> int:
    """Return where the value that begins at `start` ends."""
    first = text[start : start + 1]
    if first in ("{", "["):
        try:
            return _JSON.raw_decode(text, start)[1]
        except (ValueError, RecursionError):
            return len(text)
    match = (_STRING if first == '"' else _PLAIN).match(text, start)
    return len(text) if match is None else match.end()
