from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.settings.addresses import is_loopback, is_near, sink_address, vendor_address
from collector.settings.problems import SettingProblem


@pytest.mark.parametrize(
    ("given_as", "kept"),
    [
        ("https://eu5.fusionsolar.huawei.com", "https://eu5.fusionsolar.huawei.com"),
        ("https://eu5.fusionsolar.huawei.com/", "https://eu5.fusionsolar.huawei.com"),
        ("https://intl.fusionsolar.huawei.com:27200", "https://intl.fusionsolar.huawei.com:27200"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
        ("http://127.9.8.7", "http://127.9.8.7"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:8081", "http://[::1]:8081"),
    ],
)
def test_vendor_addresses_that_may_be_called(given_as, kept):
    """TLS anywhere, plain http on this machine."""
    assert vendor_address(given_as) == kept


@pytest.mark.parametrize(
    "text",
    [
        "http://eu5.fusionsolar.huawei.com",
        "http://192.168.1.5",
        "http://simulator:8081",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0",
        "http://2130706433",
        "eu5.fusionsolar.huawei.com",
        "ftp://eu5.fusionsolar.huawei.com",
        "https://",
        "https:///thirdData",
        "https://eu5.fusionsolar.huawei.com/thirdData",
        "https://user:pw@eu5.fusionsolar.huawei.com",
        "https://eu5.fusionsolar.huawei.com?a=1",
        "https://eu5.fusionsolar.huawei.com#a",
        "https://eu5.fusionsolar.huawei.com:99999",
        "https://eu5 .fusionsolar.huawei.com",
        "https://eu5.fusionsolar.huawei.com\n",
        "http://127.0.0.1\\@example.com",
        "https://[::1",
        "",
    ],
)
def test_vendor_addresses_that_may_not(text):
    """No plain http beyond this machine, no path, no user, nothing that two readers could read differently."""
    with pytest.raises(SettingProblem):
        vendor_address(text)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://influxdb:8086", True),
        ("http://INFLUXDB:8086", True),
        ("http://localhost:8086/prefix", True),
        ("http://192.168.1.5:8086", True),
        ("http://10.1.2.3", True),
        ("http://172.31.0.1", True),
        ("http://172.32.0.1", False),
        ("http://[fd00::1]:8086", True),
        ("http://[2001:db8::1]", False),
        ("http://8.8.8.8", False),
        ("http://134744072", False),
        ("http://0x08080808", False),
        ("http://influx.example.com", False),
        ("http://influxdb.", False),
        ("https://influx.example.com/a/b/", True),
    ],
)
def test_plain_http_to_a_sink(url, allowed):
    """Plain http goes to near places; elsewhere only with leave."""
    if not allowed:
        with pytest.raises(SettingProblem, match="plain http"):
            sink_address(url, allow_http=False)
    assert sink_address(url, allow_http=True) == url.rstrip("/")
    if allowed:
        assert sink_address(url, allow_http=False) == url.rstrip("/")


@given(st.ip_addresses(v=4))
@settings(max_examples=100, deadline=None)
def test_loopback_is_near(address):
    """What is this machine is near, and public addresses are neither."""
    host = str(address)
    assert is_near(host) or not is_loopback(host)
    if address.is_global:
        assert not is_near(host)
