"""The wrapping of an answer: its rows, still undecoded where msgspec takes them, and its clock."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from collector.errors import AnswerUnreadable
from collector.normaliser.values import Unreadable, code, moment_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from collector.catalogue.terms import Envelope

_BOM = b"\xef\xbb\xbf"
_LONGEST_INTEGER = 300  # digits; more are no id, and beyond a float


def open_answer(body: bytes, envelope: Envelope) -> tuple[Sequence[Any], int | None]:
    """Return the rows and the cloud's clock. [ms since epoch, UTC; None where it tells none]

    Rows are `msgspec.Raw` where msgspec reads the wrapping, plain objects where only the standard library does (NaN, 1e999).

    Raises:
        AnswerUnreadable: It is no JSON object with a list of rows, or none, under the envelope's key.
    """
    body = body.removeprefix(_BOM)
    try:
        wrapping = _decoder(envelope).decode(body)
    except (msgspec.DecodeError, RecursionError):
        whole = _load(body)
        if not isinstance(whole, dict):
            raise AnswerUnreadable("the answer is no JSON object", body) from None
        rows, params = whole.get(envelope.data), whole.get(envelope.params)
    else:
        rows, params = wrapping.rows, wrapping.params
    if rows is None:
        rows = ()
    elif not isinstance(rows, list):
        raise AnswerUnreadable(f"no list of rows under {envelope.data}", body)
    told = params.get(envelope.now) if isinstance(params, dict) and envelope.now else None
    try:
        return rows, moment_ms(told)
    except Unreadable:
        return rows, None


def read_row(row: Any, row_key: str, envelope: Envelope) -> Iterator[tuple[str, object, dict[str, Any]]]:
    """Yield code, stamp as sent, and indicators of a row that the fast decoder did not take.

    Raises:
        Unreadable: The row is no map, or its items are neither a map nor a list nor missing.
    """
    row = plain_row(row)
    member, beside, items = code(row.get(row_key)), row.get(envelope.stamp), row.get(envelope.items)
    if not isinstance(items, list):
        items = [items]
    for item in items:
        if item is not None and not isinstance(item, dict):
            raise Unreadable("a row holds no map of indicators")
        inside = dict(item or {})
        stamp = inside.pop(envelope.stamp, None) if beside is None else beside
        yield member, stamp, inside


def plain_row(row: Any) -> dict[str, Any]:
    """Return a row as a map of plain objects.

    Raises:
        Unreadable: It is no map.
    """
    if isinstance(row, msgspec.Raw):
        try:
            row = msgspec.json.decode(row)
        except (msgspec.DecodeError, RecursionError):
            try:
                row = _load(bytes(row))
            except AnswerUnreadable as error:
                raise Unreadable(str(error)) from error
    if not isinstance(row, dict):
        raise Unreadable("a row is no map")
    return row


@lru_cache(maxsize=64)
def _decoder(envelope: Envelope) -> msgspec.json.Decoder[Any]:
    wrapping = msgspec.defstruct(
        "Wrapping",
        [("rows", list[msgspec.Raw] | None, None), ("params", Any, None)],
        rename={"rows": envelope.data, "params": envelope.params},
    )
    return msgspec.json.Decoder(wrapping)


def _load(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8", "replace"), parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise AnswerUnreadable("the answer is no JSON", body) from error


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)
