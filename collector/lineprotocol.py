"""Line protocol: the one place that knows its syntax. Escape, format, parse; pure.

A line is always one line. Line breaks, and backslashes in tags, which the databases cannot read back from a tag, are
written as two characters (backslash and n, r or b) that `parse` undoes, so two different texts never become one identity.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KEY_ESCAPES = str.maketrans({",": "\\,", " ": "\\ ", "=": "\\=", "\n": "\\n", "\r": "\\r", "\\": "\\b"})
_MEASUREMENT_ESCAPES = str.maketrans({",": "\\,", " ": "\\ ", "\n": "\\n", "\r": "\\r", "\\": "\\b"})
_STRING_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"})

_KEY_CHARACTERS = {"n": "\n", "r": "\r", "b": "\\", ",": ",", " ": " ", "=": "="}
_STRING_CHARACTERS = {"n": "\n", "r": "\r", "\\": "\\", '"': '"'}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

_HEAD = re.compile(r"(?:[^\\ ]+|\\.)*", re.DOTALL)
# A run of ordinary or escaped characters up to the separator that ends it.
_NAME = re.compile(r"(?:[^\\, ]|\\.)+", re.DOTALL)
_KEY = re.compile(r"(?:[^\\,= ]|\\.)+", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_TIME = re.compile(r"-?\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Point:
    """One reading, as a line carries it.

    Attributes:
        measurement: Where it is stored.
        tags: Key and value, sorted by key: with measurement and time the identity.
        fields: Numbers are floats for ever.
        time_ns: [ns since epoch, UTC]
    """

    measurement: str
    tags: tuple[tuple[str, str], ...]
    fields: dict[str, float | str]
    time_ns: int


def escape_measurement(text: str) -> str:
    """Return `text` as it stands at the start of a line.

    Raises:
        ValueError: It is empty, or starts with ``#``, which would make the line a comment.
    """
    if not text or text.startswith("#"):
        raise ValueError(f"not a measurement: {text!r}")
    return text.translate(_MEASUREMENT_ESCAPES)


def escape_tag(text: str) -> str:
    """Return `text` as a tag key, a tag value or a field key.

    Raises:
        ValueError: It is empty: the syntax has no empty key and no empty tag.
    """
    if not text:
        raise ValueError("an empty key or tag cannot be written")
    return text if text.isalnum() else text.translate(_KEY_ESCAPES)


def escape_field_string(text: str) -> str:
    """Return `text` as a field value, with its quotes."""
    return f'"{text.translate(_STRING_ESCAPES)}"'


def format_float(number: float) -> str:
    """Return `number` so that it is read back as the same float, never as an integer.

    Raises:
        ValueError: It is not finite: no database here takes it.
    """
    number = float(number)
    if not math.isfinite(number):
        raise ValueError(f"not finite: {number}")
    return repr(number)


def head(measurement: str, tags: Sequence[tuple[str, str]]) -> str:
    """Return measurement and tags, escaped, tags sorted by key; empty tag values are dropped.

    Raises:
        ValueError: An empty measurement or tag key.
    """
    kept = sorted((escape_tag(key), escape_tag(value)) for key, value in tags if value)
    return ",".join([escape_measurement(measurement), *(f"{key}={value}" for key, value in kept)])


def line(
    measurement: str,
    tags: Sequence[tuple[str, str]],
    fields: Sequence[tuple[str, float | str]],
    time_ns: int,
) -> bytes:
    """Return one line, without a line break at its end.

    Args:
        measurement: Where it is stored.
        tags: In any order; empty values are dropped.
        fields: Text, or a number that is stored as a float.
        time_ns: [ns since epoch, UTC]

    Raises:
        ValueError: No fields, an empty key, or a number that is not finite.
    """
    if not fields:
        raise ValueError(f"a line of {measurement} without fields")
    pairs = ",".join(
        f"{escape_tag(key)}={escape_field_string(value) if isinstance(value, str) else format_float(value)}"
        for key, value in fields
    )
    return encode(f"{head(measurement, tags)} {pairs} {time_ns:d}")


def encode(text: str) -> bytes:
    """Return UTF-8 bytes; half a surrogate pair, which UTF-8 cannot hold, becomes ``?``."""
    return text.encode("utf-8", "replace")


def parse(data: bytes) -> Point:
    """Return the point of one line as `line` writes it.

    Raises:
        ValueError: It is no line of ours: wrong syntax, no time, or an integer or boolean field.
    """
    text = data.decode("utf-8")
    found = _HEAD.match(text)
    end = found.end() if found else 0
    measurement, tags = _identity(text[:end])
    at = _expect(text, end, " ")
    plain = _plain_fields(text[at:])
    if plain is not None:
        return Point(measurement, tags, *plain)
    fields: dict[str, float | str] = {}
    while True:
        key, at = _take(_KEY, text, at, "a field key")
        fields[_unescape(key)], at = _value(text, _expect(text, at, "="))
        if not text.startswith(",", at):
            break
        at += 1
    stamp, at = _take(_TIME, text, _expect(text, at, " "), "a time")
    if at != len(text):
        raise ValueError(f"more than a line at character {at}: {text[:120]!r}")
    return Point(measurement, tags, fields, int(stamp))


def parse_all(data: bytes) -> Iterator[Point]:
    """Yield the points of many lines; empty lines are passed over.

    Raises:
        ValueError: A line is none of ours.
    """
    for row in data.split(b"\n"):
        if row:
            yield parse(row)


@lru_cache(maxsize=4096)
def _identity(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Measurement and tags; lines repeat them, so each is read once."""
    name, at = _take(_NAME, text, 0, "a measurement")
    tags = []
    while text.startswith(",", at):
        key, at = _take(_KEY, text, at + 1, "a tag key")
        value, at = _take(_KEY, text, _expect(text, at, "="), "a tag value")
        tags.append((_unescape(key), _unescape(value)))
    if at != len(text):
        raise ValueError(f"a space expected at character {at}: {text[:120]!r}")
    return _unescape(name), tuple(sorted(tags))


def _plain_fields(text: str) -> tuple[dict[str, float | str], int] | None:
    """Fields and time where all are numbers under plain keys, as in most lines; None sends the line the long way."""
    if "\\" in text or '"' in text or not text.isascii():
        return None
    pairs, _, stamp = text.rpartition(" ")
    if not stamp.isdigit() or " " in pairs:
        return None
    fields: dict[str, float | str] = {}
    for pair in pairs.split(","):
        key, _, number = pair.partition("=")
        if not key or _NUMBER.fullmatch(number) is None:
            return None
        value = float(number)
        if not math.isfinite(value):
            return None
        fields[key] = value
    return fields, int(stamp)


def _take(pattern: re.Pattern[str], text: str, at: int, what: str) -> tuple[str, int]:
    found = pattern.match(text, at)
    if found is None:
        raise ValueError(f"{what} expected at character {at}: {text[:120]!r}")
    return found[0], found.end()


def _expect(text: str, at: int, separator: str) -> int:
    if not text.startswith(separator, at):
        raise ValueError(f"{separator!r} expected at character {at}: {text[:120]!r}")
    return at + 1


def _value(text: str, at: int) -> tuple[float | str, int]:
    quoted = _STRING.match(text, at)
    if quoted is not None:
        return _ESCAPED.sub(_string_character, quoted[1]), quoted.end()
    number, end = _take(_NUMBER, text, at, "a number or a quoted text")
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"not finite at character {at}: {text[:120]!r}")
    return value, end


def _unescape(text: str) -> str:
    return _ESCAPED.sub(_key_character, text) if "\\" in text else text


def _key_character(found: re.Match[str]) -> str:
    return _KEY_CHARACTERS.get(found[1], found[0])


def _string_character(found: re.Match[str]) -> str:
    return _STRING_CHARACTERS.get(found[1], found[0])
