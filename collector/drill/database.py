"""A real InfluxDB 1.x of the drill's own, where its program is installed."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from collector.errors import SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_CONFIGURATION = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{home}/meta"
[data]
  dir = "{home}/data"
  wal-dir = "{home}/wal"
  index-version = "tsi1"
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
[monitor]
  store-enabled = false
"""
_START_S = 20.0
_STOP_S = 20.0


@dataclass(frozen=True, slots=True)
class Influx:
    """One InfluxDB 1.x.

    Attributes:
        url: Its address.
    """

    url: str

    async def query(self, text: str, database: str = "") -> list[dict[str, Any]]:
        """Return the series that an InfluxQL query answers, times in ns.

        Raises:
            SinkUnavailable: It answers an error.
        """
        form = {"q": text, "db": database, "epoch": "ns"}
        async with aiohttp.ClientSession() as session, session.post(f"{self.url}/query", data=form) as answer:
            said = await answer.json(content_type=None)
        results = said.get("results", [{}])
        for part in (said, *results):
            if "error" in part:
                raise SinkUnavailable(str(part["error"]))
        return [series for result in results for series in result.get("series", [])]

    async def make(self, database: str) -> None:
        """Make an empty database."""
        await self.query(f'CREATE DATABASE "{database}"')


def installed() -> bool:
    """Say whether the program is on the PATH."""
    return shutil.which("influxd") is not None


@contextlib.asynccontextmanager
async def influx(home: Path) -> AsyncIterator[Influx]:
    """Run one on free ports until the block ends.

    Raises:
        SinkUnavailable: It does not start.
    """
    file, url = _configured(home)
    with (home / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "influxd", "run", "-config", str(file), stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(_START_S):
            while not await _answers(url):
                if process.returncode is not None:
                    raise SinkUnavailable(f"influxd does not start: see {home / 'log'}")
                await asyncio.sleep(0.03)
        yield Influx(url)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(_STOP_S):
            await process.wait()


def _configured(home: Path) -> tuple[Path, str]:
    """Write the configuration; return its file and the address that it names."""
    home.mkdir(parents=True)
    rpc, http = _free_ports(2)
    file = home / "influxdb.conf"
    file.write_text(_CONFIGURATION.format(rpc=rpc, http=http, home=home), encoding="utf-8")
    return file, f"http://127.0.0.1:{http}"


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{url}/ping"):
            return True
    except aiohttp.ClientError:
        return False


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
