"""The first start beside an InfluxDB 1.x."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from base64 import b64decode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from collector.errors import ConfigurationError, SinkMisconfigured

pytestmark = pytest.mark.influxd


def ask(url, text):
    """Return the rows of an answer of the server itself."""
    form = urllib.parse.urlencode({"q": text}).encode()
    with urllib.request.urlopen(f"{url}/query", data=form, timeout=10) as answer:
        (result,) = json.load(answer)["results"]
    assert "error" not in result, result
    return [row for series in result.get("series", []) for row in series.get("values", [])]


@pytest.fixture
def set_up_1(set_up):
    """Runs setup for 1.x."""

    async def call(url, **changes):
        await set_up(url, kind="influxdb1", **changes)

    return call


async def test_database_with_retention(influxd, set_up_1, kept, said):
    """The database is made with the retention that was asked for, as its default; twice changes nothing."""
    await set_up_1(influxd, database="first start", retention_s=30 * 86_400)
    policies = ask(influxd, 'SHOW RETENTION POLICIES ON "first start"')
    assert [(row[0], row[1], row[-1]) for row in policies] == [("autogen", "720h0m0s", True)]
    files = kept()
    assert set(files) == {"collector_token", "grafana_token", "grafana_password"}
    await set_up_1(influxd, database="first start", retention_s=60 * 86_400)
    assert ask(influxd, 'SHOW RETENTION POLICIES ON "first start"') == policies
    assert kept() == files
    assert "database first start is there" in said


async def test_database_for_ever(influxd, set_up_1):
    """Without a retention, readings are kept for ever."""
    await set_up_1(influxd, database="endless")
    assert [row[1] for row in ask(influxd, "SHOW RETENTION POLICIES ON endless")] == ["0s"]


@pytest.mark.parametrize("name", ['qu"ote', "semi;DROP DATABASE x", "sun☀"])
async def test_names_are_quoted(influxd, set_up_1, name):
    """Any name becomes the database's name, and nothing else."""
    await set_up_1(influxd, database=name)
    assert [name] in ask(influxd, "SHOW DATABASES")


async def test_a_refusal(influxd, set_up_1):
    """What the server refuses is told in its words: it keeps nothing for less than an hour."""
    with pytest.raises(SinkMisconfigured, match=r"was refused: .*1h"):
        await set_up_1(influxd, database="brief", retention_s=60)
    with pytest.raises(SinkMisconfigured, match="was refused: invalid name"):
        await set_up_1(influxd, database="back\\slash")


@pytest.fixture
async def guarded():
    """A 1.x that asks for user and password; yields its address and what it was sent."""
    seen = []

    async def answer(request):
        header = request.headers.get("Authorization", "")
        seen.append(b64decode(header.removeprefix("Basic ")).decode())
        if seen[-1] != "solar:pass:word" and request.path != "/ping":
            return web.json_response({"error": "authorization failed"}, status=401)
        return web.json_response({"results": [{"statement_id": 0}]})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/"), seen
    await server.close()


async def test_user_and_password(guarded, set_up_1, folder, kept):
    """A user is sent with the password that was kept, and Grafana gets both in the token's place."""
    url, seen = guarded
    folder.mkdir()
    (folder / "influxdb_password").write_text("pass:word\n")
    await set_up_1(url, username="solar")
    assert set(seen) == {"solar:pass:word"}
    assert kept()["grafana_token"] == "solar:pass:word"


async def test_password_file(guarded, set_up_1, tmp_path):
    """The password may lie in any file."""
    url, seen = guarded
    file = tmp_path / "password"
    file.write_text("pass:word\n")
    await set_up_1(url, username="solar", password_file=file)
    assert set(seen) == {"solar:pass:word"}


async def test_wrong_password(guarded, set_up_1, tmp_path):
    """A wrong password is told without its text."""
    url, _ = guarded
    file = tmp_path / "password"
    file.write_text("hunter2hunter2")
    with pytest.raises(SinkMisconfigured, match="HTTP 401 authorization failed") as raised:
        await set_up_1(url, username="solar", password_file=file)
    assert "hunter2" not in str(raised.value)


async def test_missing_password(set_up_1, tmp_path):
    """A user without a password, or with a file that cannot be read, is a setting to correct."""
    with pytest.raises(ConfigurationError, match=r"sink.password: is missing beside the user solar"):
        await set_up_1("http://127.0.0.1:1", username="solar")
    with pytest.raises(ConfigurationError, match=r"sink.password_file: names the file .* cannot be read"):
        await set_up_1("http://127.0.0.1:1", username="solar", password_file=tmp_path / "none")
