"""The version 2 write interface in front of an InfluxDB 1.x: lets the real engine judge what the v2 sink sends."""

from __future__ import annotations

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

_KEPT = ("X-Influxdb-Version", "X-Influxdb-Error", "Content-Type")


class Shim:
    """Forwards /api/v2/write and /query to `url`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    async def _forward(self, request: web.BaseRequest) -> web.Response:
        if request.headers.get("Authorization") != f"Token {self._token}":
            return web.json_response({"code": "unauthorized", "message": "unauthorized access"}, status=401)
        path, parameters = request.path, dict(request.query)
        if path == "/api/v2/write":
            path, parameters = (
                "/write",
                {"db": request.query["bucket"], "precision": request.query["precision"]},
            )
        headers = {"Content-Type": request.headers.get("Content-Type", "text/plain")}
        async with self._session.post(
            self._url + path, params=parameters, data=await request.read(), headers=headers
        ) as answer:
            kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def start(self) -> str:
        """Serve on a free loopback port; return the address."""
        self._session = aiohttp.ClientSession()
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/api/v2/write", self._forward)
        app.router.add_post("/query", self._forward)
        self._server = TestServer(app)
        await self._server.start_server()
        return str(self._server.make_url("")).rstrip("/")

    async def stop(self) -> None:
        """Stop serving."""
        await self._server.close()
        await self._session.close()
