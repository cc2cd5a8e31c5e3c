"""The simulated cloud's door: serves it over HTTP, counts the calls of each life, and can hold an answer back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from collector.simulator.serve import address

if TYPE_CHECKING:
    from collector.simulator.answers import CloudAnswer
    from collector.simulator.cloud import Cloud

_TOKEN = "xsrf-token"  # noqa: S105  the name of a header
_SECURE = ";Secure"
_SHUTDOWN_S = 0.2


class Door:
    """Serves a cloud on a free port of this machine.

    Attributes:
        url: Base URL, once open.
        tokens: Every session token that the cloud gave.
        calls: Calls since `begin`.
        called: Set when the call that is held, or watched, has been counted by the cloud.
        answered: Set when the watched call's answer has left whole.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.url = ""
        self.tokens: set[str] = set()
        self.calls = 0
        self.called = asyncio.Event()
        self.answered = asyncio.Event()
        self._number = 1
        self._hold = False
        self._freed = asyncio.Event()
        self._inside = 0

    async def open(self) -> None:
        """Begin to serve."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = address(self._runner)

    async def close(self) -> None:
        """Serve no more."""
        self._freed.set()
        await self._runner.cleanup()

    def begin(self, number: int = 1, *, hold: bool = False) -> None:
        """Count from 1 again and watch the call of a number; with `hold` it and all later ones get no answer."""
        self._freed.set()
        self._freed = asyncio.Event()
        self.called.clear()
        self.answered.clear()
        self.calls, self._number, self._hold = 0, number, hold

    async def quiet(self) -> None:
        """Let go of what is held back and return when no call is inside any more."""
        self._hold = False
        self._freed.set()
        while True:
            # A killed process's last request may still lie in the socket.
            await asyncio.sleep(0.03)
            if not self._inside:
                return

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self._inside += 1
        try:
            return await self._serve(request)
        except ConnectionError:
            # Whoever asked was killed.
            return web.Response(status=500)
        finally:
            self._inside -= 1

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        said = self._cloud.handle(request.method, request.path, request.headers, body)
        self._learn(said)
        self.calls += 1
        number = self.calls
        if number >= self._number:
            self.called.set()
        held = self._hold and number >= self._number
        if held or said.fate == "hang":
            await self._freed.wait()
        if held or said.fate:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        headers = {name: value.removesuffix(_SECURE) for name, value in said.headers.items()}
        response = web.StreamResponse(status=said.status, headers=headers)
        response.content_length = len(said.body)
        await response.prepare(request)
        await response.write(said.body)
        await response.write_eof()
        if number >= self._number:
            self.answered.set()
        return response

    def _learn(self, said: CloudAnswer) -> None:
        self.tokens |= {value for name, value in said.headers.items() if name.lower() == _TOKEN}
