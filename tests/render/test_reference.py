"""The committed reference pages are those that the catalogue renders."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.catalogue.decisions import DOES
from collector.catalogue.fusionsolar import ERROR_CODES, FIELDS, INTERFACES
from collector.catalogue.schema import MEASUREMENTS, OWN_FIELDS
from collector.catalogue.terms import Decision
from collector.catalogue.units import SUFFIXES, suffix_of
from collector.render.markdown import table
from collector.render.reference import (
    PAGES,
    formula_in_words,
    render_errors,
    render_quota,
    render_schema,
    write,
)

DOCS = Path(__file__).parents[2] / "docs"


def cells(page, first):
    """The cells of the one table row that begins with `first`."""
    (line,) = [line for line in page.splitlines() if line.startswith(f"| {first} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("name", PAGES)
def test_committed_page_is_fresh(name):
    """A page in docs/ is what the catalogue renders today: else run `python -m collector.render.reference`."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


def test_write_tells_what_changed(tmp_path):
    """Writing again changes nothing; a page that was touched is written anew."""
    assert {path.name for path in write(tmp_path)} == set(PAGES)
    assert write(tmp_path) == []
    (tmp_path / "quota.md").write_text("stale", encoding="utf-8")
    assert [path.name for path in write(tmp_path)] == ["quota.md"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("login", "5"),
        ("stations", "24 + 10 × ⌈plants / 100⌉"),
        ("getStationRealKpi", "⌈plants / 100⌉"),
        ("getDevHistoryKpi", "24 + Σ ⌈devices of a type / 10⌉"),
        ("getAlarmList", "the larger of ⌈plants / 100⌉ and Σ ⌈devices of a type / 100⌉ over all types"),
    ],
)
def test_formula_in_words(name, words):
    """A formula reads as the manual has it."""
    assert formula_in_words(INTERFACES[name].budget) == words


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("`stations`", ["34", "34", "44"]),
        ("`getStationRealKpi`", ["1", "1", "2"]),
        ("`getKpiStationDay`", ["25", "25", "26"]),
        ("`getDevRealKpi`", ["2", "2", "4"]),
        ("`getDevHistoryKpi`", ["26", "28", "48"]),
        ("`getDevKpiDay`", ["26", "26", "28"]),
        ("`getAlarmList`", ["2", "2", "4"]),
    ],
)
def test_worked_numbers(name, numbers):
    """The page shows the manual's own worked examples for 20 and 120, and the home's one plant."""
    assert cells(render_quota(), name)[6:9] == numbers


def test_every_interface_code_and_field_is_on_its_page():
    """Nothing of the catalogue is missing on the pages."""
    quota, schema, errors = render_quota(), render_schema(), render_errors()
    assert all(f"| `{name}`" in quota for name in INTERFACES)
    assert all(f"| {code} |" in errors for code in ERROR_CODES)
    for row in FIELDS:
        assert f"`{row.key}`" in schema
        assert f"`{row.name}`" in schema or not row.measurement
    for name, own in OWN_FIELDS.items():
        assert f"### {name}\n" in schema
        assert all(f"`{one.name}`" in schema for one in own)


def test_every_measurement_is_described():
    """Whatever is stored goes to a measurement that the page describes."""
    assert {row.measurement for row in FIELDS} - {""} <= set(MEASUREMENTS)
    assert set(OWN_FIELDS) <= set(MEASUREMENTS)


def test_own_fields_follow_the_suffix_rule():
    """Fields that the collector makes are named by the same rule, and none hides a vendor's indicator."""
    for measurement, own in OWN_FIELDS.items():
        sent = {row.name for row in FIELDS if row.measurement == measurement}
        for one in own:
            assert suffix_of(one.name) == (SUFFIXES[one.stored] if one.stored else ""), one.name
            assert one.name not in sent


def test_every_decision_is_explained():
    """Each decision says what the collector does."""
    assert set(DOES) == set(Decision)


def test_cells_cannot_break_a_table():
    """A bar or a line break in a text stays inside its cell."""
    assert table(("a", "b"), [("x|y", "1\n2")]).splitlines() == ["| a | b |", "|---|---|", "| x\\|y | 1 2 |"]
