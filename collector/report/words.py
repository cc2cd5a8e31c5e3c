"""Numbers, moments and foreign texts in words for a person."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from collector import logs

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_GRAINS = ((10 * 86_400, 86_400), (86_400, 3_600), (600, 60))
_WINDOWS = {86_400.0: "a day", 3_600.0: "an hour", 60.0: "a minute"}
_SIZES = ("B", "KiB", "MiB", "GiB")


def duration(seconds: float) -> str:
    """Return a length of time in its one or two largest units, rounded, as ``3 h 26 min``. [s]"""
    if math.isinf(seconds):
        return "never"
    rest = round(max(0.0, seconds))
    for least, grain in _GRAINS:
        if rest >= least:
            rest = round(rest / grain) * grain
            break
    parts = []
    for size, name in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def ago(moment: float, now: float) -> str:
    """Return how long ago a moment was. [s since epoch, UTC]"""
    return f"{duration(now - moment)} ago" if now - moment >= 1 else "just now"


def ahead(moment: float | None, now: float) -> str:
    """Return in how long a moment comes; None never comes. [s since epoch, UTC]"""
    if moment is None:
        return "never"
    return f"in {duration(moment - now)}" if moment - now >= 1 else "now"


def window(seconds: float) -> str:
    """Return the window of a budget, as in "24 calls a day". [s]"""
    return _WINDOWS.get(float(seconds)) or f"in {duration(seconds)}"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"


def size(count: float) -> str:
    """Return a number of bytes. [B]"""
    unit = 0
    while count >= 1024 and unit < len(_SIZES) - 1:
        count /= 1024
        unit += 1
    return f"{count:.0f} {_SIZES[unit]}" if unit == 0 else f"{count:.1f} {_SIZES[unit]}"


def clock(moment: float) -> str:
    """Return a moment for a person, to the minute, in UTC. [s since epoch, UTC]"""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


def iso(moment: float | None) -> str | None:
    """Return a moment for a program, to the second, in UTC; None stays None. [s since epoch, UTC]"""
    if moment is None:
        return None
    return datetime.fromtimestamp(round(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(text: str) -> str:
    """Return a foreign text fit to be shown: secrets masked, nothing that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in logs.clean(text))
