"""The HTTP client against real servers on loopback, plain and TLS."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import traceback
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from collector.client import Client
from collector.clock import VirtualClock
from collector.errors import ConfigurationError, VendorUnreachable
from collector.model import Request

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cr3t"
REQUEST = Request("/thirdData/getStationList", b'{"password": "s3cr3t"}', {"XSRF-TOKEN": SECRET})


class Ticking(VirtualClock):
    """A clock that moves on by a second at each look."""

    def now(self):
        self.advance_to(super().now() + 1.0)
        return super().now()


@pytest.fixture
async def serve():
    """Starts a server with one handler; returns its address."""
    servers = []

    async def make(handle, tls=None, host="127.0.0.1"):
        server = TestServer(web.Application(), host=host, scheme="https" if tls else "http")
        server.app.router.add_route("*", "/{tail:.*}", handle)
        await server.start_server(ssl=tls)
        servers.append(server)
        return str(server.make_url("")).rstrip("/")

    yield make
    for server in servers:
        await server.close()


@pytest.fixture
async def client():
    made = Client(Ticking(1_000.0), timeout_s=5.0)
    yield made
    await made.close()


async def failure(client, url, request=REQUEST):
    with pytest.raises(VendorUnreachable) as caught:
        await client.send(url, request)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


async def test_request_and_answer_pass_unchanged(serve, client):
    """The bytes given are the bytes sent; status, headers and body come back with both moments."""
    seen = []

    async def handle(request):
        seen.append((request.method, request.raw_path, await request.read(), request.headers["XSRF-TOKEN"]))
        answer = web.Response(status=418, body=b"teapot", headers={"X-Kind": "Tea"})
        answer.set_cookie("XSRF-TOKEN", "one")
        answer.set_cookie("JSESSIONID", "two")
        return answer

    request = Request("/a%2F%41?q=%7B1%7D&s=a%20b+c", b'{"a":1}', {"XSRF-TOKEN": "t"})
    answer = await client.send(await serve(handle) + "/", request)
    assert seen == [("POST", "/a%2F%41?q=%7B1%7D&s=a%20b+c", b'{"a":1}', "t")]
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (418, b"teapot", "Tea")
    assert answer.headers["set-cookie"].split("\n") == ["XSRF-TOKEN=one; Path=/", "JSESSIONID=two; Path=/"]
    assert 1_000.0 < answer.sent_at < answer.answered_at


async def test_no_cookie_is_remembered(serve, client):
    """A session is the caller's affair, header by header."""
    cookies = []

    async def handle(request):
        cookies.append(dict(request.cookies))
        answer = web.Response()
        answer.set_cookie("JSESSIONID", "two")
        return answer

    url = await serve(handle, host="localhost")
    await client.send(url, REQUEST)
    await client.send(url, REQUEST)
    assert cookies == [{}, {}]


async def test_gzip_is_undone(serve, client):
    """The body is handed over decompressed."""

    async def handle(request):
        assert "gzip" in request.headers["Accept-Encoding"]
        return web.Response(body=gzip.compress(b"x" * 50_000), headers={"Content-Encoding": "gzip"})

    assert (await client.send(await serve(handle), REQUEST)).body == b"x" * 50_000


async def test_damaged_gzip_is_no_answer(serve, client):
    """Bytes that cannot be decompressed are reported, not handed over."""

    async def handle(_):
        return web.Response(body=b"\x1f\x8bnonsense", headers={"Content-Encoding": "gzip"})

    assert "127.0.0.1" in await failure(client, await serve(handle))


async def test_a_server_that_trickles_is_cut_off(serve):
    """The time-out is for the whole answer, however steadily it drips."""

    async def handle(request):
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(100):
            await answer.write(b".")
            await asyncio.sleep(0.05)
        return answer

    client = Client(VirtualClock(0.0), timeout_s=0.2)
    assert "no whole answer from 127.0.0.1" in await failure(client, await serve(handle))
    await client.close()


@pytest.mark.parametrize("compressed", [False, True])
async def test_an_answer_larger_than_the_limit_is_refused(serve, compressed):
    """The limit is for what comes out of the decompression; at the limit all is well."""

    async def handle(request):
        body = b"x" * (100_001 if request.path == "/more" else 100_000)
        if compressed:
            return web.Response(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})
        return web.Response(body=body)

    client = Client(VirtualClock(0.0), timeout_s=5.0, max_bytes=100_000)
    url = await serve(handle)
    assert len((await client.send(url, Request("/", b""))).body) == 100_000
    assert "larger than 100000 bytes" in await failure(client, url, Request("/more", b""))
    await client.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_host_is_not_followed(serve, client, status):
    """Password and token stay with the host in the settings; the message names the other one."""
    strayed = []

    async def stranger(request):
        strayed.append(request)
        return web.Response()

    other = await serve(stranger)

    async def handle(_):
        return web.Response(status=status, headers={"Location": f"{other}/login?token={SECRET}"})

    message = await failure(client, await serve(handle))
    assert strayed == []
    assert other.removeprefix("http://") in message
    assert "base_url" in message


async def test_a_redirect_inside_the_origin_keeps_the_request(serve, client):
    """307 and 308 send the same bytes to the new path; circles end."""

    async def handle(request):
        if request.path == "/new":
            return web.Response(body=await request.read())
        return web.Response(status=307, headers={"Location": "/new" if request.path == "/old" else "/round"})

    url = await serve(handle)
    assert (await client.send(url, Request("/old", b"body"))).body == b"body"
    assert "circles" in await failure(client, url, Request("/round", b"body"))


async def test_a_redirect_that_would_drop_the_body_is_not_followed(serve, client):
    """A POST never turns into a GET."""

    async def handle(_):
        return web.Response(status=302, headers={"Location": "/portal"})

    assert "base_url" in await failure(client, await serve(handle))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://user:s3cr3t@127.0.0.1:9", "no connection to 127.0.0.1:9"),
        ("https://no-such-host.invalid", "the name of no-such-host.invalid cannot be resolved"),
    ],
)
async def test_an_address_where_nobody_listens(client, url, words):
    """The message names the host and what to look at, never the userinfo."""
    assert words in await failure(client, url)


async def test_a_connection_cut_short_is_no_answer(serve, client):
    """Half an answer is none."""

    async def handle(request):
        answer = web.StreamResponse(headers={"Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b"half")
        request.transport.close()
        return answer

    assert "127.0.0.1" in await failure(client, await serve(handle))


async def test_a_closed_client_opens_again(serve, client):
    """Closing is no farewell."""

    async def handle(_):
        return web.Response(body=b"hello")

    url = await serve(handle)
    await client.send(url, REQUEST)
    await client.close()
    assert (await client.send(url, REQUEST)).body == b"hello"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Path:
    """A self-signed server certificate, a CA with a leaf, and a stranger, as a user would have them in files."""
    home = tmp_path_factory.mktemp("certificates")
    new = (
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    )
    for name, host in (
        ("own", "DNS:localhost,IP:127.0.0.1"),
        ("stranger", "IP:127.0.0.1"),
        ("elsewhere", "IP:127.0.0.2"),
    ):
        names = ("-addext", f"subjectAltName={host}")
        openssl(
            *new,
            "-subj",
            f"/CN={name}",
            *names,
            "-keyout",
            home / f"{name}.key",
            "-out",
            home / f"{name}.pem",
        )
    openssl(*new, "-subj", "/CN=ca", "-keyout", home / "ca.key", "-out", home / "ca.pem")
    request = (
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-subj",
        "/CN=leaf",
    )
    openssl(*request, "-keyout", home / "leaf.key", "-out", home / "leaf.csr")
    (home / "leaf.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    openssl(
        "x509", "-req", "-in", home / "leaf.csr", "-CA", home / "ca.pem", "-CAkey", home / "ca.key", "-CAcreateserial",
        "-days", "2", "-extfile", home / "leaf.ext", "-out", home / "leaf.pem",
    )  # fmt: skip
    for name in ("own", "ca", "leaf"):
        openssl("x509", "-in", home / f"{name}.pem", "-outform", "DER", "-out", home / f"{name}.der")
    return home


async def hello(_):
    return web.Response(body=b"hello")


def server_side(home, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / f"{name}.pem", home / f"{name}.key")
    return context


@pytest.mark.parametrize(
    ("served", "trusted"),
    [
        ("own", "own.pem"),
        ("own", "own.der"),
        ("leaf", "leaf.pem"),
        ("leaf", "leaf.der"),
        ("leaf", "ca.pem"),
        ("leaf", "ca.der"),
    ],
)
async def test_a_certificate_named_in_ca_file_is_trusted(serve, certificates, served, trusted):
    """A server's own certificate or its authority's, PEM or DER, is anchor enough."""
    url = await serve(hello, server_side(certificates, served))
    client = Client(VirtualClock(0.0), timeout_s=5.0, ca_file=certificates / trusted)
    assert (await client.send(url, REQUEST)).body == b"hello"
    await client.close()


@pytest.mark.parametrize("trusted", [None, "stranger.pem"])
async def test_an_unknown_certificate_is_refused(serve, certificates, trusted):
    """Without trust no byte is sent, and the message says what to do."""
    seen = []

    async def handle(request):
        seen.append(request)
        return web.Response()

    url = await serve(handle, server_side(certificates, "own"))
    client = Client(VirtualClock(0.0), timeout_s=5.0, ca_file=trusted and certificates / trusted)
    message = await failure(client, url)
    assert "is not trusted" in message
    assert "ca_file" in message
    assert "127.0.0.1" in message
    assert seen == []
    await client.close()


async def test_a_trusted_certificate_of_another_name_is_refused(serve, certificates):
    """ca_file adds trust in a certificate, not in whoever shows it under another name."""
    url = await serve(hello, server_side(certificates, "elsewhere"))
    client = Client(VirtualClock(0.0), timeout_s=5.0, ca_file=certificates / "elsewhere.pem")
    assert "is not trusted" in await failure(client, url)
    await client.close()


async def test_plain_http_behind_https_is_told(serve, client):
    """The wrong scheme is named as such."""
    url = (await serve(hello)).replace("http:", "https:")
    assert "TLS handshake" in await failure(client, url)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no certificate",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN \xff",
    ],
)
def test_an_unusable_ca_file_is_a_wrong_setting(tmp_path, content):
    """A file that holds no certificate stops at once, with the mend."""
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"holds no certificate.*PEM or DER"):
        Client(VirtualClock(0.0), timeout_s=5.0, ca_file=file)


def test_a_missing_ca_file_is_a_wrong_setting(tmp_path):
    """The message names the file."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.pem cannot be read"):
        Client(VirtualClock(0.0), timeout_s=5.0, ca_file=tmp_path / "nowhere.pem")
