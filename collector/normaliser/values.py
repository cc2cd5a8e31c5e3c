"""Single values: what is a number, what is missing, what is unreadable. Nothing is guessed, nothing becomes zero."""

from __future__ import annotations

import math
import re

# ASCII digits only: float() would take "1_000", "infinity" and digits of other scripts.
_NUMERIC = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)

# The databases keep nanoseconds in 63 bits.
LAST_MS = 2**63 // 1_000_000 - 1


class Unreadable(ValueError):
    """The value can be neither a number nor a word for "no value"."""


def number(value: object, not_a_value: frozenset[str]) -> float | None:
    """Return a JSON value as a finite float, or None where it is missing.

    Raises:
        Unreadable: A boolean, a list, a map, a text that is no number, or a number that is not finite.
    """
    if value is None:
        return None
    if isinstance(value, str):
        value = value.strip()
        if value.lower() in not_a_value:
            return None
        if _NUMERIC.fullmatch(value) is None:
            raise Unreadable(f"no number: {value[:40]!r}")
        read = float(value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"no number: {type(value).__name__}")
    else:
        try:
            read = float(value)
        except OverflowError as error:
            raise Unreadable("too large for a float") from error
    if not math.isfinite(read):
        raise Unreadable(f"not finite: {read}")
    return read


def code(value: object) -> str:
    """Return a member's code or serial number as text; "" where there is none.

    A whole number in any spelling becomes its decimal digits, so that 7, 7.0 and "7" name one device.
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def moment_ms(value: object, scale: int = 1) -> int:
    """Return a stamp in milliseconds.

    Args:
        value: As sent: a number or its text.
        scale: [ms] = sent × scale.

    Raises:
        Unreadable: It is missing, no number, before 1970 or beyond what a database can keep.
    """
    read = number(value, frozenset())
    if read is None:
        raise Unreadable("no stamp")
    stamp = round(read * scale) if abs(read) <= LAST_MS else -1
    if not 0 < stamp <= LAST_MS:
        raise Unreadable(f"no moment that can be kept: {read}")
    return stamp
