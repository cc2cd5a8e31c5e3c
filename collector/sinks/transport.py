"""What the two InfluxDB sinks share: sessions that follow no redirect, and faults of the network as sink errors."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from collector.errors import SinkMisconfigured, SinkUnavailable, system_words
from collector.packing import unpack
from collector.sinks.answers import WriteAnswer, classify

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from collector.errors import SinkError

MAX_ANSWER_BYTES = 8 * 1024 * 1024


def where(url: str) -> str:
    """Return host and port of `url`: fit for messages, whatever credentials the address carries."""
    address = URL(url)
    return f"{address.host_subcomponent}:{address.port}"


def fault(error: aiohttp.ClientError | OSError, host: str, timeout_s: float) -> SinkError:
    """Return the sink error that a fault of the network means."""
    if isinstance(error, TimeoutError):
        # Too large a batch for a slow database looks the same as a dead one.
        return SinkUnavailable(f"no answer from {host} within {timeout_s:g} s", may_be_poison=True)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return SinkMisconfigured(
            f"the TLS certificate of {host} is not trusted; let SSL_CERT_FILE name its certificate authority"
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return SinkUnavailable(f"the name of {host} cannot be resolved")
    if isinstance(error, aiohttp.ClientSSLError):
        return SinkMisconfigured(f"the TLS handshake with {host} failed; check http or https in sink.url")
    if isinstance(error, aiohttp.ClientConnectorError):
        return SinkUnavailable(f"no connection to {host}: {system_words(error.os_error)}")
    return SinkUnavailable(f"{host} broke the connection off ({type(error).__name__})")


async def judge(answer: WriteAnswer, body: bytes, now: float, secrets: Sequence[str] = ()) -> None:
    """Return where the answer says that all is stored.

    Args:
        answer: The database's answer to a write.
        body: The batch as it was sent, for finding the lines that the answer speaks of.
        now: [s since epoch, UTC]
        secrets: Blotted out of the answer before anything is made of it.

    Raises:
        SinkError: it is not stored, as `classify` decides.
    """
    if answer.status == 204:
        return
    said = answer.body
    for secret in secrets:
        said = said.replace(secret.encode(), b"[secret]") if secret else said
    headers = {
        name: value for name, value in answer.headers.items() if not any(s and s in value for s in secrets)
    }
    blotted = WriteAnswer(answer.status, headers, said)
    # Thousands of quoted lines take longer to find than the event loop may stand still.
    error = await asyncio.to_thread(classify, blotted, lambda: _lines(body), now)
    if error is not None:
        raise error


def _lines(body: bytes) -> list[bytes]:
    """Return the lines of a batch, none where it is damaged: whoever holds the batch finds that out."""
    try:
        return unpack(body)
    except zlib.error:
        return []


def session(timeout_s: float, headers: Mapping[str, str]) -> aiohttp.ClientSession:
    """Return a session with a total time-out and without a memory for cookies; needs a running loop."""
    return aiohttp.ClientSession(
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=timeout_s),
    )


async def read_answer(response: aiohttp.ClientResponse) -> WriteAnswer:
    """Return the answer to a write, cut at a length no honest database needs."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            break
    return WriteAnswer(
        response.status, {name.lower(): value for name, value in response.headers.items()}, bytes(body)
    )
