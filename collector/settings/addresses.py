"""Which addresses may be called, and with or without TLS."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from collector.settings.problems import SettingProblem

_PRIVATE = tuple(
    ipaddress.ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
)
_SINGLE_LABEL = re.compile(r"[a-z][a-z0-9_-]*")  # begins with a letter: 134744072 is an address in disguise


def vendor_address(text: str) -> str:
    """Return a vendor's address as ``scheme://host[:port]``.

    Raises:
        SettingProblem: It is no such address, carries a path or a user, or is plain http beyond this machine.
    """
    parts = _split(text, "https://eu5.fusionsolar.huawei.com")
    if parts.path.strip("/"):
        raise SettingProblem("carries a path", f"Write only {parts.scheme}://{parts.netloc}.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise SettingProblem("is plain http, which would show the password to the network", "Use https://.")
    return f"{parts.scheme}://{parts.netloc}"


def sink_address(text: str, *, allow_http: bool) -> str:
    """Return a sink's address without a slash at its end; a path is kept (a proxy's prefix).

    Raises:
        SettingProblem: It is no address, carries a user, or is plain http to a public name without leave.
    """
    parts = _split(text, "http://influxdb:8086")
    if parts.scheme == "http" and not allow_http and not is_near(parts.hostname or ""):
        raise SettingProblem(
            "is plain http to a public name, which would show the token to the network",
            "Use https://, or set sink.allow_http: true.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: localhost, 127.0.0.0/8 or ::1."""
    address = _address(host)
    return address.is_loopback if address else host.lower() == "localhost"


def is_near(host: str) -> bool:
    """Return whether a host is this machine, a single-label name or a private address."""
    address = _address(host)
    if address is None:
        return is_loopback(host) or _SINGLE_LABEL.fullmatch(host.lower()) is not None
    return address.is_loopback or any(
        address.version == block.version and address in block for block in _PRIVATE
    )


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _split(text: str, example: str) -> SplitResult:
    mend = f"Write it like {example}."
    if re.search(r"[\s\\\x00-\x1f\x7f]", text):
        raise SettingProblem("contains a blank, a backslash or a control character", mend)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # reading them validates host and port
    except ValueError:
        raise SettingProblem("is no address", mend) from None
    if parts.scheme not in {"https", "http"} or not host:
        raise SettingProblem("is no address that begins with https://", mend)
    if "@" in parts.netloc:
        raise SettingProblem("carries a user name", "Give user and password as settings of their own.")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise SettingProblem("carries a question mark or a hash", mend)
    return parts
