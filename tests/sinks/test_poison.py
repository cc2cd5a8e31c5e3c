"""The search for the line behind a fault that may be the server's own."""

from __future__ import annotations

import pytest

from collector.errors import SinkMisconfigured, SinkUnavailable
from collector.packing import unpack
from collector.sinks.poison import MOST_REQUESTS, SUSPECT_AFTER, search

LINES = [b"m f=%d.0 1" % n for n in range(32)]


class Server:
    """Fails on the lines that `fails` picks; counts its requests."""

    def __init__(self, fails):
        self.fails = fails
        self.requests = []

    async def write(self, body, lines):
        asked = unpack(body)
        assert len(asked) == lines
        self.requests.append(asked)
        error = self.fails(asked, len(self.requests))
        if error:
            raise error


def choke():
    return SinkUnavailable("HTTP 500", may_be_poison=True)


def whole(found):
    return found.settled + len(found.poison) + len(found.rest)


async def test_only_what_fails_alone_and_again_is_blamed():
    """One line is found; every other line is confirmed."""
    server = Server(lambda asked, _: choke() if LINES[13] in asked else None)
    found = await search(LINES, server.write, SUSPECT_AFTER)
    assert (found.poison, found.rest, found.settled) == ([LINES[13]], [], 31)
    assert server.requests.count([LINES[13]]) == 2


async def test_a_server_that_stumbles_once_blames_nothing():
    """A line that fails once alone and then goes through is a good line."""
    seen = set()

    def stumble(asked, _):
        if LINES[13] in asked and len(asked) not in seen:
            seen.add(len(asked))
            return choke()
        return None

    found = await search(LINES, Server(stumble).write, SUSPECT_AFTER)
    assert (found.poison, found.rest, found.settled) == ([], [], 32)


@pytest.mark.parametrize("count", [1, 2, 32])
@pytest.mark.parametrize("tries", [SUSPECT_AFTER, SUSPECT_AFTER + 1, SUSPECT_AFTER + 50])
async def test_nothing_is_blamed_where_nothing_goes_through(count, tries):
    """A dead server is asked some times and blames no line, not even a batch of one."""
    server = Server(lambda *_: choke())
    found = await search(LINES[:count], server.write, tries)
    assert (found.poison, found.rest, found.settled) == ([], LINES[:count], 0)
    assert len(server.requests) <= 16


@pytest.mark.parametrize("error", [SinkUnavailable("no connection"), SinkMisconfigured("401")])
@pytest.mark.parametrize("at", [1, 2, 3, 6, 9])
async def test_another_fault_ends_the_search(error, at):
    """A server that goes away in between is not asked on, and no line is lost or blamed for it."""
    server = Server(lambda asked, n: error if n == at else choke() if LINES[13] in asked else None)
    found = await search(LINES, server.write, SUSPECT_AFTER)
    assert len(server.requests) == at
    assert found.poison == []
    assert whole(found) == 32
    assert LINES[13] in found.rest


async def test_the_search_is_bounded():
    """Where every second line is bad the search stops in time and keeps the rest in its order."""
    lines = [b"m f=%d.0 1" % n for n in range(400)]
    bad = set(lines[::2])
    server = Server(lambda asked, _: choke() if bad & set(asked) else None)
    found = await search(lines, server.write, SUSPECT_AFTER + 3)
    assert len(server.requests) <= MOST_REQUESTS
    assert whole(found) == 400
    assert set(found.poison) <= bad
    assert found.rest == [line for line in lines if line in set(found.rest)]
