"""Answers of the manual and oddities seen on clouds, each with the lines that are to be made of it."""

from __future__ import annotations

import json

import pytest
from reading import CASES, case_context, read, told

from collector.lineprotocol import parse
from collector.normaliser.alarms import alarm_line, read_alarms

FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())
READINGS = [path for path in FOLDERS if not path.name.startswith("getAlarmList")]


@pytest.mark.parametrize("folder", READINGS, ids=lambda path: path.name)
def test_answer_becomes_these_lines(folder):
    """Lines, order and counts are those of expected.txt."""
    lines, report = read((folder / "response.json").read_bytes(), case_context(folder))
    expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert told(lines, report) == expected
    assert report.lines == len(lines)


@pytest.mark.parametrize("folder", READINGS, ids=lambda path: path.name)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_slicing_changes_nothing(folder, size):
    """Whatever the size of a slice, lines, order and counts stay."""
    body, asked = (folder / "response.json").read_bytes(), case_context(folder)
    sliced, small = read(body, asked, rows_per_slice=size)
    whole, large = read(body, asked)
    assert sliced == whole
    assert small == large


def test_alarms_of_the_manual():
    """Alarms carry the device's own id where the serial number is known, and one line each, at the moment they were raised."""
    folder = CASES / "getAlarmList-manual"
    alarms = read_alarms((folder / "response.json").read_bytes(), case_context(folder))
    lines = [alarm_line(alarm, active=True, end_ms=None).decode() for alarm in alarms]
    assert lines == (folder / "expected.txt").read_text(encoding="utf-8").splitlines()


def test_every_case_names_what_was_asked():
    """A case folder holds the request beside the answer, and its request is readable."""
    assert len(FOLDERS) >= 20
    for folder in FOLDERS:
        assert isinstance(json.loads((folder / "request.json").read_text()), dict)
        assert (folder / "expected.txt").exists()


def test_every_line_of_every_case_can_be_read():
    """What the cases expect is line protocol, with floats and texts only."""
    for folder in FOLDERS:
        for line in (folder / "expected.txt").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                assert parse(line.encode()).fields
