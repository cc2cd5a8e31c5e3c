"""The one HTTP client towards the vendors: bytes out, bytes in, and every fault in words without secrets."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from collector.errors import ConfigurationError, VendorUnreachable, system_words
from collector.model import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from collector.clock import Clock
    from collector.model import Request

MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_MAX_HOPS = 3
_IDLE_S = 4.0
_KEEPS_METHOD = frozenset({307, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Client:
    """Sends requests to one account's vendor and returns the answers unread.

    No cookie is remembered, no redirect leaves the origin, and TLS is always verified.

    Args:
        clock: Dates the sending and the answer.
        timeout_s: For the whole of connecting, sending and reading, redirects included. [s]
        ca_file: PEM or DER file of further trust anchors. A server's own certificate is accepted as anchor,
            as users export it from a browser. Source: manual 12.1.1
        max_bytes: Largest answer, decompressed. [bytes]

    Raises:
        ConfigurationError: `ca_file` cannot be read as certificates.
    """

    def __init__(
        self, clock: Clock, *, timeout_s: float, ca_file: Path | None = None, max_bytes: int = MAX_BYTES
    ) -> None:
        self._clock = clock
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._tls = tls_context(ca_file)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, base_url: str, request: Request) -> Answer:
        """Send `request` and return the whole answer, whatever its status.

        The path is sent byte for byte as given, because a vendor may have it signed.

        Raises:
            VendorUnreachable: no whole answer came. The message names the host and the mend, never the body,
                a header or credentials of the address.
        """
        url = URL(base_url.rstrip("/") + request.path, encoded=True)
        host = _host(url)
        sent_at = self._clock.now()
        try:
            async with asyncio.timeout(self._timeout_s):
                status, headers, body = await self._exchange(url, request)
        except TimeoutError:
            raise VendorUnreachable(f"no whole answer from {host} within {self._timeout_s:g} s") from None
        except aiohttp.ClientError as error:
            # The library's error carries the request with its headers: it must not travel along.
            sent = not isinstance(error, aiohttp.ClientConnectorError)
            raise VendorUnreachable(fault_in_words(error, host), sent=sent) from None
        except OSError as error:
            raise VendorUnreachable(
                f"no connection to {host}: {system_words(error, type(error).__name__)}"
            ) from None
        return Answer(status, headers, body, sent_at, self._clock.now())

    async def close(self) -> None:
        """Close the connections; a later `send` opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _exchange(self, url: URL, request: Request) -> tuple[int, dict[str, str], bytes]:
        """Send, follow redirects inside the origin, read to the end."""
        for hop in range(_MAX_HOPS):
            try:
                async with self._open().request(
                    request.method,
                    url,
                    data=request.body or None,
                    headers=request.headers,
                    allow_redirects=False,
                ) as response:
                    target = _redirect(url, request.method, response)
                    if target is None:
                        return response.status, _headers(response), await self._read(response, _host(url))
            except aiohttp.ClientConnectorError as error:
                if hop:
                    # The first request did leave this machine.
                    raise VendorUnreachable(fault_in_words(error, _host(url))) from None
                raise
            url = target
        raise VendorUnreachable(f"{_host(url)} redirects in circles")

    async def _read(self, response: aiohttp.ClientResponse, host: str) -> bytes:
        """Read the body, decompressed, up to the limit."""
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise VendorUnreachable(f"the answer of {host} is larger than {self._max_bytes} bytes")
        return bytes(body)

    def _open(self) -> aiohttp.ClientSession:
        """Return the session; it can only be made inside the running loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # A call lost on a connection that the server has just closed is a call spent: keep none for long.
                connector=aiohttp.TCPConnector(ssl=self._tls, keepalive_timeout=_IDLE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a verifying context that trusts the system's anchors and those of `ca_file`.

    Raises:
        ConfigurationError: the file is missing or holds no certificate.
    """
    context = ssl.create_default_context()
    if ca_file is None:
        return context
    mend = "Name a PEM or DER file of the server's certificate or of its certificate authority"
    try:
        data = ca_file.read_bytes()
    except OSError as error:
        raise ConfigurationError("ca_file", f"{ca_file} cannot be read ({error.strerror})", mend) from None
    try:
        # Text means PEM to the ssl module, bytes mean DER.
        context.load_verify_locations(cadata=data.decode("ascii") if b"-----BEGIN" in data else data)
    except (ssl.SSLError, ValueError):
        raise ConfigurationError("ca_file", f"{ca_file} holds no certificate", mend) from None
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    # Python 3.13 turns strict profile checks on by default; certificates of appliances often miss them.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def fault_in_words(error: aiohttp.ClientError, host: str) -> str:  # noqa: PLR0911  one return a kind of fault
    """Say what went wrong with `host`, from the class of `error` only."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or "certificate not trusted"
        return (
            f"the TLS certificate of {host} is not trusted ({reason}); "
            "if the server is the right one, save its certificate to a file and name it in ca_file"
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the name of {host} cannot be resolved; check base_url and the network"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"the TLS handshake with {host} failed; check that base_url's port speaks https"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to {host}: {system_words(error.os_error)}"
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
        return f"{host} broke the connection off"
    if isinstance(error, aiohttp.ClientPayloadError):
        return f"the answer of {host} is cut short or damaged"
    if isinstance(error, aiohttp.InvalidURL):
        return "base_url is no address"
    return f"no usable HTTP answer from {host} ({type(error).__name__})"


def _redirect(url: URL, method: str, response: aiohttp.ClientResponse) -> URL | None:
    """Return where to ask instead, or None where the answer is no redirect.

    Raises:
        VendorUnreachable: it leads to another origin, or would turn the request into another one.
    """
    location = response.headers.get("Location", "")
    if response.status not in _REDIRECTS or not location:
        return None
    target = url.join(URL(location, encoded=True))
    if target.origin() != url.origin():
        raise VendorUnreachable(
            f"{_host(url)} redirects to {_host(target)}, which is not followed; "
            "if that is the vendor's new address, set it as base_url"
        )
    if method != "GET" and response.status not in _KEEPS_METHOD:
        raise VendorUnreachable(f"{_host(url)} redirects the request ({response.status}); check base_url")
    return target


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Return the headers by lower-case name; repeated ones joined by a newline."""
    joined: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        joined[key] = f"{joined[key]}\n{value}" if key in joined else value
    return joined


def _host(url: URL) -> str:
    """Return host and port without user, path or query."""
    host = url.host_subcomponent
    if host is None:
        return "the address"
    return host if url.explicit_port is None else f"{host}:{url.explicit_port}"
