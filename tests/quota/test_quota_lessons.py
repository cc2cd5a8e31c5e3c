"""Refusals are learned from, never hammered at, and forgotten slowly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.quota import (
    Allowance,
    Lesson,
    Reason,
    Spend,
    account_blocked_until,
    learn_busy,
    learn_login_refused,
    learn_login_too_frequent,
    learn_loss,
    learn_refusal,
    learn_spent,
    learn_success,
    rebase_lesson,
    shift_lesson,
)

NOW = 1_790_000_000.0
DAY = 86_400.0


def rest(lesson: Lesson, now: float = NOW) -> float:
    return lesson.blocked_until - now


@pytest.mark.parametrize(
    ("allowance", "rest_s"),
    [
        (Allowance(4, 300), 75 * 1.5),
        (Allowance(1, 300), 300 * 1.5),
        (Allowance(12, 300, 60), 60 * 1.5),
        (Allowance(0, 300), 300 * 1.5),
    ],
)
def test_a_refusal_grows_the_gap_by_half_and_rests_one(allowance, rest_s):
    """407: one gap of rest, already grown; the burst is lost for ever."""
    lesson = learn_refusal(Lesson(), allowance, NOW)
    assert lesson == Lesson(1.5, NOW + rest_s, Reason.TOO_FREQUENT, 0, burst_lost=True, refused_at=NOW)


def test_the_stretch_is_capped_at_8():
    """However often it is refused, the gap grows no further than eightfold."""
    lesson = Lesson()
    for turn in range(20):
        lesson = learn_refusal(lesson, Allowance(4, 300), NOW + turn)
    assert lesson.stretch == 8


def test_successes_forget_slowly_but_wholly():
    """Two per cent a success, down to exactly 1; the lost burst stays lost."""
    lesson = learn_refusal(Lesson(), Allowance(4, 300), NOW)
    later = NOW + 1e4
    assert learn_success(lesson, later).stretch == pytest.approx(1.49)
    for _ in range(200):
        lesson = learn_success(lesson, later)
    assert lesson.stretch == 1.0
    assert lesson.reason == ""
    assert lesson.burst_lost


def test_a_success_with_nothing_to_forget_changes_nothing():
    """The very same lesson comes back, so that it need not be stored."""
    for lesson in (Lesson(), Lesson(burst_lost=True, refused_at=5.0, blocked_until=6.0)):
        assert learn_success(lesson, NOW) is lesson


def test_a_success_ends_the_doubling_but_not_a_rest():
    """Busy pauses start anew at a minute; a rest that another process learned goes on, with its reason."""
    lesson = learn_success(replace(learn_busy(Lesson(), NOW), busy_count=5), NOW + 1)
    assert (lesson.busy_count, lesson.blocked_until, lesson.reason) == (0, NOW + 60, Reason.BUSY)
    assert learn_success(lesson, NOW + 61).reason == ""
    assert rest(learn_busy(lesson, NOW + 61), NOW + 61) == 60


def test_busy_doubles_to_an_hour_and_obeys_the_server():
    """403 and 429: a minute, doubling, at most an hour, but never less than was asked; the gap stays."""
    lesson, rests, now = Lesson(), [], NOW
    for _ in range(9):
        lesson = learn_busy(lesson, now)
        rests.append(rest(lesson, now))
        now = lesson.blocked_until
    assert rests == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert rest(learn_busy(Lesson(), NOW, 7)) == 60
    assert rest(learn_busy(Lesson(), NOW, 9000)) == 9000
    assert (lesson.stretch, lesson.burst_lost) == (1.0, False)


def test_no_lesson_shortens_a_rest():
    """A shorter pause learned during a longer one leaves the longer, and its reason."""
    lesson = learn_busy(learn_login_refused(Lesson(), NOW), NOW + 1)
    assert (lesson.blocked_until, lesson.reason) == (NOW + 1800, Reason.LOGIN_REFUSED)


def test_an_allowance_that_we_used_up_rests_until_its_oldest_call_frees():
    """20618 with a whole window of our own calls: the oldest of them decides; refused ones do not."""
    hour = 3600.0
    known = [Spend(NOW - 23 * hour + i * hour, NOW - 23 * hour + i * hour + 2) for i in range(4)]
    old = Spend(NOW - DAY - 10, NOW - DAY - 8)
    spends = [
        old,
        Spend(NOW - 23.5 * hour, NOW - 23.5 * hour, refused=True),
        *known,
        Spend(NOW - 1, NOW, refused=True),
    ]
    lesson = learn_spent(Lesson(), Allowance(4, DAY), spends, NOW)
    assert rest(lesson) == max(hour + 2, DAY / 4)
    lesson = learn_spent(Lesson(), Allowance(4, DAY), spends, NOW - 0.5 * hour)
    assert lesson.blocked_until == NOW - 0.5 * hour + DAY / 4
    many = [Spend(NOW - DAY + (i + 1) * 3000, NOW - DAY + (i + 1) * 3000 + 2) for i in range(28)]
    assert rest(learn_spent(Lesson(), Allowance(28, DAY), many, NOW)) == pytest.approx(DAY / 28)
    early = [Spend(NOW - 2 * hour + i, NOW - 2 * hour + i + 1) for i in range(28)]
    assert rest(learn_spent(Lesson(), Allowance(28, DAY), early, NOW)) == 22 * hour + 1


def test_an_allowance_that_others_used_up_is_probed_four_times_a_window():
    """20618 with too few calls of our own: the oldest of ours, but a quarter of a window at most."""
    recent = [Spend(NOW - 100, NOW - 99), Spend(NOW - 1, NOW, refused=True)]
    assert rest(learn_spent(Lesson(), Allowance(28, DAY), recent, NOW)) == DAY / 4
    assert rest(learn_spent(Lesson(), Allowance(28, DAY), [], NOW)) == DAY / 4
    nearly = [Spend(NOW - DAY + 7200, NOW - DAY + 7201)]
    assert rest(learn_spent(Lesson(), Allowance(28, DAY), nearly, NOW)) == 7201
    assert rest(learn_spent(Lesson(), Allowance(1, DAY), [], NOW)) == DAY


def test_a_spent_window_teaches_the_gap_too():
    """20618 is a refusal like 407: stretch grows and the burst is lost."""
    lesson = learn_spent(Lesson(), Allowance(28, DAY), [], NOW)
    assert (lesson.stretch, lesson.burst_lost, lesson.reason, lesson.refused_at) == (
        1.5,
        True,
        Reason.WINDOW_SPENT,
        NOW,
    )


def test_a_refused_login_rests_half_an_hour_each_time():
    """Never repeated within 30 minutes, however often it is refused."""
    lesson = learn_login_refused(Lesson(), NOW)
    assert rest(lesson) == 1800
    again = learn_login_refused(lesson, NOW + 1800)
    assert rest(again, NOW + 1800) == 1800


def test_too_many_logins_double_from_ten_minutes():
    """407 on login: 10 minutes, doubling, at most four hours; a success starts anew."""
    lesson, rests, now = Lesson(), [], NOW
    for _ in range(7):
        lesson = learn_login_too_frequent(lesson, now)
        rests.append(rest(lesson, now) / 60)
        now = lesson.blocked_until
    assert rests == [10, 20, 40, 80, 160, 240, 240]
    assert rest(learn_login_too_frequent(learn_success(lesson, now), now), now) == 600


def test_a_lost_ledger_rests_one_gap():
    """Where the record of calls is gone every interface waits one w/n, login half an hour."""
    assert rest(learn_loss(Allowance(25, DAY, 60), NOW)) == 3456
    assert rest(learn_loss(Allowance(12, 300, 60), NOW)) == 60
    assert rest(learn_loss(Allowance(5, 600), NOW, login=True)) == 1800


def test_the_account_rests_when_a_second_interface_meets_a_busy_system():
    """One busy interface is its own affair; two are the account's, until the later of them."""
    one, two = learn_busy(Lesson(), NOW), learn_busy(Lesson(), NOW + 10, 300)
    refused = learn_refusal(Lesson(), Allowance(1, 300), NOW)
    assert account_blocked_until([one, refused], NOW + 10) == 0
    assert account_blocked_until([one, two, refused], NOW + 10) == NOW + 310
    assert account_blocked_until([one, two], NOW + 60) == 0


@given(delta=st.floats(-1e8, 1e8))
def test_a_lesson_moves_with_the_clock(delta):
    """A jump of the wall clock changes no rest; what never happened stays unset."""
    lesson = learn_refusal(Lesson(), Allowance(4, 300), NOW)
    assert rest(shift_lesson(lesson, delta), NOW + delta) == pytest.approx(rest(lesson), abs=1e-5)
    assert shift_lesson(Lesson(), delta) == Lesson()


def test_a_lesson_from_the_future_was_learned_now():
    """A clock set back while down does not make a rest longer than it was."""
    lesson = learn_login_refused(Lesson(), NOW)
    assert rest(rebase_lesson(lesson, NOW - 1e8), NOW - 1e8) == 1800
    assert rebase_lesson(lesson, NOW + 5) == lesson
