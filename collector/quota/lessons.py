"""What refusals teach, and how it is forgotten. A lesson is durable and shown to the user."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from collector.quota.formula import Allowance
    from collector.quota.spends import Spend

GROWTH = 1.5
STRETCH_CAP = 8.0
DECAY = 0.98
FORGOTTEN = 1.01
BUSY_S = 60.0
BUSY_CAP_S = 3600.0
LOGIN_REFUSED_S = 1800.0
LOGIN_FREQUENT_S = 600.0
LOGIN_FREQUENT_CAP_S = 4 * 3600.0
PROBES_A_WINDOW = 4


class Reason(StrEnum):
    """Why an interface rests, in words for the user."""

    TOO_FREQUENT = "called too often"
    WINDOW_SPENT = "allowance used up"
    BUSY = "the vendor's system is busy"
    LOGIN_REFUSED = "login refused"
    LOGIN_TOO_FREQUENT = "logged in too often"
    LEDGER_LOST = "the record of calls was lost"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is known of one interface beyond its documented allowance.

    Attributes:
        stretch: Factor on the gaps between its calls, from 1 to 8.
        blocked_until: Nothing is sent before. [s since epoch, UTC]
        reason: Why it rests or is stretched (`Reason`), or "".
        busy_count: Pauses in a row that double.
        burst_lost: It was refused while bursting or otherwise: paced evenly for ever.
        refused_at: Moment of the newest refusal. [s since epoch, UTC]
    """

    stretch: float = 1.0
    blocked_until: float = 0.0
    reason: str = ""
    busy_count: int = 0
    burst_lost: bool = False
    refused_at: float = 0.0


def learn_success(lesson: Lesson, now: float) -> Lesson:
    """Forget a little: the stretch comes 2 % nearer to 1, doubling pauses start anew.

    Returns the same object where there is nothing to forget, so that the caller need not store it.
    """
    if lesson.stretch == 1.0 and not lesson.busy_count and (not lesson.reason or lesson.blocked_until > now):
        return lesson
    stretch = 1.0 + (lesson.stretch - 1.0) * DECAY
    if stretch < FORGOTTEN:
        return replace(
            lesson, stretch=1.0, busy_count=0, reason=lesson.reason if lesson.blocked_until > now else ""
        )
    stretching = lesson.reason in (Reason.TOO_FREQUENT, Reason.WINDOW_SPENT)
    return replace(
        lesson, stretch=stretch, busy_count=0, reason=lesson.reason if stretching else Reason.TOO_FREQUENT
    )


def learn_refusal(lesson: Lesson, allowance: Allowance, now: float) -> Lesson:
    """Learn from 407: the gap grows by half, and the interface rests for one grown gap.

    Login has its own: `learn_login_too_frequent`.
    """
    stretch = _grown(lesson)
    rest_s = stretch * max(allowance.gap_s, allowance.min_gap_s)
    return replace(_blocked(lesson, now, now + rest_s, Reason.TOO_FREQUENT), stretch=stretch, burst_lost=True)


def learn_spent(
    lesson: Lesson, allowance: Allowance, spends: Sequence[Spend], now: float, timeout_s: float = 60.0
) -> Lesson:
    """Learn from 20618, the window's allowance is used up: the gap grows, and the interface rests.

    Where the ledger knows a whole window of calls, until the oldest of them frees. Where it does not, someone
    else spends too and the moment is unknown: until the oldest known call frees, but a quarter of a window at
    most, so that a window that has reset is found within a quarter of it at four refused calls a window. In
    both cases at least one gap. Refused calls are left out: they are not what used the window up.

    Args:
        lesson: What is known.
        allowance: The interface's allowance.
        spends: Oldest first.
        now: The moment. [s since epoch, UTC]
        timeout_s: Longest that a call lasts. [s]
    """
    known, frees = 0, now + allowance.window_s
    for spend in reversed(spends):
        free = spend.ended(timeout_s) + allowance.window_s
        if free <= now:
            break
        if not spend.refused:
            known, frees = known + 1, min(frees, free)
    if known < max(1, allowance.calls):
        frees = min(frees, now + allowance.window_s / PROBES_A_WINDOW)
    until = max(frees, now + allowance.gap_s)
    return replace(_blocked(lesson, now, until, Reason.WINDOW_SPENT), stretch=_grown(lesson), burst_lost=True)


def learn_busy(lesson: Lesson, now: float, retry_after_s: float = 0.0) -> Lesson:
    """Learn from 403 or 429: rest a minute, doubling up to an hour, and at least what the server asked. [s]

    The gap does not grow: the whole system is loaded, by everyone. Source: manual 1.3.
    """
    pause_s = max(_doubled(BUSY_S, lesson.busy_count, BUSY_CAP_S), retry_after_s)
    return replace(_blocked(lesson, now, now + pause_s, Reason.BUSY), busy_count=lesson.busy_count + 1)


def learn_login_refused(lesson: Lesson, now: float) -> Lesson:
    """Learn from a login refused for who asks: half an hour, the time a lock lasts. Source: manual 9.1.1."""
    return _blocked(lesson, now, now + LOGIN_REFUSED_S, Reason.LOGIN_REFUSED)


def learn_login_too_frequent(lesson: Lesson, now: float) -> Lesson:
    """Learn from 407 on login: ten minutes, doubling up to four hours. Observed: still refused after two hours."""
    pause_s = _doubled(LOGIN_FREQUENT_S, lesson.busy_count, LOGIN_FREQUENT_CAP_S)
    blocked = _blocked(lesson, now, now + pause_s, Reason.LOGIN_TOO_FREQUENT)
    return replace(blocked, busy_count=lesson.busy_count + 1, burst_lost=True)


def learn_loss(allowance: Allowance, now: float, *, login: bool = False) -> Lesson:
    """Return the lesson of an interface whose ledger was lost: one gap of rest; login half an hour."""
    rest_s = LOGIN_REFUSED_S if login else max(allowance.gap_s, allowance.min_gap_s)
    return _blocked(Lesson(), now, now + rest_s, Reason.LEDGER_LOST)


def account_blocked_until(lessons: Iterable[Lesson], now: float) -> float:
    """Return until when the whole account rests, because two interfaces or more met a busy system.

    Args:
        lessons: Those of all interfaces of the account.
        now: The moment. [s since epoch, UTC]

    Returns:
        The latest of the busy interfaces' moments, or 0.0 where fewer than two rest. [s since epoch, UTC]
    """
    busy = [each.blocked_until for each in lessons if each.reason == Reason.BUSY and each.blocked_until > now]
    return max(busy) if len(busy) > 1 else 0.0


def shift_lesson(lesson: Lesson, delta_s: float) -> Lesson:
    """Return the lesson with its moments moved along with a jump of the wall clock. [s]"""
    return replace(
        lesson,
        blocked_until=lesson.blocked_until + delta_s if lesson.blocked_until else 0.0,
        refused_at=lesson.refused_at + delta_s if lesson.refused_at else 0.0,
    )


def rebase_lesson(lesson: Lesson, now: float) -> Lesson:
    """Return the lesson as if learned now, where it is dated in the future: the clock was set back while down."""
    return shift_lesson(lesson, now - lesson.refused_at) if lesson.refused_at > now else lesson


def _grown(lesson: Lesson) -> float:
    return min(STRETCH_CAP, lesson.stretch * GROWTH)


def _doubled(first_s: float, count: int, cap_s: float) -> float:
    return min(cap_s, first_s * 2.0 ** min(count, 16))


def _blocked(lesson: Lesson, now: float, until: float, reason: Reason) -> Lesson:
    """Rest until the later of what is known and `until`; name the reason that rests longest."""
    longest = reason if until >= lesson.blocked_until or not lesson.reason else lesson.reason
    return replace(lesson, blocked_until=max(until, lesson.blocked_until), reason=longest, refused_at=now)
