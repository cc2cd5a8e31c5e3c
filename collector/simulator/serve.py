"""The simulated cloud behind a web server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from collector.clock import WallClock
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.journal import Journal
from collector.simulator.limits import Window
from collector.simulator.switches import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_SECURE = ";Secure"
_SHUTDOWN_S = 0.2


async def serve(
    cloud: Cloud, host: str, port: int, *, delay_before_s: float = 0.0, delay_after_s: float = 0.0
) -> web.AppRunner:
    """Serve a cloud over plain HTTP until the runner returned is cleaned up.

    Port 0 takes a free one: `address` tells which. Cookies go without ``Secure``, since plain HTTP would lose them.

    Args:
        cloud: Answers every request, whatever its path.
        host: Address to listen on.
        port: Port to listen on.
        delay_before_s: Wait before a call is counted. [s]
        delay_after_s: Wait between counting a call and sending its answer. [s]
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if delay_before_s:
            await asyncio.sleep(delay_before_s)
        said = cloud.handle(request.method, request.path, request.headers, body)
        entry = cloud.journal.entries[-1]
        if delay_after_s:
            await asyncio.sleep(delay_after_s)
            cloud.answered(entry, cloud.now())
        if said.fate == "hang":
            await asyncio.Event().wait()
        if said.fate:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        headers = {name: value.removesuffix(_SECURE) for name, value in said.headers.items()}
        return web.Response(status=said.status, headers=headers, body=said.body)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


def address(runner: web.AppRunner) -> str:
    """Return the base URL of a cloud that is served, e.g. ``http://127.0.0.1:8081``."""
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


async def serve_forever(  # noqa: PLR0917  named at every call site
    host: str,
    port: int,
    plants: int,
    devices: Mapping[int, int] | None = None,
    window: Window | str = Window.ROLLING,
    journal_path: Path | None = None,
    seed: int = 1,
    *,
    switches: frozenset[str] = DEFAULTS,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a drawn fleet by the wall clock until cancelled.

    Args:
        host: Address to listen on.
        port: Port to listen on.
        plants: Number of plants.
        devices: Device type number to number of devices; None: the usual mix.
        window: Reading of the limits: rolling, fixed or refill.
        journal_path: File that receives one JSON line a call, or None.
        seed: Decides the fleet, its weather and its faults.
        switches: Oddities, names of `switches.SWITCHES`.
        ready: Receives the base URL once it can be called.

    Raises:
        OSError: The address cannot be listened on.
        ValueError: A switch or window that does not exist.
    """
    clock = WallClock()
    fleet = SimFleet.make(plants, SimFleet.usual(plants) if devices is None else devices, seed, clock.now())
    journal = Journal(journal_path)
    cloud = Cloud(fleet, clock, window=window, switches=switches, journal=journal)
    runner = await serve(cloud, host, port)
    try:
        if ready is not None:
            ready(address(runner))
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
        journal.close()
