"""InfluxDB 1.x: /write with the spool's own bytes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import aiohttp

from collector.errors import SinkMisconfigured
from collector.packing import pack
from collector.sinks.influxql import read_points
from collector.sinks.transport import fault, judge, read_answer, session, where

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from collector.clock import Clock


class InfluxDB1:
    """Writes to one database of an InfluxDB 1.x.

    Args:
        clock: Dates a ``Retry-After``.
        url: Address of the server, a path prefix included.
        database: Must exist.
        retention_policy: "" means the database's default.
        username: "" where the server asks for none.
        password: Its password; sent in a header, never in the address.
        timeout_s: For the whole of one write. [s]
    """

    def __init__(
        self,
        clock: Clock,
        *,
        url: str,
        database: str,
        retention_policy: str = "",
        username: str = "",
        password: str = "",
        timeout_s: float = 30.0,
    ) -> None:
        self._clock = clock
        self._url = url.rstrip("/")
        self._host = where(url)
        self._database = database
        self._parameters = {"db": database, **({"rp": retention_policy} if retention_policy else {})}
        self._timeout_s = timeout_s
        self._secrets = (password,)
        self._headers = {"Authorization": aiohttp.encode_basic_auth(username, password)} if username else {}
        self._session: aiohttp.ClientSession | None = None
        self.name = f"influxdb1 {database} at {self._host}"

    async def write(self, body: bytes, lines: int) -> None:  # noqa: ARG002  the Sink protocol's
        """Store all lines of `body`; see `Sink.write`."""
        await self._post(body)

    async def probe(self) -> str:
        """Write nothing, which asks for the database and the right all the same; see `Sink.probe`."""
        version = await self._post(pack([]))
        return f"InfluxDB {version or '1.x'} at {self._host} takes writes to database {self._database}"

    async def points(
        self, begin_ns: int, end_ns: int, measurements: Collection[str] | None = None
    ) -> AsyncIterator[bytes]:
        """Yield stored points as lines; see `Sink.points`."""
        url, parameters = f"{self._url}/query", self._parameters
        async for line in read_points(self._open(), url, parameters, (begin_ns, end_ns), measurements):
            yield line

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, body: bytes) -> str:
        """Send one body; return the server's version as it names it.

        Raises:
            SinkError: it is not stored.
        """
        try:
            async with self._open().post(
                f"{self._url}/write",
                params={**self._parameters, "precision": "ns"},
                data=BytesIO(body),
                headers={"Content-Encoding": "gzip", "Content-Type": "text/plain; charset=utf-8"},
                allow_redirects=False,
            ) as response:
                answer = await read_answer(response)
        except aiohttp.InvalidURL:
            raise SinkMisconfigured("sink.url is no address") from None
        except (aiohttp.ClientError, OSError) as error:
            # The library's errors carry the request with its headers: they must not travel along.
            raise fault(error, self._host, self._timeout_s) from None
        await judge(answer, body, self._clock.now(), self._secrets)
        return answer.headers.get("x-influxdb-version", "")

    def _open(self) -> aiohttp.ClientSession:
        """Return the session; it can only be made inside the running loop."""
        if self._session is None:
            self._session = session(self._timeout_s, self._headers)
        return self._session
