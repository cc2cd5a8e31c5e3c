"""What several areas of tests share: real databases, started on free loopback ports."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
_numbers = itertools.count(1)


def _missing(reason: str) -> None:
    """Skip on a bench, fail in CI: a suite that skips its databases proves nothing."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; CI installs it")
    pytest.skip(reason)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/ping", timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a fresh InfluxDB 1.x."""
    binary = shutil.which("influxd")
    if binary is None:
        _missing("influxd is not on PATH (Debian: apt install influxdb)")
        return
    version = subprocess.run([binary, "version"], capture_output=True, text=True, check=False).stdout
    if " v1." not in version and " 1." not in version:
        _missing(f"influxd on PATH is no 1.x but: {version.strip()}")
    home = tmp_path_factory.mktemp("influxd")
    rpc, http = _free_ports(2)
    file = home / "influxdb.conf"
    file.write_text(_CONFIGURATION.format(rpc=rpc, http=http, home=home))
    url = f"http://127.0.0.1:{http}"
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([binary, "run", "-config", str(file)], stdout=log, stderr=log)
        try:
            until = time.monotonic() + _START_S
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"influxd does not start: {(home / 'log').read_text()[-2000:]}")
                time.sleep(0.02)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def influx_database(influxd: str) -> Callable[..., str]:
    """Makes an empty database of an InfluxDB 1.x and returns its name."""

    def make(duration: str = "") -> str:
        name = f"t{next(_numbers)}"
        policy = f' WITH DURATION {duration} NAME "autogen"' if duration else ""
        form = urllib.parse.urlencode({"q": f'CREATE DATABASE "{name}"{policy}'}).encode()
        with urllib.request.urlopen(f"{influxd}/query", data=form, timeout=10) as answer:
            assert "error" not in answer.read().decode()
        return name

    return make


@pytest.fixture
def influx2() -> dict[str, str]:
    """The settings of a fresh bucket of an InfluxDB 2.x that whoever runs the tests has started."""
    url = os.environ.get("SOLAR_TEST_INFLUX2_URL", "")
    if not url:
        pytest.skip("SOLAR_TEST_INFLUX2_URL, _ORG and _TOKEN name no InfluxDB 2.x")
    org, token = os.environ["SOLAR_TEST_INFLUX2_ORG"], os.environ["SOLAR_TEST_INFLUX2_TOKEN"]
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    query = urllib.parse.urlencode({"org": org})
    with urllib.request.urlopen(
        urllib.request.Request(f"{url}/api/v2/orgs?{query}", headers=headers), timeout=10
    ) as answer:
        org_id = json.load(answer)["orgs"][0]["id"]
    bucket = f"t{os.getpid()}-{next(_numbers)}"
    body = json.dumps({"orgID": org_id, "name": bucket, "retentionRules": []}).encode()
    with urllib.request.urlopen(
        urllib.request.Request(f"{url}/api/v2/buckets", data=body, headers=headers), timeout=10
    ):
        return {"url": url, "org": org, "bucket": bucket, "token": token}
