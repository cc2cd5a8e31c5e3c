"""The syntax of lines: what is written is read back, and nothing else is accepted."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import lineprotocol as lp

text = st.text(max_size=40) | st.text(alphabet="\\n\nr\r ,=\"b#a\t'é", max_size=12)
name = text.filter(bool)
number = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=100, deadline=None)
@given(
    measurement=name.filter(lambda t: not t.startswith("#")),
    tags=st.dictionaries(name, text, max_size=4),
    fields=st.dictionaries(name, number | text, min_size=1, max_size=5),
    time_ns=st.integers(-(2**63), 2**63 - 1),
)
def test_what_is_written_is_read_back(measurement, tags, fields, time_ns):
    """Any texts and any finite number survive; empty tags are dropped, a line never holds a line break."""
    written = lp.line(measurement, list(tags.items()), list(fields.items()), time_ns)
    assert b"\n" not in written
    assert b"\r" not in written
    point = lp.parse(written)
    assert point.measurement == measurement
    assert point.tags == tuple(sorted((k, v) for k, v in tags.items() if v))
    assert point.fields == fields
    assert [math.copysign(1, v) for v in point.fields.values() if isinstance(v, float)] == [
        math.copysign(1, v) for v in fields.values() if isinstance(v, float)
    ]
    assert point.time_ns == time_ns


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | text.map(str.encode))
def test_foreign_bytes_are_refused_or_read(data):
    """Reading never fails in another way than ValueError."""
    try:
        point = lp.parse(data)
    except ValueError:
        return
    assert point.fields


TABLE = [
    # measurement, tags, fields, line
    ("pv_plant", [("plant_id", "NE=33554785")], [("a", 1)], rb"pv_plant,plant_id=NE\=33554785 a=1.0 5"),
    ("m", [("b", "2"), ("a", "1")], [("x", 0.1)], b"m,a=1,b=2 x=0.1 5"),
    ("m", [("a", "")], [("x", -0.0)], b"m x=-0.0 5"),
    ("m", [("a", "x y")], [("x", 1e22)], rb"m,a=x\ y x=1e+22 5"),
    ("m n", [], [("x", "a, b")], rb'm\ n x="a, b" 5'),
    ("m", [], [("x", 'say "no"\\')], rb'm x="say \"no\"\\" 5'),
    ("m", [], [("x", "1. a\n2. b")], rb'm x="1. a\n2. b" 5'),
    ("m", [("a", "é")], [("x", "")], 'm,a=é x="" 5'.encode()),
    ("m", [("a", "back\\")], [("x", 1.5)], rb"m,a=back\b x=1.5 5"),
]


@pytest.mark.parametrize(("measurement", "tags", "fields", "expected"), TABLE)
def test_lines_are_written_like_this(measurement, tags, fields, expected):
    """Tags sorted, numbers as floats, no integer suffix."""
    assert lp.line(measurement, tags, fields, 5) == expected


@pytest.mark.parametrize(
    ("measurement", "tags", "fields"),
    [
        ("", [], [("x", 1.0)]),
        ("#m", [], [("x", 1.0)]),
        ("m", [], []),
        ("m", [("", "v")], [("x", 1.0)]),
        ("m", [], [("", 1.0)]),
        ("m", [], [("x", math.nan)]),
        ("m", [], [("x", -math.inf)]),
    ],
)
def test_what_no_database_can_store_is_not_written(measurement, tags, fields):
    """An unwritable point is refused here, where its maker is still known."""
    with pytest.raises(ValueError):
        lp.line(measurement, tags, fields, 5)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"m",
        b"m x=1.0",
        b"m x=1i 5",
        b"m x=true 5",
        b"m x=1.0 5 6",
        b"m, x=1.0 5",
        b"m,a= x=1.0 5",
        b"m,a=b",
        b'm x="open 5',
        b"m x=nan 5",
        b"m x=1e999 5",
        b"m x=1.0\nm x=2.0 5",
        b"m =1.0 5",
        b"m x=1.0,",
        b"\xff x=1.0 5",
        b"m x=\xd9\xa1 5",
    ],
)
def test_other_syntax_is_refused(data):
    """Integers and booleans would fix a field's type for ever; all else is damage."""
    with pytest.raises(ValueError):
        lp.parse(data)


def test_many_lines_are_read_one_by_one():
    """Lines are separated by line breaks; a break at the end is no further line."""
    points = list(lp.parse_all(b"m x=1.0 5\nm x=2.0 6\n"))
    assert [p.fields["x"] for p in points] == [1.0, 2.0]
    with pytest.raises(ValueError):
        list(lp.parse_all(b"m x=1.0 5\nm x=1i 6"))


def test_half_a_surrogate_pair_does_not_stop_a_line():
    """JSON can spell text that UTF-8 cannot hold; the reading is kept all the same."""
    assert lp.line("m", [("a", "\ud800")], [("x", "\udfff")], 5) == b'm,a=? x="?" 5'
