"""The site beside `run` answers from the same document as `status`."""

from __future__ import annotations

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from collector.errors import ConfigurationError
from collector.web.metrics import exposition
from collector.web.page import page
from collector.web.server import serving

DOCUMENT = {
    "at": "2026-06-01T12:00:00Z",
    "good": False,
    "faults": [{"account": "home", "subject": "login", "words": "20400: wrong <password>"}],
    "spool": {"lines": 7, "bytes": 4096, "oldest_age_s": 12.5},
    "lines": {"landed": 20, "settled": 13},
    "quarantine": {"lines": 2},
    "accounts": [
        {
            "account": "home",
            "login": {"state": "login refused"},
            "faults": [{"subject": "login"}],
            "plants": [
                {
                    "plant_id": "NE=1",
                    "name": "Roof & shed",
                    "capacity_kwp": 9.8,
                    "zone": "Europe/Berlin",
                    "newest_age_s": 190,
                    "alarms": 1,
                    "access": "ok",
                },
                {
                    "plant_id": "NE=2",
                    "name": "",
                    "capacity_kwp": None,
                    "zone": "",
                    "newest_age_s": None,
                    "alarms": 0,
                    "access": "20056: not granted",
                },
            ],
            "interfaces": [
                {
                    "interface": "getDevRealKpi",
                    "calls": 2,
                    "window_s": 300,
                    "used": 1,
                    "refused": 0,
                    "every_s": None,
                    "stretch": 1.5,
                    "next_at": None,
                }
            ],
        }
    ],
}


def samples(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text.decode())
        for s in family.samples
    }


def test_every_number_of_the_document_is_a_metric() -> None:
    """Spool, lines, calls, stretch and ages come out as they stand in the document."""
    found = samples(exposition(DOCUMENT))
    call = (("account", "home"), ("interface", "getDevRealKpi"))
    assert found[("solar_collector_good", ())] == 0
    assert found[("solar_spool_lines", ())] == 7
    assert found[("solar_spool_oldest_seconds", ())] == 12.5
    assert found[("solar_lines_total", (("fate", "landed"),))] == 20
    assert found[("solar_quarantined_lines", ())] == 2
    assert found[("solar_calls_allowed", call)] == 2
    assert found[("solar_stretch_ratio", call)] == 1.5
    assert found[("solar_plant_data_age_seconds", (("account", "home"), ("plant_id", "NE=1")))] == 190


def test_what_is_unknown_is_no_metric() -> None:
    """A plant without any reading, and a sweep that cannot be told, have no sample: zero would be a lie."""
    found = samples(exposition(DOCUMENT))
    assert not any(name == "solar_sweep_seconds" for name, _ in found)
    assert ("solar_plant_data_age_seconds", (("account", "home"), ("plant_id", "NE=2"))) not in found


def test_the_page_tells_faults_plants_and_calls() -> None:
    """A person sees what is wrong, each plant with its access, and the calls used."""
    text = page(DOCUMENT)
    for words in (
        "home login",
        "Roof &amp; shed",
        "9.8 kWp",
        "3 min",
        "never",
        "1 of 2",
        "20056: not granted",
    ):
        assert words in text


def test_the_page_escapes_what_a_vendor_says() -> None:
    """Text of a vendor cannot become part of the page."""
    text = page(DOCUMENT)
    assert "<password>" not in text
    assert "&lt;password&gt;" in text


@pytest.mark.parametrize(
    ("path", "kind", "content"),
    [
        ("/health", "text/plain", b"alive"),
        ("/metrics", "text/plain", b"solar_spool_lines 7.0"),
        ("/status", "application/json", b'"NE=1"'),
        ("/", "text/html", b"Roof &amp; shed"),
    ],
)
async def test_each_address_answers(path: str, kind: str, content: bytes) -> None:
    """Health, metrics, status and page are served over plain HTTP."""
    async with serving("127.0.0.1", 0, lambda: DOCUMENT) as runner, aiohttp.ClientSession() as session:
        host, port = runner.addresses[0][:2]
        async with session.get(f"http://{host}:{port}{path}") as answer:
            assert answer.status == 200
            assert answer.content_type == kind
            assert content in await answer.read()


async def test_a_taken_port_names_the_setting() -> None:
    """A port that is taken is a matter of configuration, told by its name."""
    async with serving("127.0.0.1", 0, lambda: DOCUMENT) as runner:
        port = runner.addresses[0][1]
        with pytest.raises(ConfigurationError, match=r"web\.port"):
            async with serving("127.0.0.1", port, lambda: DOCUMENT):
                pass
