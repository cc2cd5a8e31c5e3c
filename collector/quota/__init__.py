"""How often a vendor may be called: documented formulas, the next free moment, and what refusals teach. Pure.

Moments are wall-clock seconds since the epoch, UTC; time is always an argument. Nothing here reads a clock.
"""

from __future__ import annotations

from collector.quota.formula import Allowance, Fleet, Limit, Pace, Policy, allowance, budget_calls
from collector.quota.lessons import (
    Lesson,
    Reason,
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
from collector.quota.pacing import cadence, next_free
from collector.quota.spends import Spend, latest_end, rebase, shift, spread

__all__ = [
    "Allowance",
    "Fleet",
    "Lesson",
    "Limit",
    "Pace",
    "Policy",
    "Reason",
    "Spend",
    "account_blocked_until",
    "allowance",
    "budget_calls",
    "cadence",
    "latest_end",
    "learn_busy",
    "learn_login_refused",
    "learn_login_too_frequent",
    "learn_loss",
    "learn_refusal",
    "learn_spent",
    "learn_success",
    "next_free",
    "rebase",
    "rebase_lesson",
    "shift",
    "shift_lesson",
    "spread",
]
