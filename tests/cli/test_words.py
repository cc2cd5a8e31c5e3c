from __future__ import annotations

import math

import pytest

from collector import logs
from collector.report import words
from collector.report.units import Balance


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (59.6, "1 min"),
        (90, "1 min 30 s"),
        (599, "9 min 59 s"),
        (629, "10 min"),
        (3_599, "1 h"),
        (12_343, "3 h 26 min"),
        (86_400, "1 d"),
        (180_000, "2 d 2 h"),
        (1_500_000, "17 d"),
        (math.inf, "never"),
    ],
)
def test_durations(seconds, told):
    """Lengths of time are told in their two largest units, rounded as a person would."""
    assert words.duration(seconds) == told


def test_windows_and_sizes():
    """Windows read as in a sentence, sizes with one decimal."""
    assert [words.window(w) for w in (60, 300, 3_600.0, 86_400)] == [
        "a minute",
        "in 5 min",
        "an hour",
        "a day",
    ]
    assert [words.size(n) for n in (0, 1_023, 1_536, 3 * 2**30)] == ["0 B", "1023 B", "1.5 KiB", "3.0 GiB"]


def test_plain_takes_away_what_a_terminal_obeys_and_secrets():
    """Foreign texts lose control characters, and known secrets are masked."""
    logs.hide("a-very-secret-word")
    assert words.plain("a\x1b[1mb\r\nc a-very-secret-word") == "a [1mb  c ***"


def test_moments():
    """A moment is told from now, to either side."""
    assert (words.ago(100, 160), words.ago(100, 100.4)) == ("1 min ago", "just now")
    assert (words.ahead(160, 100), words.ahead(100, 100), words.ahead(None, 100)) == (
        "in 1 min",
        "now",
        "never",
    )
    assert words.iso(0.4) == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(("factor", "unit"), [(1, ""), (0.5, ""), (50, ""), (1_000, "W"), (0.001, "kW")])
def test_a_unit_is_wrong_only_where_the_factor_is_near_a_thousand(factor, unit):
    """Losses and sampling may differ by much, but only a factor beyond 100 is a unit."""
    balance = Balance()
    for step in range(25):
        balance.add(step * 300.0, -2.0 * factor, (10.0, step / 6))
    assert balance.unit == unit


def test_too_little_energy_says_nothing():
    """Below half a kilowatt hour nothing is judged, nor over gaps or resets of counters."""
    little, gaps, resets = Balance(), Balance(), Balance()
    for step in range(25):
        little.add(step * 300.0, 0.1, (step / 10_000,))
        gaps.add(step * 3_600.0, 1_000.0, (float(step),))
        resets.add(step * 300.0, 1_000.0, (float(-step),))
    assert (little.unit, gaps.unit, resets.unit) == ("", "", "")
    assert (gaps.from_power_kwh, resets.from_counters_kwh) == (0.0, 0.0)
