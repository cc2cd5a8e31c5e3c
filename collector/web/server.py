"""The little server beside `run`: ``/health``, ``/metrics``, ``/status`` and the page at ``/``."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

from collector.errors import ConfigurationError
from collector.web.metrics import exposition
from collector.web.page import page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Nothing on the page comes from elsewhere, and nothing may.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


def site(status: Callable[[], Mapping[str, Any]]) -> web.Application:
    """Return the site; `status` makes the document of `report.status` at each question."""

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=exposition(status()), headers={"Content-Type": METRICS_TYPE})

    async def document(_: web.Request) -> web.Response:
        return web.json_response(dict(status()))

    async def index(_: web.Request) -> web.Response:
        return web.Response(text=page(status()), content_type="text/html", headers=HEADERS)

    app = web.Application()
    app.add_routes(
        [
            web.get("/", index),
            web.get("/health", health),
            web.get("/metrics", metrics),
            web.get("/status", document),
        ]
    )
    return app


@asynccontextmanager
async def serving(
    host: str, port: int, status: Callable[[], Mapping[str, Any]]
) -> AsyncIterator[web.AppRunner]:
    """Serve the site while the block runs.

    Raises:
        ConfigurationError: The address cannot be listened on.
    """
    runner = web.AppRunner(site(status), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as fault:
            raise ConfigurationError(
                "web.port", f"{host}:{port} cannot be listened on ({fault.strerror})", "Name a free port."
            ) from fault
        yield runner
    finally:
        await runner.cleanup()
