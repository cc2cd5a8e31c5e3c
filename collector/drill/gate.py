"""A gate before the database: notes every line that was stored, and can hold a write back on either side of it."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from collector.simulator.serve import address

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST = 64 * 2**20
_SHUTDOWN_S = 0.2
_STORED = 204


class Gate:
    """Passes writes on to an InfluxDB 1.x.

    Attributes:
        url: Base URL, once open.
        writes: Writes since `begin`.
        held: Set when a write is held back.
    """

    def __init__(self, database_url: str, stored: Callable[[list[bytes]], None]) -> None:
        """Stand before a database; `stored` receives the lines of each write that it confirmed."""
        self._database_url = database_url
        self._stored = stored
        self.url = ""
        self.writes = 0
        self.held = asyncio.Event()
        self._number = 0
        self._after = False
        self._freed = asyncio.Event()
        self._inside = 0

    async def open(self) -> None:
        """Begin to pass."""
        self._session = aiohttp.ClientSession()
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post("/write", self._write)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = address(self._runner)

    async def close(self) -> None:
        """Pass no more."""
        self._freed.set()
        await self._runner.cleanup()
        await self._session.close()

    def begin(self, number: int = 0, *, after: bool = False) -> None:
        """Count from 1 again; hold back the write of a number, before the database sees it or `after` it confirmed."""
        self._freed.set()
        self._freed = asyncio.Event()
        self.held.clear()
        self.writes, self._number, self._after = 0, number, after

    async def quiet(self) -> None:
        """Let go of what is held back and return when nothing is inside any more."""
        self._number = 0
        self._freed.set()
        while self._inside:  # noqa: ASYNC110  a count, not an event; looked at a few times
            await asyncio.sleep(0.01)

    async def _write(self, request: web.Request) -> web.Response:
        self._inside += 1
        try:
            return await self._pass_on(request)
        except ConnectionError:
            return web.Response(status=500)
        finally:
            self._inside -= 1

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.writes += 1
        mine = self.writes == self._number
        if mine and not self._after:
            self.held.set()
            await self._freed.wait()
            return web.Response(status=503)
        async with self._session.post(
            f"{self._database_url}/write", params=dict(request.query), data=BytesIO(body)
        ) as answer:
            said = await answer.read()
            status = answer.status
        if status == _STORED:
            self._stored([line for line in body.split(b"\n") if line])
        if mine:
            self.held.set()
            await self._freed.wait()
        return web.Response(status=status, body=said)
