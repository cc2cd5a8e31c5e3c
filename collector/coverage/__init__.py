"""What is held, what is missing, what will never come. Pure.

Of what runs, and of what has just settled, every reading is known (`Held`); the rest of the past is kept as runs of like days,
months or years (`Runs`), however long it is.
"""

from collector.coverage.days import complete_days, expected_slots
from collector.coverage.held import (
    AGAIN_AFTER_S,
    GIVEN_UP_AFTER,
    SETTLE_S,
    Held,
    after_read,
    last_asked,
    state_after,
)
from collector.coverage.runs import READ_ONCE, Run, Runs, State, next_state

__all__ = [
    "AGAIN_AFTER_S",
    "GIVEN_UP_AFTER",
    "READ_ONCE",
    "SETTLE_S",
    "Held",
    "Run",
    "Runs",
    "State",
    "after_read",
    "complete_days",
    "expected_slots",
    "last_asked",
    "next_state",
    "state_after",
]
