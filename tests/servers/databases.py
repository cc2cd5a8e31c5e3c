"""Databases that answer writes as the real ones were seen to; no rule of `answers.py` is used here.

A line is bad by what it says: ``malformed`` cannot be parsed, ``conflict`` has a field of another type, ``old`` lies
beyond retention, ``choke`` makes the server fall over.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from collections.abc import Callable

    Profile = Callable[["Database", list[bytes]], web.Response]

CONFLICT = 'partial write: field type conflict: input field "f" on measurement "m" is type string, already exists as type float'


class Database:
    """One pretended database: what it stored, and what it was asked."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.stored: set[bytes] = set()
        self.requests: list[web.BaseRequest] = []
        self.sizes: list[int] = []

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Answer one write."""
        body = await request.read()
        lines = [line for line in body.split(b"\n") if line]
        self.requests.append(request)
        self.sizes.append(len(lines))
        return self.profile(self, lines)

    async def start(self) -> str:
        """Serve on a free loopback port; return the address."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/write", self.handle)
        app.router.add_post("/api/v2/write", self.handle)
        self._server = TestServer(app)
        await self._server.start_server()
        return str(self._server.make_url("")).rstrip("/")

    async def stop(self) -> None:
        """Stop serving."""
        await self._server.close()


def _split(lines: list[bytes], word: bytes) -> tuple[list[bytes], list[bytes]]:
    return [line for line in lines if word not in line], [line for line in lines if word in line]


def _quote(bad: list[bytes]) -> str:
    return "\n".join(f"unable to parse '{line.decode()}': missing field value" for line in bad)


def v2(database: Database, lines: list[bytes]) -> web.Response:
    """InfluxDB 2.8: malformed lines refuse the whole, conflicts are counted too low and not named."""
    good, bad = _split(lines, b"malformed")
    if bad:
        return web.json_response({"code": "invalid", "message": _quote(bad)}, status=400)
    for word, reason in (
        (b"conflict", CONFLICT),
        (b"old", "partial write: dropped N points outside retention policy"),
    ):
        rest, refused = _split(good, word)
        if refused:
            database.stored.update(_split(rest, b"old")[0])
            dropped = 1 if word == b"conflict" else len(refused)
            message = f"failure writing points to database: {reason} dropped={dropped}"
            return web.json_response({"code": "unprocessable entity", "message": message}, status=422)
    database.stored.update(good)
    return web.Response(status=204)


def v1(database: Database, lines: list[bytes]) -> web.Response:
    """InfluxDB 1.6.7: good lines are written; one fault hides the others."""
    parsed, malformed = _split(lines, b"malformed")
    rest, conflicts = _split(parsed, b"conflict")
    rest, old = _split(rest, b"old")
    database.stored.update(rest)
    if conflicts:
        return web.json_response({"error": f"{CONFLICT} dropped=1"}, status=400)
    if old:
        error = f"partial write: points beyond retention policy dropped={len(old)}"
        return web.json_response({"error": error}, status=400)
    if malformed:
        return web.json_response({"error": f"partial write: {_quote(malformed)} dropped=0"}, status=400)
    return web.Response(status=204)


def v3_list(database: Database, lines: list[bytes]) -> web.Response:
    """InfluxDB 3: good lines are written; refused ones listed with number and text."""
    rows = []
    for number, line in enumerate(lines, 1):
        if b"malformed" in line or b"conflict" in line:
            rows.append(
                {"original_line": line.decode()[:40], "line_number": number, "error_message": "refused"}
            )
        else:
            database.stored.add(line)
    if rows:
        return web.json_response(
            {"error": "partial write of line protocol occurred", "data": rows[:100]}, status=400
        )
    return web.Response(status=204)


def v3_first(database: Database, lines: list[bytes]) -> web.Response:
    """InfluxDB 3, clustered: the number of the first refused line only."""
    first = 0
    for number, line in enumerate(lines, 1):
        if b"malformed" in line or b"conflict" in line:
            first = first or number
        else:
            database.stored.add(line)
    if first:
        body = {"code": "invalid", "message": "partial write has occurred", "line": first}
        return web.json_response(body, status=400)
    return web.Response(status=204)


def proxied(database: Database, lines: list[bytes]) -> web.Response:
    """Some 1.8 behind a proxy: a conflict comes as a 500, nothing is written."""
    if any(b"conflict" in line for line in lines):
        return web.json_response({"error": f"{CONFLICT} dropped=1"}, status=500)
    database.stored.update(lines)
    return web.Response(status=204)


def fragile(database: Database, lines: list[bytes]) -> web.Response:
    """A server that falls over a line and does not say which."""
    if any(b"choke" in line for line in lines):
        return web.json_response(
            {"code": "internal error", "message": "An internal error has occurred"}, status=500
        )
    database.stored.update(lines)
    return web.Response(status=204)


def narrow(most: int) -> Profile:
    """A server that takes at most so many uncompressed bytes."""

    def answer(database: Database, lines: list[bytes]) -> web.Response:
        if len(b"\n".join(lines)) > most:
            return web.Response(status=413, text="Request Entity Too Large")
        database.stored.update(lines)
        return web.Response(status=204)

    return answer


def says(status: int, body: str = "", headers: dict[str, str] | None = None) -> Profile:
    """A server that says the same to everything and stores nothing."""
    return lambda _database, _lines: web.Response(status=status, text=body, headers=headers)


def packed(lines: list[bytes]) -> bytes:
    """Return lines as a batch's bytes, without the collector's help."""
    return gzip.compress(b"\n".join(lines), compresslevel=1, mtime=0)
