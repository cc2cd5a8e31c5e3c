"""Single values: number, missing or unreadable, and nothing in between."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.normaliser.values import LAST_MS, Unreadable, code, moment_ms, number

WORDS = frozenset({"", "n/a", "--"})


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (1, 1.0),
        (-0.5, -0.5),
        (0, 0.0),
        ("12.50", 12.5),
        (" 7 ", 7.0),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        (2**70, float(2**70)),
        (None, None),
        ("", None),
        ("  ", None),
        ("N/A", None),
        (" n/a ", None),
        ("--", None),
    ],
)
def test_numbers_and_missing_values(sent, stored):
    """A number in any spelling is that number; a word for "no value" is missing, never zero."""
    assert number(sent, WORDS) == stored


@pytest.mark.parametrize(
    "sent",
    [
        True,
        False,
        [],
        [1.0],
        {},
        "abc",
        "1,5",
        "1_000",
        "0x10",
        "1 2",
        "nan",
        "inf",
        "Infinity",
        "1e999",
        "١٢",
        "½",
        math.nan,
        math.inf,
        -math.inf,
        10**400,
    ],
)
def test_all_else_is_unreadable(sent):
    """What is no number is not guessed at."""
    with pytest.raises(Unreadable):
        number(sent, WORDS)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=100, deadline=None)
@given(json_values)
def test_any_value_is_a_finite_float_missing_or_unreadable(sent):
    """No other outcome exists."""
    try:
        read = number(sent, WORDS)
    except Unreadable:
        return
    assert read is None or (type(read) is float and math.isfinite(read))


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        ("7", "7"),
        (" NE=45112560 ", "NE=45112560"),
        (-214543629611879, "-214543629611879"),
        (1000000137278685.0, "1000000137278685"),
        (7.5, ""),
        (math.nan, ""),
        (True, ""),
        (None, ""),
        ([7], ""),
    ],
)
def test_codes_are_text(sent, text):
    """One device has one code, however its number is spelt."""
    assert code(sent) == text


@pytest.mark.parametrize(
    ("sent", "scale", "stamp"),
    [
        (1501862400000, 1, 1501862400000),
        ("1501862400000", 1, 1501862400000),
        (1650441600, 1000, 1650441600000),
        (LAST_MS, 1, LAST_MS),
    ],
)
def test_stamps_are_milliseconds(sent, scale, stamp):
    """Stamps come as numbers or text, in milliseconds or as the catalogue says."""
    assert moment_ms(sent, scale) == stamp


@pytest.mark.parametrize("sent", [None, "", "yesterday", 0, -1, LAST_MS + 1, 1e300, True, [1]])
def test_no_moment_is_invented(sent):
    """A stamp that is missing, or that no database can keep, is no moment."""
    with pytest.raises(Unreadable):
        moment_ms(sent)
