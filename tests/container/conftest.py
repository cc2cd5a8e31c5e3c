"""A fresh InfluxDB 2.x each: a pretended one always, a real one where ``SOLAR_TEST_INFLUXD2_BIN`` names its program."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
from servers.influx2 import Influx2

from collector.setup.prepare import Database, prepare

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

START_S = 20.0


@pytest.fixture
async def pretended() -> AsyncIterator[tuple[Influx2, str]]:
    """A pretended server and its address."""
    server = Influx2()
    url = await server.start()
    yield server, url
    await server.stop()


@contextlib.contextmanager
def real_server(home: Path) -> Iterator[str]:
    """Start a real InfluxDB 2.x in an empty folder; yields its address."""
    binary = os.environ.get("SOLAR_TEST_INFLUXD2_BIN", "")
    if not binary:
        pytest.skip("SOLAR_TEST_INFLUXD2_BIN names no influxd of InfluxDB 2.x")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    options = {
        "bolt-path": home / "influxd.bolt",
        "engine-path": home / "engine",
        "sqlite-path": home / "influxd.sqlite",
        "http-bind-address": url.removeprefix("http://"),
        "log-level": "error",
    }
    command = [binary, "--reporting-disabled", *(f"--{name}={value}" for name, value in options.items())]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until = time.monotonic() + START_S
            while not _healthy(url):
                assert process.poll() is None, (home / "log").read_text()[-2000:]
                assert time.monotonic() < until, "influxd does not start"
                time.sleep(0.02)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(params=["pretended", "real"])
async def influx2_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh InfluxDB 2.x."""
    if request.param == "pretended":
        server = Influx2()
        yield await server.start()
        await server.stop()
        return
    home = tmp_path / "influxdb"
    home.mkdir()
    with real_server(home) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the secrets go."""
    return tmp_path / "secrets"


@pytest.fixture
def said() -> list[str]:
    """What setup has said."""
    return []


@pytest.fixture
def set_up(
    folder: Path, said: list[str], kept: Callable[[], dict[str, str]]
) -> Callable[..., Awaitable[None]]:
    """Runs setup against an address; no secret of the folder may be among what it says."""

    async def call(url: str, **changes: object) -> None:
        wanted = {
            "kind": "influxdb2",
            "url": url,
            "org": "solar",
            "bucket": "solar",
            "database": "solar",
            "retention_s": 0,
            "patience_s": 10.0,
            **changes,
        }
        try:
            await prepare(Database(**wanted), folder, said.append)
        finally:
            for secret in kept().values():
                assert secret not in "\n".join(said)

    return call


@pytest.fixture
def kept(folder: Path) -> Callable[[], dict[str, str]]:
    """Reads every file of the folder."""
    return lambda: {file.name: file.read_text() for file in folder.glob("[!.]*")}
