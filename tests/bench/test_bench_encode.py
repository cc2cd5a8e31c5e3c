"""The encode bench: both ways make the same points. Times are not tested here."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from collector.bench import encode


def test_both_ways_make_the_same_points():
    """The normaliser and a plain reading of the catalogue with the usual client agree on every point."""
    body, context = encode.make_answer(2, 130, seed=7)
    batches, (text, _) = encode.ours(body, context), encode.Usual(context)(body)
    assert text.count("\n") > 2000
    assert encode.same_points(batches, text)
    changed = text.replace("current_a=", "current_b=", 1)
    assert not encode.same_points(batches, changed)
    assert not encode.same_points(batches, text.rpartition("\n")[0])


def test_the_answer_is_the_same_for_the_same_seed():
    """A run can be repeated."""
    assert encode.make_answer(1, 100)[0] == encode.make_answer(1, 100)[0]
    assert encode.make_answer(1, 100)[0] != encode.make_answer(1, 100, seed=2)[0]


def test_a_short_run_gives_figures():
    """All figures come from one run and say whether the points agree."""
    figures = encode.run(devices=1, rows=100, repeats=1, usual_repeats=1)
    assert figures.rows == 100
    assert figures.same_points
    assert min(figures.parse_ms, figures.ours_ms, figures.usual_ms) > 0
    assert asyncio.run(encode.stall_ms(*encode.make_answer(1, 10))) >= 0


def test_missing_tools_are_named(monkeypatch, capsys):
    """Without the libraries it compares with, the bench says which to install."""
    monkeypatch.setitem(sys.modules, "orjson", None)
    assert encode.main() == 2
    assert "orjson" in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [True, False])
def test_the_table_and_the_json_hold_the_figures(monkeypatch, capsys, as_json):
    """The exit code says whether every goal is met."""
    good = encode.Figures(10, 20, 1.0, 10.0, 30.0, 900.0, 3.0, 30.0, 10.0, same_points=True)
    monkeypatch.setattr(encode, "run", lambda: good)
    assert encode.main(console_json=as_json) == 0
    out = capsys.readouterr().out
    assert json.loads(out)["good"] if as_json else "3.00" in out
    monkeypatch.setattr(
        encode, "run", lambda: encode.Figures(10, 20, 1, 10, 50, 900, 5.0, 30, 10, same_points=True)
    )
    assert encode.main(console_json=as_json) == 1
