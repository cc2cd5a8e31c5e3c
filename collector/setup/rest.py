"""The few calls to a database's own interface that `setup` needs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from collector.errors import SinkMisconfigured, SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

ASK_EVERY_S = 1.0
TIMEOUT_S = 30.0
OK_BELOW = 300
NOT_FOUND = 404
UNAUTHORISED = 401


class Unauthorised(SinkMisconfigured):
    """The server does not know the token."""


class Rest:
    """One database server.

    Args:
        url: Its address.
        username: InfluxDB 1.x: user name; "" for none.
        password: InfluxDB 1.x: its password.

    Attributes:
        token: InfluxDB 2.x: what calls are made with, unless they bring a token of their own.
    """

    def __init__(self, url: str, username: str = "", password: str = "") -> None:
        self.url = url.rstrip("/")
        self.token = ""
        self._user = aiohttp.encode_basic_auth(username, password, encoding="utf-8") if username else ""
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def wait(self, path: str, patience_s: float, tell: Callable[[str], None]) -> None:
        """Return once the server answers `path` with success.

        Raises:
            SinkUnavailable: It did not within `patience_s`. [s]
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + patience_s
        told = False
        while True:
            try:
                status, _ = await self.call("GET", path)
            except SinkUnavailable as fault:
                why = str(fault)
            else:
                if status < OK_BELOW:
                    return
                why = f"HTTP {status} for {path}"
            if loop.time() >= end:
                raise SinkUnavailable(
                    f"no database at {self.url} after {patience_s:.0f} s: {why}. Check that it runs and that the address is right"
                )
            if not told:
                tell(f"waiting for the database at {self.url}")
                told = True
            await asyncio.sleep(ASK_EVERY_S)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: dict[str, str] | None = None,
        *,
        token: str = "",
    ) -> tuple[int, Any]:
        """Return status and JSON of one call, made with `token` in place of the usual one where it is given.

        Raises:
            SinkUnavailable: No answer came.
        """
        assert self._session is not None
        token = token or self.token
        authorisation = f"Token {token}" if token else self._user
        headers = {"Authorization": authorisation} if authorisation else {}
        try:
            async with self._session.request(
                method, self.url + path, json=body, params=query, headers=headers
            ) as answer:
                try:
                    content = await answer.json(content_type=None)
                except ValueError:
                    content = {}
                return answer.status, content
        except (aiohttp.ClientError, TimeoutError) as fault:
            raise SinkUnavailable(f"{type(fault).__name__} at {self.url}") from fault

    async def want(
        self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None
    ) -> Any:
        """Return the JSON of one call that must succeed.

        Raises:
            SinkMisconfigured: The server refused it.
            SinkUnavailable: No answer came.
        """
        status, content = await self.call(method, path, body, query)
        if status >= OK_BELOW:
            raise self._refusal(method, path, status, content)
        return content

    async def find(self, path: str, query: dict[str, str] | None = None, *, token: str = "") -> Any:
        """Return the JSON of one question, {} where what is asked for does not exist.

        Raises:
            SinkMisconfigured: The server refused it.
            SinkUnavailable: No answer came.
        """
        status, content = await self.call("GET", path, query=query, token=token)
        if status == NOT_FOUND:
            return {}
        if status >= OK_BELOW:
            raise self._refusal("GET", path, status, content)
        return content

    def _refusal(self, method: str, path: str, status: int, content: Any) -> SinkMisconfigured:
        reason = content.get("message") or content.get("error") if isinstance(content, dict) else ""
        words = f"{method} {path} at {self.url} was refused: HTTP {status} {reason or ''}".rstrip()
        return Unauthorised(words) if status == UNAUTHORISED else SinkMisconfigured(words)
