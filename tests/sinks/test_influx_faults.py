"""The InfluxDB sinks on the wire: what they send, and faults of the network in words without secrets."""

from __future__ import annotations

import asyncio
import gzip
import traceback

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from servers import databases
from servers.databases import Database, says

from collector.clock import VirtualClock
from collector.errors import LinesRejected, SinkError, SinkMisconfigured, SinkUnavailable
from collector.packing import pack
from collector.sinks.influxdb1 import InfluxDB1
from collector.sinks.influxdb2 import InfluxDB2

SECRET = "s3cr3t-t0ken"
LINES = [b"m,k=a f=1.0 1", b"m,k=b f=2.0 2"]


@pytest.fixture(params=[1, 2])
async def serve(request):
    """Starts a pretended database; returns it and a sink towards it."""
    opened = []

    async def make(profile, url="", timeout_s=5.0):
        database = Database(profile)
        address = url or await database.start()
        clock = VirtualClock(1_764_000_000.0)
        if request.param == 1:
            sink = InfluxDB1(
                clock,
                url=address,
                database="solar",
                retention_policy="long",
                username="me",
                password=SECRET,
                timeout_s=timeout_s,
            )
        else:
            sink = InfluxDB2(
                clock, url=address, org="home", bucket="solar", token=SECRET, timeout_s=timeout_s
            )
        opened.append((None if url else database, sink))
        return database, sink

    yield make
    for database, sink in opened:
        await sink.close()
        if database:
            await database.stop()


async def failure(sink):
    with pytest.raises(SinkError) as caught:
        await sink.write(pack(LINES), len(LINES))
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.args)
    assert SECRET not in shown
    assert aiohttp.encode_basic_auth("me", SECRET) not in shown
    return caught.value


async def test_the_spools_own_bytes_are_sent(serve):
    """The body goes out as it is, gzip told, stamps in nanoseconds, credentials in a header only."""
    raw = []

    async def handle(request):
        raw.append((request, await request.content.read()))
        return web.Response(status=204)

    # A bare handler, so that nothing decompresses the body on its way.
    server = TestServer(web.Application())
    server.app.router.add_post("/{tail:.*}", handle)
    await server.start_server(auto_decompress=False)
    _, sink = await serve(databases.v2, url=str(server.make_url("/base/")))
    body = pack(LINES)
    await sink.write(body, 2)
    ((request, sent),) = raw
    assert sent == body
    assert gzip.decompress(sent) == b"\n".join(LINES)
    assert request.headers["Content-Encoding"] == "gzip"
    assert request.query["precision"] == "ns"
    assert SECRET not in str(request.url)
    if isinstance(sink, InfluxDB1):
        assert request.path == "/base/write"
        assert dict(request.query) == {"db": "solar", "rp": "long", "precision": "ns"}
        assert request.headers["Authorization"] == aiohttp.encode_basic_auth("me", SECRET)
    else:
        assert request.path == "/base/api/v2/write"
        assert (request.query["org"], request.query["bucket"]) == ("home", "solar")
        assert request.headers["Authorization"] == f"Token {SECRET}"
    await sink.close()
    await server.close()


async def test_a_friendly_page_is_no_success(serve):
    """200 stores nothing."""
    _, sink = await serve(says(200, "<html>Please log in</html>"))
    assert isinstance(await failure(sink), SinkUnavailable)


async def test_a_redirect_is_not_followed(serve):
    """Readings and token go to no other place than the one in the settings."""
    database, target = Database(databases.v2), Database(databases.v2)
    address = await target.start()
    database, sink = await serve(says(307, headers={"Location": f"{address}/api/v2/write"}))
    error = await failure(sink)
    assert isinstance(error, SinkMisconfigured)
    assert "sink.url" in str(error)
    assert len(database.requests) == 1
    assert target.requests == []
    await target.stop()


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500, 503])
async def test_no_answer_smuggles_the_secret_out(serve, status, plain):
    """A server that echoes credentials finds them blotted out of reasons."""
    echo = (
        SECRET
        if plain
        else '{"code": "x", "message": "unable to parse \'' + SECRET + "': partial write " + SECRET + '"}'
    )
    _, sink = await serve(says(status, echo, {"Retry-After": SECRET, "X-Influxdb-Error": SECRET}))
    error = await failure(sink)
    if isinstance(error, LinesRejected):
        assert SECRET not in repr(error.rejected)


async def test_a_server_that_trickles_is_given_up(serve):
    """The time-out is for the whole write; it casts suspicion on the batch's size."""

    def trickle(_database, _lines):
        return _Trickle()

    _, sink = await serve(trickle, timeout_s=0.2)
    error = await failure(sink)
    assert isinstance(error, SinkUnavailable)
    assert error.may_be_poison
    assert "within 0.2 s" in str(error)


class _Trickle(web.StreamResponse):
    """An answer that comes a byte at a time and never ends."""

    async def prepare(self, request):
        writer = await super().prepare(request)
        for _ in range(100):
            await self.write(b".")
            await asyncio.sleep(0.05)
        return writer


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9", "no connection to 127.0.0.1:9"),
        ("http://[::1]:9", "no connection to [::1]:9"),
        ("http://no-such-host.invalid:8086", "no-such-host.invalid:8086"),
    ],
)
async def test_an_address_where_nobody_listens(serve, url, words):
    """Refused and unknown addresses are waited for, named with their port."""
    _, sink = await serve(databases.v2, url=url)
    error = await failure(sink)
    assert isinstance(error, SinkUnavailable)
    assert words in str(error)


async def test_plain_http_behind_https_is_misconfigured(serve):
    """The wrong scheme does not heal by waiting."""
    database = Database(databases.v2)
    address = await database.start()
    _, sink = await serve(databases.v2, url=address.replace("http:", "https:"))
    assert isinstance(await failure(sink), SinkMisconfigured)
    await database.stop()


async def test_a_connection_cut_in_the_answer_is_waited_for(serve):
    """Half an answer is none."""

    class Cut(web.Response):
        async def prepare(self, request):
            request.transport.close()

    _, sink = await serve(lambda *_: Cut())
    assert isinstance(await failure(sink), SinkUnavailable)


@pytest.mark.influxd
async def test_a_real_1x_without_the_database(influxd):
    """A missing database is a matter for a person; once it is there the same sink works."""
    sink = InfluxDB1(VirtualClock(0.0), url=influxd, database="nowhere")
    with pytest.raises(SinkMisconfigured, match="database not found"):
        await sink.probe()
    with pytest.raises(SinkMisconfigured, match="database not found"):
        _ = [line async for line in sink.points(0, 1)]
    await sink.close()


@pytest.mark.influxd
async def test_a_real_1x_asked_as_2x(influxd):
    """The wrong kind of sink is told apart from a missing bucket."""
    sink = InfluxDB2(VirtualClock(0.0), url=influxd, org="home", bucket="solar", token=SECRET)
    with pytest.raises(SinkMisconfigured, match="check the sink's kind"):
        await sink.write(pack(LINES), 2)
    await sink.close()


@pytest.mark.influxd
async def test_a_real_1x_with_retention(influxd, influx_database):
    """Lines older than the database keeps are expired, exactly those."""
    sink = InfluxDB1(VirtualClock(0.0), url=influxd, database=influx_database("1h"))
    lines = [b"m f=1.0 1000", b"m f=2.0 4102444800000000000", b"m f=3.0 2000"]
    with pytest.raises(LinesRejected) as refused:
        await sink.write(pack(lines), 3)
    assert refused.value.expired
    assert set(refused.value.rejected) == {0, 2}
    await sink.close()


@pytest.mark.influxd
async def test_a_real_1x_given_a_damaged_batch(influxd, influx_database):
    """Bytes that are no batch name no line."""
    sink = InfluxDB1(VirtualClock(0.0), url=influxd, database=influx_database())
    with pytest.raises(LinesRejected) as refused:
        await sink.write(pack(LINES)[:-9], 2)
    assert refused.value.rejected == {}
    await sink.close()
