"""Reads stored points back as lines, over the /query interface that InfluxDB 1.x, 2.x and 3.x share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec

from collector import lineprotocol
from collector.errors import SinkMisconfigured, SinkUnavailable
from collector.sinks.answers import shorten
from collector.sinks.transport import fault, where

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping

_CHUNK_ROWS = 1_000
_IN_TAG = re.compile(r"\\([nrb])")
_IN_STRING = re.compile(r"\\([nr])")
_CHARACTERS = {"n": "\n", "r": "\r", "b": "\\"}


class _Series(msgspec.Struct):
    name: str = ""
    tags: dict[str, str] = {}
    columns: list[str] = []
    values: list[list[Any]] = []


class _Result(msgspec.Struct):
    series: list[_Series] = []
    error: str = ""


class _Chunk(msgspec.Struct):
    results: list[_Result] = []
    error: str = ""


async def read_points(
    session: aiohttp.ClientSession,
    url: str,
    parameters: Mapping[str, str],
    span: tuple[int, int],
    measurements: Collection[str] | None,
) -> AsyncIterator[bytes]:
    """Yield the points of [span) as lines; whole numbers come back as floats, as they were written.

    Args:
        session: Carries the credentials.
        url: Address of /query.
        parameters: Database and, where set, retention policy.
        span: First moment, and the first no longer wanted. [ns since epoch, UTC]
        measurements: Only these; all where None.

    Raises:
        SinkMisconfigured: the database refuses the query.
        SinkUnavailable: the answer does not come or breaks off.
    """
    source = "/.*/" if measurements is None else ",".join(_quoted(name) for name in sorted(measurements))
    if not source:
        return
    query = f"SELECT * FROM {source} WHERE time >= {span[0]} AND time < {span[1]} GROUP BY *"  # noqa: S608  names are quoted
    form = {**parameters, "q": query, "epoch": "ns", "chunked": "true", "chunk_size": str(_CHUNK_ROWS)}
    host = where(url)
    # The total time-out of a write does not suit an answer of years.
    patience = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=300)
    decoder = msgspec.json.Decoder(_Chunk)
    try:
        async with session.post(url, data=form, timeout=patience, allow_redirects=False) as response:
            if response.status >= 500:
                raise SinkUnavailable(f"{host} answers the query with HTTP {response.status}")
            if response.status != 200:
                text = (await response.content.read(2_000)).decode("utf-8", "replace")
                raise SinkMisconfigured(
                    f"{host} refuses the query with HTTP {response.status}: {shorten(text)}"
                )
            async for row in _rows(response):
                for line in _lines(decoder.decode(row), host):
                    yield line
    except (aiohttp.ClientError, OSError) as error:
        raise fault(error, host, 300) from None
    except msgspec.DecodeError:
        raise SinkUnavailable(f"the answer of {host} to the query cannot be read") from None


async def _rows(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """Yield the JSON documents of a chunked answer, one a row of text, however long."""
    rest = bytearray()
    async for piece in response.content.iter_any():
        rest += piece
        if b"\n" in piece:
            *rows, tail = bytes(rest).split(b"\n")
            rest = bytearray(tail)
            for row in rows:
                if row.strip():
                    yield row
    if rest.strip():
        yield bytes(rest)


def _lines(chunk: _Chunk, host: str) -> list[bytes]:
    """Return the lines of one chunk."""
    for error in [chunk.error, *(result.error for result in chunk.results)]:
        if error:
            raise SinkMisconfigured(f"{host} refuses the query: {shorten(error)}")
    lines = []
    for result in chunk.results:
        for series in result.series:
            tags = [(_tag_text(key), _tag_text(value)) for key, value in series.tags.items()]
            name, keys = _tag_text(series.name), [_tag_text(column) for column in series.columns]
            for row in series.values:
                fields = [
                    (key, _value(value))
                    for key, value in zip(keys[1:], row[1:], strict=True)
                    if value is not None
                ]
                lines.append(lineprotocol.line(name, tags, fields, row[0]))
    return lines


def _tag_text(stored: str) -> str:
    """Return the text that `lineprotocol` wrote in a form the database can keep."""
    return _IN_TAG.sub(lambda found: _CHARACTERS[found[1]], stored)


def _value(stored: float | str) -> float | str:
    """Return a field's value; line breaks were written as two characters each."""
    if isinstance(stored, str):
        return _IN_STRING.sub(lambda found: _CHARACTERS[found[1]], stored)
    return float(stored)


def _quoted(name: str) -> str:
    """Return a measurement's name as InfluxQL quotes it, in the form in which it is stored."""
    stored = name.replace("\\", "\\b").replace("\n", "\\n").replace("\r", "\\r")
    return '"' + stored.replace("\\", "\\\\").replace('"', '\\"') + '"'
