"""The next free moment of an interface: the earliest at which no reading of the vendor's limits refuses.

The vendors document a number of calls n in a window w, and enforce it in one of three ways:

- rolling: never more than n calls in any w; a call is counted at any moment from its sending to its answer;
- fixed: never more than n calls in windows of w that began nobody knows when; counted likewise;
- refill: an allowance of one call flows back evenly in w/n; counted when the call arrives.

`Pace.EVEN` satisfies all three, `Pace.BURST` the first two. With s for sent, a for answered, d for the way out
(a call arrives at s + d, 0 <= d <= a - s), what is relied on is:

1. The cloud counts a call no later than its answer, or `timeout_s` after sending where no answer came.
2. The machine's clock runs at most 0.01 % fast; jumps are told (`shift`, `rebase`).
3. A fall of n is known at once; a rise is adopted after the cloud has.
4. Refill only, and only where n > 1, at least 8 answers are measured and an answer takes longer than 0.5 % of
   w/n: the ways out of two calls in a row differ by no more than twice the measured spread of answer times.

Rolling and fixed need 1 to 3: the n-th newest call must have ended w ago (any half-open window of w, wherever it
begins, then holds at most n). Refill needs s' + d' - s - d >= w/n. Pacing from the answer (δ = a - s) gives that
for any d, which is what the first calls, lost calls and the daily interfaces get; where it would cost more than
0.5 % of the calls, δ falls to twice the spread under assumption 4.
Why: docs/decisions/0001-even-pace.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from collector.quota.formula import Allowance, Pace
from collector.quota.spends import latest_end, spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.quota.lessons import Lesson
    from collector.quota.spends import Spend

FAST_CLOCK = 1.0001
"""Documented durations are taken this much longer: quartz runs wrong by seconds a day, clouds count in whole ms."""

MARGIN = 0.005
"""Share of w/n that safety may cost without being measured."""


def next_free(
    allowance: Allowance, spends: Sequence[Spend], lesson: Lesson, now: float, timeout_s: float
) -> float:
    """Return the earliest moment at which the interface may be called. [s since epoch, UTC]

    Looks at a few spends by index, and at the newest 64 where answers are long against the gap.

    Args:
        allowance: What the interface may be called.
        spends: Oldest first, of every process that uses the account: all that ended within a window, and the
            newest 64 whatever their age (a stretched gap outlasts a window; answer times are measured on them).
        lesson: What refusals taught.
        now: The moment. [s since epoch, UTC]
        timeout_s: Longest that a call lasts; a spend without an answer counts as answered then. [s]

    Returns:
        `now` or later; infinite where the allowance is 0.
    """
    calls = allowance.calls
    if calls <= 0:
        return math.inf
    free = max(now, lesson.blocked_until)
    held = len(spends)
    if not held:
        return free
    window_s = allowance.window_s * FAST_CLOCK
    if held >= calls:
        free = max(free, latest_end(spends, held - calls, timeout_s) + window_s)
    if allowance.min_gap_s > 0:
        min_gap_s = allowance.min_gap_s * FAST_CLOCK * lesson.stretch
        free = max(free, latest_end(spends, held - 1, timeout_s) + min_gap_s)
    if allowance.pace is Pace.BURST and not lesson.burst_lost:
        return free
    gap_s = window_s / calls
    start = spends[-1].sent + gap_s * lesson.stretch
    last_s = spends[-1].ended(timeout_s) - spends[-1].sent
    if start + last_s <= free:
        return free
    if spends[-1].answered is None or last_s <= MARGIN * gap_s:
        return max(free, start + last_s)
    return max(free, start + max(last_s / calls, min(last_s, max(2 * spread(spends), MARGIN * gap_s))))


def cadence(allowance: Allowance, batches: int, *, answer_s: float = 0.0, stretch: float = 1.0) -> float:
    """Return how long one sweep over `batches` calls takes when it is repeated for ever. [s]

    Args:
        allowance: What the interface may be called.
        batches: Calls that make a sweep.
        answer_s: Typical answer time; a call counts for longer by it. [s]
        stretch: The lesson's stretch.

    Returns:
        Seconds a sweep; 0 for no batches, infinite where the allowance is 0.
    """
    if batches <= 0:
        return 0.0
    if allowance.calls <= 0:
        return math.inf
    even_s = (allowance.window_s * stretch + answer_s) / allowance.calls
    spaced_s = allowance.min_gap_s * stretch + answer_s if allowance.min_gap_s > 0 else 0.0
    return batches * max(even_s, spaced_s)
