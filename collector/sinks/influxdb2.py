"""InfluxDB 2.x and 3.x: the write interface of version 2, through influxdb-client, with the spool's own bytes."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Any

import aiohttp

from collector.packing import pack
from collector.sinks.answers import WriteAnswer
from collector.sinks.influxql import read_points
from collector.sinks.transport import fault, judge, session, where

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping

    from collector.clock import Clock


class InfluxDB2:
    """Writes to one bucket of an InfluxDB 2.x, or to one database of a 3.x.

    The library's `WriteService` sends bytes as they are; its `WriteApi` would compress them again inside the loop.

    Args:
        clock: Dates a ``Retry-After``.
        url: Address of the server, a path prefix included.
        org: Name of the organisation; any text for 3.x.
        bucket: Must exist.
        token: Needs the right to write to the bucket, and to read it for `points`.
        timeout_s: For the whole of one write. [s]
    """

    def __init__(
        self, clock: Clock, *, url: str, org: str, bucket: str, token: str, timeout_s: float = 30.0
    ) -> None:
        self._clock = clock
        self._url = url.rstrip("/")
        self._host = where(url)
        self._org = org
        self._bucket = bucket
        self._token = token
        self._timeout_s = timeout_s
        self._client: Any = None
        self._session: aiohttp.ClientSession | None = None
        self.name = f"influxdb2 {bucket} at {self._host}"

    async def write(self, body: bytes, lines: int) -> None:  # noqa: ARG002  the Sink protocol's
        """Store all lines of `body`; see `Sink.write`."""
        await self._post(body)

    async def probe(self) -> str:
        """Write nothing, which asks for bucket and right all the same; see `Sink.probe`."""
        version = await self._post(pack([]))
        return f"InfluxDB {version or '2.x'} at {self._host} takes writes to bucket {self._bucket}"

    async def points(
        self, begin_ns: int, end_ns: int, measurements: Collection[str] | None = None
    ) -> AsyncIterator[bytes]:
        """Yield stored points as lines; see `Sink.points`.

        They are read over the 1.x query interface, where every bucket of 2.8 is a database of its name.
        """
        if self._session is None:
            self._session = session(self._timeout_s, {"Authorization": f"Token {self._token}"})
        url, parameters = f"{self._url}/query", {"db": self._bucket}
        async for line in read_points(self._session, url, parameters, (begin_ns, end_ns), measurements):
            yield line

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, body: bytes) -> str:
        """Send one body; return the server's version as it names it.

        Raises:
            SinkError: it is not stored.
        """
        if self._client is None:
            # Importing the library takes about a second, longer than the event loop may stand still.
            await asyncio.to_thread(importlib.import_module, "influxdb_client.client.influxdb_client_async")
        from influxdb_client.rest import ApiException
        from influxdb_client.service.write_service import WriteService

        make: Any = WriteService  # the library's constructor is untyped
        service = make(self._open().api_client)
        try:
            _, status, headers = await service.post_write_async(
                org=self._org,
                bucket=self._bucket,
                body=body,
                precision="ns",
                content_encoding="gzip",
                _return_http_data_only=False,
            )
            answer = WriteAnswer(status, _lower(headers), b"")
        except ApiException as error:
            answer = WriteAnswer(error.status or 0, _lower(error.headers), _bytes(error.body))
        except (aiohttp.ClientError, OSError) as error:
            # The library's errors carry the request with its headers: they must not travel along.
            raise fault(error, self._host, self._timeout_s) from None
        await judge(answer, body, self._clock.now(), (self._token,))
        return answer.headers.get("x-influxdb-version", "")

    def _open(self) -> Any:
        """Return the library's client; it can only be made inside the running loop."""
        if self._client is None:
            from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync

            self._client = InfluxDBClientAsync(
                self._url,
                self._token,
                org=self._org,
                timeout=int(self._timeout_s * 1_000),
                enable_gzip=False,
                allow_redirects=False,
            )
        return self._client


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return the headers by lower-case name."""
    return {name.lower(): value for name, value in (headers or {}).items()}


def _bytes(body: bytes | str | None) -> bytes:
    """Return the body that the library hands out in several shapes."""
    return body.encode() if isinstance(body, str) else body or b""
