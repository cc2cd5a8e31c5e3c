"""Every code has a meaning and a decision."""

from __future__ import annotations

import pytest

from collector.catalogue.fusionsolar import (
    ERROR_CODES,
    LOGIN_REFUSALS,
    SECTION_10_CODES,
    WHOLE_SYSTEM,
    decision,
)
from collector.catalogue.terms import Decision

# The ranges of section 10, retyped; both ends included.
RANGES = [
    (305, 305),
    (401, 401),
    (407, 407),
    (20001, 20028),
    (20030, 20030),
    (20034, 20051),
    (20055, 20055),
    (20116, 20116),
    (20200, 20200),
    (20400, 20400),
    (20402, 20403),
    (20604, 20620),
    (21000, 21011),
    (22000, 22008),
    (23000, 23003),
    (23005, 23007),
    (24000, 24006),
    (25000, 25007),
    (26000, 26002),
    (30001, 30034),
]


def test_all_153_codes_once():
    """Section 10 has 153 codes; each is here once."""
    expected = [str(code) for first, last in RANGES for code in range(first, last + 1)]
    assert len(expected) == 153
    assert sorted(SECTION_10_CODES) == sorted(expected)


def test_observed_codes():
    """Five codes are not in the manual and are known all the same."""
    assert set(ERROR_CODES) - set(SECTION_10_CODES) == {"306", "307", "403", "429", "20056"}
    assert all(ERROR_CODES[code].section == "observed" for code in ("306", "307", "403", "429", "20056"))


def test_every_code_speaks():
    """Every code has its own key, a sentence of meaning and a sentence of what to do."""
    for code, row in ERROR_CODES.items():
        assert row.code == code
        assert row.meaning.endswith(".")
        assert row.mend.endswith((".", ";"))


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["305", "306", "307"], Decision.LOG_IN),
        (["407", "403", "429", "20004", "20200"], Decision.WAIT),
        (["20618"], Decision.STOP_INTERFACE),
        (["401"], Decision.NEVER_AGAIN),
        (["20045", "20046", "20056"], Decision.SPLIT_BATCH),
        (["20006", "20007", "20008", "20013"], Decision.REFRESH_INVENTORY),
        (["30034"], Decision.NO_DATA),
        (["20026"], Decision.OUT_OF_REACH),
        (["20005", "20014", "20027", "20604", "30032", "21000"], Decision.FIX_REQUEST),
        (["20001", "20002", "20003", "20028", "20400", "20402", "20403", "30029"], Decision.TELL_USER),
    ],
)
def test_decisions(codes, expected):
    """The codes that steer the collector lead to the right decision."""
    assert {decision(code).decision for code in codes} == {expected}


def test_login_refusals_are_told_to_the_user():
    """A refused login is never answered by another login."""
    assert all(ERROR_CODES[code].decision is Decision.TELL_USER for code in LOGIN_REFUSALS)
    assert "305" not in LOGIN_REFUSALS


def test_whole_system_codes_wait():
    """What counts for the whole system is waited out."""
    assert {"403", "429"} == WHOLE_SYSTEM
    assert "407" not in WHOLE_SYSTEM


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("20003", ["deadline", "passed"]),
        ("20400", ["password", "locked", "expired", "too many sessions"]),
        ("401", ["Northbound Management", "tick"]),
        ("20056", ["owner", "Access to API"]),
    ],
)
def test_words_that_users_need(code, words):
    """The refusals that people meet name the cause and what to click."""
    row = decision(code)
    text = f"{row.meaning} {row.mend}"
    assert all(word in text for word in words)


def test_unknown_code():
    """A code that nobody knows is told with its number, and is no error of the catalogue."""
    row = decision("98765")
    assert row.decision is Decision.TELL_USER
    assert "98765" in row.meaning
