"""Each case folder: what is asked (request.json), what came (response.json or .txt) and what it means (expected.json)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from collector import errors
from collector.model import Answer, Batch, Call
from collector.vendors.fusionsolar import FusionSolar

CASES = sorted(p for p in (Path(__file__).parent / "cases").iterdir() if p.is_dir())
ANSWERED_AT = 1_795_176_000.0  # Fri, 20 Nov 2026 12:00:00 GMT
TOKEN = "x-token-of-the-session"


def _vendor() -> FusionSolar:
    return FusionSolar("home", "user", "secret", language="de_DE", id_prefix="px:")


def _read(case: Path, name: str) -> dict[str, Any]:
    return json.loads((case / name).read_text())


def _call(case: Path) -> Call:
    told = _read(case, "request.json")["call"]
    return Call(
        "home",
        told["interface"],
        Batch(tuple(told.get("members", ())), told.get("type_id")),
        told.get("period", ""),
        told.get("page", 0),
        told.get("begin_ms", 0),
        told.get("end_ms", 0),
    )


def _answer(case: Path, expected: dict[str, Any]) -> Answer:
    text = case / "response.txt"
    body = (text if text.exists() else case / "response.json").read_bytes()
    return Answer(expected["status"], expected["headers"], body, ANSWERED_AT - 1, ANSWERED_AT)


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_the_request_is_the_manuals(case: Path) -> None:
    """Path and body are those of the manual's example, and the token goes in the header alone, never in the body."""
    told = _read(case, "request.json")
    call = _call(case)
    login = call.interface == "login"
    request = _vendor().build(call, "" if login else TOKEN)
    assert (request.method, request.path) == ("POST", told["path"])
    assert json.loads(request.body) == told["body"]
    assert request.headers.get("xsrf-token", "") == ("" if login else TOKEN)
    assert "cookie" not in {k.lower() for k in request.headers}
    assert TOKEN.encode() not in request.body


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_the_answer_means_what_is_expected(case: Path) -> None:
    """An answer as the cloud sent it becomes the outcome, or the error class that is the decision, with words for people."""
    expected = _read(case, "expected.json")
    answer = _answer(case, expected)
    if "error" in expected:
        with pytest.raises(errors.VendorError) as caught:
            _vendor().read(_call(case), answer)
        error = caught.value
        assert type(error).__name__ == expected["error"]
        assert "secret" not in str(error)
        assert expected.get("says", "") in str(error)
        for name in ("code", "whole_system", "retry_after_s"):
            if name in expected:
                assert getattr(error, name) == expected[name]
        return
    outcome = _vendor().read(_call(case), answer)
    assert type(outcome).__name__ == expected["outcome"]
    shown = json.loads(json.dumps(asdict(outcome)))  # as JSON has it: tuples are lists
    for name in expected.keys() - {"outcome", "status", "headers"}:
        wanted, found = expected[name], shown[name]
        if isinstance(wanted, list):
            found = [{k: row[k] for k in wanted[0]} for row in found] if wanted else found
        assert found == wanted


def test_a_token_is_never_shown() -> None:
    """Neither the outcome of a login nor the vendor shows a secret when it is printed."""
    case = Path(__file__).parent / "cases" / "login_accepted"
    expected = _read(case, "expected.json")
    outcome = _vendor().read(_call(case), _answer(case, expected))
    assert expected["token"] not in repr(outcome)
    assert "secret" not in repr(_vendor())
