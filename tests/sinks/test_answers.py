"""What each answer to a write means: tables, no server."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import BatchTooLarge, LinesRejected, SinkMisconfigured, SinkUnavailable
from collector.sinks.answers import MAX_WAIT_S, WriteAnswer, classify, retry_after_s

NOW = 1_764_000_000.0
LINES = [b"m,k=a f=1 1", b"m,k=bad f= 2", b"m,k=b f=2 3", b'm,k=c s="it\': s" x 4', b"m,k=bad f= 2"]


def judged(status, body=b"", headers=None, lines=LINES):
    body = json.dumps(body).encode() if isinstance(body, dict) else body
    return classify(WriteAnswer(status, headers or {}, body), lambda: lines, NOW)


def test_only_204_is_success():
    """No other status lets a batch go, not even a friendly one."""
    assert judged(204) is None
    for status in [*range(200, 204), *range(205, 208), 301, 302, 307, 400, 401, 404, 418, 422, 500, 503, 599]:
        assert judged(status) is not None


@pytest.mark.parametrize(
    ("status", "body", "decision"),
    [
        (200, b"<html>Welcome to the hotel</html>", SinkUnavailable),
        (202, b"", SinkUnavailable),
        (302, b"", SinkMisconfigured),
        (308, b"", SinkMisconfigured),
        (400, b"<html>400 plain HTTP sent to HTTPS port</html>", SinkMisconfigured),
        (400, {"code": "invalid", "message": "Please provide either orgID or org"}, SinkMisconfigured),
        (400, {"error": "database is required"}, SinkMisconfigured),
        (
            400,
            {"code": "invalid", "message": "invalid precision; valid precision units are ns"},
            SinkMisconfigured,
        ),
        (400, {"error": "unexpected EOF"}, LinesRejected),
        (401, {"code": "unauthorized", "message": "unauthorized access"}, SinkMisconfigured),
        (401, {"error": "authorization failed"}, SinkMisconfigured),
        (403, {"code": "forbidden", "message": "insufficient permissions for write"}, SinkMisconfigured),
        (404, {"code": "not found", "message": 'bucket "nope" not found'}, SinkMisconfigured),
        (404, {"error": 'database not found: "nope"'}, SinkMisconfigured),
        (404, b"404 page not found", SinkMisconfigured),
        (405, b"", SinkMisconfigured),
        (408, b"", SinkUnavailable),
        (413, b"<html>Request Entity Too Large</html>", BatchTooLarge),
        (429, b"", SinkUnavailable),
        (500, {"error": "retention policy not found: nope"}, SinkMisconfigured),
        (502, b"<html>Bad Gateway</html>", SinkUnavailable),
        (503, b"", SinkUnavailable),
        (504, b"", SinkUnavailable),
    ],
)
def test_each_status_leads_to_its_decision(status, body, decision):
    """The class of the error is the decision."""
    assert type(judged(status, body)) is decision


def test_version_2_names_every_malformed_line():
    """A 400 of 2.8 quotes all bad lines; equal lines are all meant, quotes inside a line do not confuse."""
    message = (
        "unable to parse 'm,k=bad f= 2': missing field value\n"
        "unable to parse 'm,k=c s=\"it': s\" x 4': cannot use 'x': bad timestamp"
    )
    error = judged(400, {"code": "invalid", "message": message})
    assert error.rejected == {
        1: "missing field value",
        4: "missing field value",
        3: "cannot use 'x': bad timestamp",
    }


def test_version_1_names_lines_with_dropped_0():
    """A partial write of 1.6.7 quotes the lines; the count at its end is no part of a reason."""
    body = {"error": "partial write: unable to parse 'm,k=bad f= 2': missing field value dropped=0"}
    assert judged(400, body).rejected == {1: "missing field value", 4: "missing field value"}


def test_version_3_lists_lines_by_number():
    """Numbers count from 1, and a number whose text is another line's condemns nothing."""
    rows = [
        {"original_line": "m,k=b f=2", "line_number": 3, "error_message": "invalid column type"},
        {"original_line": "m,k=zzz", "line_number": 1, "error_message": "no"},
        {"original_line": "m,k=a", "line_number": 77, "error_message": "no"},
    ]
    error = judged(400, {"error": "partial write of line protocol occurred", "data": rows})
    assert error.rejected == {2: "invalid column type"}


def test_version_3_clustered_names_the_first_line():
    """A bare line number is the first refused line; a message with more of them names more."""
    assert judged(400, {"code": "invalid", "message": "partial write", "line": 2}).rejected == {
        1: "partial write"
    }
    body = {"message": "errors encountered on line(s):\nline 2: no value\nline 4: trailing text", "line": 2}
    assert judged(400, body).rejected == {1: "no value", 3: "trailing text"}
    assert judged(201, body).rejected == {1: "no value", 3: "trailing text"}


@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_conflict_names_no_line(status):
    """A conflict of types names none, whatever its status: some servers say 500."""
    text = 'partial write: field type conflict: input field "f" on measurement "m" is type string dropped=1'
    error = judged(status, {"code": "unprocessable entity", "message": text})
    assert type(error) is LinesRejected
    assert error.rejected == {}
    assert not error.rest_written
    assert not error.expired


def test_as_many_dropped_as_sent_names_all():
    """The count is a lower bound: where it reaches the size of the batch every line is refused."""
    body = {"error": "partial write: field type conflict: x dropped=5"}
    assert set(judged(400, body).rejected) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "partial write: points beyond retention policy dropped=2"),
        (
            422,
            "failure writing points to database: partial write: dropped 2 points outside retention policy dropped=2",
        ),
    ],
)
def test_lines_beyond_retention_are_the_oldest(status, message):
    """Retention is a moment: the N oldest are expired, which is no fault of theirs."""
    error = judged(status, {"message": message}, lines=[b"m f=1 50", b"m f=1 10", b"m f=1 40", b"m f=1 20"])
    assert error.expired
    assert set(error.rejected) == {1, 3}


def test_what_a_quoted_line_says_is_not_what_the_database_says():
    """A text field that mentions a setting or retention does not change the decision."""
    line = b'm s="database not found beyond retention policy timeout" f= 1'
    for status in (400, 500):
        body = {"message": f"unable to parse '{line.decode()}': missing field value"}
        error = judged(status, body, lines=[line])
        assert error.rejected == {0: "missing field value"}
        assert not error.expired


@pytest.mark.parametrize(
    ("message", "suspicious"),
    [
        ("An internal error has occurred - check server logs", True),
        ("unable to read data: unexpected EOF", True),
        ("unexpected error writing points to database: engine: cache-max-memory-size exceeded: (2/1)", False),
        ("error loading series file … no space left on device", False),
        ("… not attempting to open shard 3 …", False),
    ],
)
def test_a_500_may_be_the_batch_or_the_server(message, suspicious):
    """A 500 is tried again; only what is not plainly overload casts suspicion on the lines."""
    error = judged(500, {"code": "internal error", "message": message})
    assert type(error) is SinkUnavailable
    assert error.may_be_poison is suspicious


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("nan", 0.0),
        ("inf", MAX_WAIT_S),
        ("86400", MAX_WAIT_S),
        ("Mon, 24 Nov 2025 16:01:30 GMT", 90.0),
        ("Mon, 24 Nov 2025 15:59:00 GMT", 0.0),
        ("Mon, 24 Nov 2031 16:00:00 GMT", MAX_WAIT_S),
        ("soon", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, wait):
    """Both forms are read and held within an hour."""
    assert retry_after_s(value, NOW) == wait


def test_retry_after_reaches_the_error():
    """429 and 503 carry the wait."""
    for status in (429, 503, 500):
        assert judged(status, headers={"retry-after": "12"}).retry_after_s == 12.0


@given(st.integers(200, 599), st.binary(max_size=60), st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_answer_gets_a_decision(status, body, wait):
    """No bytes of a stranger make the classification itself fail."""
    error = judged(status, body, {"retry-after": wait})
    assert (error is None) == (status == 204)
    if isinstance(error, LinesRejected):
        assert set(error.rejected) <= set(range(len(LINES)))
