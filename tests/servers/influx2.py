"""The few calls of InfluxDB 2.x that a first start makes, answered as a real 2.8 was seen to answer them."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Influx2:
    """A pretended server.

    Attributes:
        hashed: Whether it keeps only hashes of tokens, as newer ones do.
        virtual: Whether every bucket is an InfluxQL database by itself, as newer ones do.
        changes: Every call that could change something, as "METHOD /path".
        cut: A call after which the connection is cut: "before" it had its effect, or "after".
    """

    hashed: bool = False
    virtual: bool = True
    orgs: dict[str, str] = field(default_factory=dict)  # name to id
    buckets: dict[str, dict[str, Any]] = field(default_factory=dict)  # id to bucket
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)  # text to authorization
    dbrps: list[dict[str, Any]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    cut: tuple[str, str] | None = None
    password: str = ""
    starting: int = 0  # how many questions for its health it answers with 503 before it is up
    refuse: dict[str, tuple[int, str]] = field(default_factory=dict)  # call to status and reason

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def _id(self) -> str:
        return f"{next(self._numbers):016x}"

    async def start(self) -> str:
        """Serve on a free loopback port; return the address."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app)
        await self._server.start_server()
        return str(self._server.make_url("")).rstrip("/")

    async def stop(self) -> None:
        """Stop serving."""
        await self._server.close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        call = f"{request.method} {request.path}"
        body = json.loads(await request.read() or b"null")
        cut, when = self.cut or ("", "")
        if call == cut and when == "before":
            return self._hang_up(request)
        if request.method != "GET":
            self.changes.append(call)
        answer = self._serve(call, request, body)
        return self._hang_up(request) if call == cut else answer

    def _hang_up(self, request: web.BaseRequest) -> web.StreamResponse:
        self.cut = None
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def _serve(self, call: str, request: web.BaseRequest, body: Any) -> web.Response:
        if call in self.refuse:
            return _no(self.refuse[call][0], "internal error", self.refuse[call][1])
        unguarded = {
            "GET /health": self._health,
            "GET /api/v2/setup": lambda _: web.json_response({"allowed": not self.orgs}),
            "POST /api/v2/setup": self._set_up,
        }
        if call in unguarded:
            return unguarded[call](body)
        holder = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Token "))
        if holder is None:
            return _no(401, "unauthorized", "unauthorized access")
        return self._serve_holder(call, request, holder, body)

    def _serve_holder(
        self, call: str, request: web.BaseRequest, holder: dict[str, Any], body: Any
    ) -> web.Response:
        if call.startswith("DELETE /api/v2/authorizations/"):
            wanted = call.rpartition("/")[2]
            self.tokens = {text: one for text, one in self.tokens.items() if one["id"] != wanted}
            return web.Response(status=204)
        answers = {
            "GET /api/v2/orgs": self._find_org,
            "GET /api/v2/buckets": self._find_buckets,
            "POST /api/v2/buckets": self._make_bucket,
            "GET /api/v2/authorizations": self._list_tokens,
            "POST /api/v2/authorizations": self._make_token,
            "GET /api/v2/dbrps": self._find_dbrps,
            "POST /api/v2/dbrps": self._make_dbrp,
        }
        answer = answers.get(call)
        return (
            _no(404, "not found", "path not found") if answer is None else answer(holder, request.query, body)
        )

    def _health(self, body: Any) -> web.Response:
        del body
        self.starting -= 1
        if self.starting >= 0:
            return web.json_response({"status": "fail"}, status=503)
        return web.json_response({"status": "pass"})

    def _set_up(self, body: dict[str, Any]) -> web.Response:
        if self.orgs:
            return _no(422, "conflict", "onboarding has already been completed")
        if len(body["password"]) < 8:
            return _no(400, "invalid", "password too short")
        self.password = body["password"]
        self.orgs[body["org"]] = org = self._id()
        self._add_bucket(org, body["bucket"], body["retentionPeriodSeconds"])
        self.tokens[body["token"]] = {
            "id": self._id(),
            "orgID": org,
            "description": "admin's Token",
            "all": True,
        }
        return web.json_response({"auth": {"token": body["token"]}}, status=201)

    def _add_bucket(self, org: str, name: str, retention_s: int) -> dict[str, Any]:
        rules = [{"type": "expire", "everySeconds": retention_s}]
        bucket = {"id": self._id(), "orgID": org, "name": name, "retentionRules": rules}
        self.buckets[bucket["id"]] = bucket
        return bucket

    def _find_org(self, holder: Any, query: Any, body: Any) -> web.Response:
        del body
        if query["org"] not in self.orgs or not holder.get("all"):
            return _no(404, "not found", f'organization name "{query["org"]}" not found')
        return web.json_response({"orgs": [{"id": self.orgs[query["org"]], "name": query["org"]}]})

    def _find_buckets(self, holder: Any, query: Any, body: Any) -> web.Response:
        del body
        seen = [
            one
            for one in self.buckets.values()
            if holder.get("all") or any(p["resource"]["id"] == one["id"] for p in holder["permissions"])
        ]
        if "id" in query:
            seen = [one for one in seen if one["id"] == query["id"]]
            if not seen:
                return _no(404, "not found", "bucket not found")
        if "name" in query:
            seen = [one for one in seen if one["name"] == query["name"]]
            if not seen:
                return _no(404, "not found", f'bucket "{query["name"]}" not found')
        return web.json_response({"buckets": seen[: int(query.get("limit", 20))]})

    def _make_bucket(self, holder: Any, query: Any, body: Any) -> web.Response:
        del holder, query
        rules = body["retentionRules"]
        bucket = self._add_bucket(body["orgID"], body["name"], rules[0]["everySeconds"] if rules else 0)
        return web.json_response(bucket, status=201)

    def _list_tokens(self, holder: Any, query: Any, body: Any) -> web.Response:
        del holder, query, body
        shown = [{**one, "token": "" if self.hashed else text} for text, one in self.tokens.items()]
        return web.json_response({"authorizations": shown})

    def _make_token(self, holder: Any, query: Any, body: Any) -> web.Response:
        del holder, query
        made = {"id": self._id(), **body}
        text = f"made-by-the-server-{made['id']}=="
        self.tokens[text] = made
        return web.json_response({**made, "token": text}, status=201)

    def _find_dbrps(self, holder: Any, query: Any, body: Any) -> web.Response:
        del holder, body
        found = [one for one in self.dbrps if one["bucketID"] == query["bucketID"]]
        if self.virtual and not found:
            found = [{"bucketID": query["bucketID"], "virtual": True}]
        return web.json_response({"content": found})

    def _make_dbrp(self, holder: Any, query: Any, body: Any) -> web.Response:
        del holder, query
        self.dbrps.append(body)
        return web.json_response(body, status=201)


def _no(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=status)
