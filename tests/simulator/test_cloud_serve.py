"""The cloud behind a web server: answers unchanged, faults as faults of the wire, and a quick end."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from collector.clock import WallClock
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.serve import address, serve, serve_forever

LOGIN = {"userName": "demo", "systemCode": "demo"}


@pytest.fixture
async def session():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as opened:
        yield opened


async def test_an_answer_over_http_is_the_clouds_answer(visit, session):
    """Status, body, token and Date arrive as `handle` gave them; the cookie without Secure."""
    visitor = visit()
    runner = await serve(visitor.cloud, "127.0.0.1", 0)
    try:
        base = address(runner) + "/thirdData/"
        async with session.post(base + "login", json=LOGIN) as answer:
            token = answer.headers["xsrf-token"]
            assert answer.headers["date"] == "Wed, 15 Jul 2026 10:00:00 GMT"
            assert answer.headers["set-cookie"] == f"XSRF-TOKEN={token};Path=/"
        codes = ",".join(plant.code for plant in visitor.cloud.fleet.plants)
        async with session.post(
            base + "getStationRealKpi", json={"stationCodes": codes}, headers={"XSRF-TOKEN": token}
        ) as answer:
            over_http = await answer.json()
        visitor.token = token
        assert over_http == visitor.ask("getStationRealKpi", stationCodes=codes)
        visitor.cloud.down = "html"
        async with session.post(base + "login", json=LOGIN) as answer:
            assert (answer.status, answer.content_type) == (503, "text/html")
    finally:
        await runner.cleanup()


async def test_a_hanging_and_a_cut_connection(visit, session):
    """Hang: nothing ever comes, and the server still ends at once. Reset: the connection is cut without an answer."""
    visitor = visit()
    runner = await serve(visitor.cloud, "127.0.0.1", 0)
    url = address(runner) + "/thirdData/login"
    visitor.cloud.down = "reset"
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.post(url, json=LOGIN)
    visitor.cloud.down = "hang"
    waiting = asyncio.create_task(session.post(url, json=LOGIN))
    while len(visitor.cloud.journal.entries) < 3:  # noqa: ASYNC110  the journal is plain and knows no events
        await asyncio.sleep(0)
    assert not waiting.done()
    async with asyncio.timeout(30):
        await runner.cleanup()
    with pytest.raises(aiohttp.ClientConnectionError):
        await waiting


@pytest.mark.parametrize(
    ("late", "gap"), [({"delay_before_s": 0.05}, False), ({"delay_after_s": 0.05}, True)]
)
async def test_answers_may_be_slow(session, late, gap):
    """A call is counted before or after the wait, and the minute runs from the end of its answer."""
    clock = WallClock()
    cloud = Cloud(SimFleet.make(1, {38: 1}, 1, clock.now()), clock, generous=0)
    runner = await serve(cloud, "127.0.0.1", 0, **late)
    try:
        before = clock.now()
        async with session.post(address(runner) + "/thirdData/login", json=LOGIN) as answer:
            assert answer.status == 200
        entry = cloud.journal.entries[-1]
        assert clock.now() - before >= 0.05
        assert (entry.done - entry.t >= 0.045) is gap
        assert (entry.t - before >= 0.045) is not gap
    finally:
        await runner.cleanup()


async def test_serving_forever_ends_with_its_task(session, tmp_path):
    """A drawn fleet is served where it says, and journalled, until the task is cancelled; then the port is free."""
    path = tmp_path / "journal.jsonl"
    told = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve_forever("127.0.0.1", 0, 2, None, "refill", path, 3, ready=told.set_result)
    )
    async with asyncio.timeout(30):
        url = await told + "/thirdData/login"
    async with session.post(url, json=LOGIN) as answer:
        assert (await answer.json())["success"] is True
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [json.loads(line)["interface"] for line in path.read_text().splitlines()] == ["login"]
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.post(url, json=LOGIN)
