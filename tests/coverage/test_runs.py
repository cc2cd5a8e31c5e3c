from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.coverage import READ_ONCE, Runs, State, complete_days, expected_slots, next_state
from collector.zones import day_end, day_start

NUMBERS = st.integers(0, 40)
DEEDS = st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from([*State, None])), max_size=25)


def _both(deeds: list[tuple[int, int, State | None]]) -> tuple[Runs, dict[int, State]]:
    """The same deeds done to runs and to a plain map of days."""
    runs, days = Runs(), {}
    for first, last, state in deeds:
        if state is None:
            runs.clear(first, last)
        else:
            runs.mark(first, last, state)
        for number in range(first, last + 1):
            days.pop(number, None)
            if state is not None:
                days[number] = state
    return runs, days


@settings(max_examples=100, deadline=None)
@given(deeds=DEEDS)
def test_runs_say_of_every_day_what_a_map_of_days_says(deeds) -> None:
    """Whatever is marked and cleared, each day has the state that was set last, and an unknown day none."""
    runs, days = _both(deeds)
    assert {n: s for n in range(42) if (s := runs.state(n)) is not None} == days
    assert runs.first() == min(days, default=None)


@settings(max_examples=100, deadline=None)
@given(deeds=DEEDS)
def test_runs_are_as_few_as_can_be(deeds) -> None:
    """Runs are in order, do not overlap, and neighbours of one state are one run: a life is a handful of rows."""
    runs, days = _both(deeds)
    found = list(runs)
    assert found == sorted(found)
    borders = sum(days.get(n) is not days.get(n - 1) and n in days for n in range(42))
    assert len(found) == len(runs) == borders


@settings(max_examples=100, deadline=None)
@given(deeds=DEEDS, first=NUMBERS, last=NUMBERS)
def test_missing_counts_and_newest_agree_with_a_map_of_days(deeds, first: int, last: int) -> None:
    """Missing ranges come newest first and hold exactly the unknown days; counts and newest days agree."""
    runs, days = _both(deeds)
    span = range(first, last + 1)
    ranges = list(runs.missing(first, last))
    assert [n for low, high in ranges for n in range(high, low - 1, -1)] == [
        n for n in reversed(span) if n not in days
    ]
    assert runs.newest_missing(first, last) == max((n for n in span if n not in days), default=None)
    assert runs.count(first, last) == sum(n in days for n in span)
    assert runs.newest(READ_ONCE, first, last) == max(
        (n for n in span if days.get(n) in READ_ONCE), default=None
    )


@settings(max_examples=50, deadline=None)
@given(deeds=DEEDS)
def test_a_copy_and_what_is_stored_are_the_same_runs(deeds) -> None:
    """Runs made from the rows of runs are equal, in any order of rows; a copy does not move with its model."""
    runs, _ = _both(deeds)
    assert list(Runs(reversed(list(runs)))) == list(runs)
    copy, before = runs.copy(), list(runs)
    copy.mark(0, 50, State.FINAL)
    assert list(runs) == before


@pytest.mark.parametrize(
    ("before", "rows", "whole", "after"),
    [
        (None, 288, True, State.FINAL),
        (None, 287, False, State.HELD),
        (None, 0, False, State.EMPTY),
        (None, 0, True, State.EMPTY),
        (State.HELD, 287, False, State.FINAL),
        (State.EMPTY, 5, False, State.FINAL),
        (State.EMPTY, 0, False, State.GIVEN_UP),
        (State.HELD, 0, False, State.FINAL),
        (State.FINAL, 0, False, State.FINAL),
        (State.GIVEN_UP, 3, False, State.FINAL),
        (State.GIVEN_UP, 0, False, State.GIVEN_UP),
        (State.OUT_OF_REACH, 0, False, State.EMPTY),
    ],
)
def test_two_looks_are_enough(before, rows: int, whole: bool, after: State) -> None:
    """A day is final when complete or read twice; twice empty is given up; what was held is never unlearned."""
    assert next_state(before, rows, whole=whole) is after


@pytest.mark.parametrize(
    ("day", "slots"), [(date(2026, 3, 29), 276), (date(2026, 10, 25), 300), (date(2026, 7, 1), 288)]
)
def test_a_day_has_as_many_slots_as_its_hours(day: date, slots: int) -> None:
    """A day of 23 hours has 276 slots, one of 25 hours 300."""
    assert expected_slots("Europe/Berlin", day) == slots
    begin, end = day_start("Europe/Berlin", day), day_end("Europe/Berlin", day)
    stamps = [int((begin + 300 * n) * 1000) for n in range(-3, slots + 3)]
    assert complete_days("Europe/Berlin", begin, end, stamps) == [(day, slots, slots)]


def test_only_whole_days_of_a_range_count() -> None:
    """72 hours over the autumn change hold two whole days; rows of the rest of the third are not judged."""
    end = day_end("Europe/Berlin", date(2026, 10, 26))
    stamps = [int((end - 300 * n) * 1000) for n in range(1, 865)]
    found = complete_days("Europe/Berlin", end - 72 * 3600, end, stamps)
    assert found == [(date(2026, 10, 25), 300, 300), (date(2026, 10, 26), 288, 288)]


def test_rows_of_one_slot_count_once() -> None:
    """A vendor that sends a slot twice, or a stamp beside the grid, does not make a day complete."""
    begin = day_start("Asia/Kathmandu", date(2026, 5, 1))
    stamps = [int(begin * 1000), int(begin * 1000) + 40_000, int((begin + 300) * 1000)]
    assert complete_days("Asia/Kathmandu", begin, begin + 86_400, stamps) == [(date(2026, 5, 1), 2, 288)]
