"""What a database's answer to a write means. Pure: status, headers, body and lines in, a decision out.

Status codes alone decide little. Observed on InfluxDB 1.6.7 and 2.8:

- 204 is the only success. Another 2xx is a login page or a proxy; clustered 3.x answered 201 to partial writes.
- 2.8, 400: nothing is written and every malformed line is named, quoted in the message.
- 2.8, 422: the good lines are written, the first reason is given, no line is named, ``dropped=N`` is a lower bound.
- 1.6.7, 400: as either of them; good lines are written; malformed lines are quoted, with ``dropped=0``.
- 3.x, 400: the first bad line by its number, or a list of up to 100 rejected lines, numbers from 1.
- 500: overload, a full disk, a broken stream, or a line that the database cannot take.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from collector.errors import BatchTooLarge, LinesRejected, SinkError, SinkMisconfigured, SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_WAIT_S = 3_600.0
_MAX_REASON = 300

_BUSY = frozenset({408, 429, 502, 503, 504})
_REDIRECTED = "the address redirects: set sink.url to the final one"
_MENDS = {
    401: "check the token, or user and password, of the sink",
    403: "give the sink's token or user the right to write there",
    404: "check the sink's kind, url and bucket or database",
}

_UNPARSED = "unable to parse '"
_NUMBERED = re.compile(r"^line (\d+): (.*)$", re.MULTILINE)
_DROPPED = re.compile(r"dropped=(\d+)")
_RETENTION = re.compile(
    r"outside retention policy|beyond retention policy|outside the retention|retention period", re.IGNORECASE
)
_SETTINGS = re.compile(
    r"orgID or org|database is required|missing db|retention policy not found|database not found|dbrp mapping|invalid precision",
    re.IGNORECASE,
)
_OF_LINES = re.compile(r"partial write|unable to parse|field type conflict", re.IGNORECASE)
_OVERLOAD = re.compile(
    r"cache-max-memory-size|no space left|not attempting to open shard|timeout|engine is closed",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WriteAnswer:
    """A database's answer to one write.

    Attributes:
        status: HTTP status.
        headers: By name in lower case.
        body: As received.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def classify(  # noqa: PLR0911  one return a decision
    answer: WriteAnswer, lines: Callable[[], Sequence[bytes]], now: float
) -> SinkError | None:
    """Return None where all lines are stored, else the error that says what to do about the batch.

    Args:
        answer: What the database said.
        lines: Gives the lines of the batch; asked only where lines are refused.
        now: For a ``Retry-After`` that is a date. [s since epoch, UTC]
    """
    if answer.status == 204:
        return None
    message, payload = _message(answer)
    said = f"HTTP {answer.status}{': ' if message else ''}{shorten(message)}"
    if answer.status in (400, 422) or (payload and answer.status < 300):
        return _refused(said, message, payload, lines)
    if answer.status == 413:
        return BatchTooLarge(said)
    wait = retry_after_s(answer.headers.get("retry-after", ""), now)
    if answer.status >= 500 and answer.status not in _BUSY:
        return _faulty(said, message, wait, lines)
    if answer.status in _BUSY:
        return SinkUnavailable(said, wait)
    if answer.status < 300:
        return SinkUnavailable(f"{said}: only 204 is success; a login page or a proxy answers in its place")
    mend = _REDIRECTED if answer.status < 400 else _MENDS.get(answer.status, "check the sink's kind and url")
    return SinkMisconfigured(f"{said}; {mend}")


def retry_after_s(value: str, now: float) -> float:
    """Return the wait that a ``Retry-After`` header asks for, 0 where it says nothing. [s]

    Seconds and HTTP-dates are both read; the wait is held within 0 and an hour.
    """
    value = value.strip()
    try:
        wait = float(value)
    except ValueError:
        try:
            wait = parsedate_to_datetime(value).timestamp() - now
        except ValueError:
            return 0.0
    # A comparison with NaN is false: the lower bound then wins.
    return min(wait, MAX_WAIT_S) if wait > 0 else 0.0


def shorten(message: str) -> str:
    """Return `message` on one line and short enough for a log."""
    # An answer that quotes thousands of lines is megabytes long.
    text = " ".join(message[: 4 * _MAX_REASON].split())
    return text if len(text) <= _MAX_REASON else text[: _MAX_REASON - 1] + "…"


def _message(answer: WriteAnswer) -> tuple[str, dict[str, Any]]:
    """Return what the answer says, and its JSON object where it is one of a database."""
    try:
        payload = json.loads(answer.body)
    except ValueError:
        payload = None
    if isinstance(payload, dict):
        for key in ("message", "error"):
            if isinstance(payload.get(key), str):
                return payload[key], payload
    # A page of HTML is told by its status; a line of text is worth repeating.
    text = (
        answer.headers.get("x-influxdb-error", "") or answer.body[:1_000].decode("utf-8", "replace").strip()
    )
    return ("" if text.startswith("<") else text), {}


def _refused(
    said: str, message: str, payload: Mapping[str, Any], lines: Callable[[], Sequence[bytes]]
) -> SinkError:
    """Return the error of a 400, of a 422, or of another 2xx that names faults."""
    # What a quoted line says is not what the database says.
    own_words = _UNPARSED not in message
    if own_words and _SETTINGS.search(message):
        return SinkMisconfigured(f"{said}; check the sink's settings")
    if not payload and not _OF_LINES.search(message):
        # Every batch would be taken apart line by line over a proxy's refusal.
        return SinkMisconfigured(f"{said}; the answer is not a database's: check sink.url")
    batch = lines()
    if own_words and _RETENTION.search(message):
        return LinesRejected(shorten(message), _oldest(message, batch), expired=True)
    rejected = _quoted(message, batch) or _listed(payload, batch) or _all(message, batch)
    return LinesRejected(shorten(message), rejected)


def _faulty(said: str, message: str, wait: float, lines: Callable[[], Sequence[bytes]]) -> SinkError:
    """Return the error of a 5xx: of the lines, of the settings, or of the server."""
    overload = _UNPARSED not in message and _OVERLOAD.search(message)
    if not overload and (_OF_LINES.search(message) or _SETTINGS.search(message)):
        return _refused(said, message, {"error": message}, lines)
    return SinkUnavailable(said, wait, may_be_poison=not overload)


def _quoted(message: str, lines: Sequence[bytes]) -> dict[int, str]:
    """Return the lines that the message quotes, with the reason of each."""
    if _UNPARSED not in message:
        return {}
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        places.setdefault(line.decode("utf-8", "replace"), []).append(number)
    rejected: dict[int, str] = {}
    for part in message.split(_UNPARSED)[1:]:
        end = part.rfind("': ")
        # A reason may itself hold the separator: the quoted text is the longest that is a line of ours.
        while end >= 0 and part[:end] not in places:
            end = part.rfind("': ", 0, end)
        for number in places.get(part[:end], ()) if end >= 0 else ():
            rejected[number] = shorten(_DROPPED.sub("", part[end + 3 :]))
    return rejected


def _listed(payload: Mapping[str, Any], lines: Sequence[bytes]) -> dict[int, str]:
    """Return the lines that a 3.x body lists by number, where the text beside the number agrees."""
    rows = payload.get("data")
    rejected: dict[int, str] = {}
    for row in rows if isinstance(rows, list) else [rows]:
        if not isinstance(row, dict):
            continue
        number, original = row.get("line_number"), row.get("original_line")
        if not isinstance(number, int) or not isinstance(original, str) or not 1 <= number <= len(lines):
            continue
        # The text may be cut; a number alone could condemn the wrong line.
        if original and lines[number - 1].decode("utf-8", "replace").startswith(original.rstrip("\n")):
            rejected[number - 1] = shorten(str(row.get("error_message") or "rejected"))
    if rejected:
        return rejected
    message = str(payload.get("message") or "rejected")
    named = {int(number): reason for number, reason in _NUMBERED.findall(message)}
    first = payload.get("line")
    if isinstance(first, int):
        named.setdefault(first, message)
    return {number - 1: shorten(reason) for number, reason in named.items() if 1 <= number <= len(lines)}


def _all(message: str, lines: Sequence[bytes]) -> dict[int, str]:
    """Return every line where the message says that as many were dropped; the number is a lower bound."""
    found = _DROPPED.search(message)
    return dict.fromkeys(range(len(lines)), shorten(message)) if found and int(found[1]) >= len(lines) else {}


def _oldest(message: str, lines: Sequence[bytes]) -> dict[int, str]:
    """Return the lines beyond retention: the bound is a moment, so they are the N oldest."""
    found = _DROPPED.search(message)
    stamps = [(stamp(line), number) for number, line in enumerate(lines)]
    known = sorted((at, number) for at, number in stamps if at is not None)
    return {number: shorten(message) for _, number in known[: int(found[1])]} if found else {}


def stamp(line: bytes) -> int | None:
    """Return the moment at the end of `line`, or None where none can be read. [ns since epoch, UTC]"""
    try:
        return int(line.rpartition(b" ")[2])
    except ValueError:
        return None
