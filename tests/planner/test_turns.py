from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.model import Batch
from collector.planner import IDLE_S, Ask, Rest, next_in_turn

A, B, C = Batch(("a",)), Batch(("b",)), Batch(("c",))
EVERY = 300.0


def test_with_nobody_to_ask_it_rests() -> None:
    """An account without plants asks nothing, and looks again within the hour."""
    assert next_in_turn([], {}, 1000.0, EVERY) == Rest(1000.0 + IDLE_S)


def test_the_one_never_asked_comes_first() -> None:
    """A batch that was never asked about comes before all others."""
    assert next_in_turn([A, B], {A: 400.0}, 1000.0, EVERY, period="now") == Ask(B, "now")


def test_none_is_asked_before_its_time() -> None:
    """While every batch is fresh, the answer is when the oldest grows stale."""
    assert next_in_turn([A, B], {A: 900.0, B: 800.0}, 1000.0, EVERY) == Rest(1100.0)
    assert next_in_turn([A, B], {A: 900.0, B: 800.0}, 1100.0, EVERY) == Ask(B)


def test_a_batch_of_no_use_lets_the_others_go_on() -> None:
    """A batch whose answers cannot be used is passed over, and comes behind those that waited longer."""
    asked = {A: 0.0, B: 500.0}
    assert next_in_turn([A, B], asked, 1000.0, EVERY, resting={(A, ""): 1200.0}) == Ask(B)
    assert next_in_turn([A, B], {A: 0.0, B: 1000.0}, 1200.0, EVERY, resting={(A, ""): 1200.0}) == Ask(A)


@settings(max_examples=50, deadline=None)
@given(
    count=st.integers(1, 12),
    gap_s=st.floats(1.0, 400.0),
    broken=st.sets(st.integers(0, 11), max_size=12),
)
def test_no_batch_starves(count: int, gap_s: float, broken: set[int]) -> None:
    """Whatever the pace, and however many batches fail for ever, every other batch is asked about in its turn."""
    batches = [Batch((str(n),)) for n in range(count)]
    asked: dict[Batch, float] = {}
    resting: dict[tuple[Batch, str], float] = {}
    tried: Counter[Batch] = Counter()
    now = 10_000.0
    for _ in range(count * 6):
        choice = next_in_turn(batches, asked, now, EVERY, resting=resting)
        if isinstance(choice, Rest):
            assert choice.until > now
            now = choice.until
            continue
        tried[choice.batch] += 1
        if int(choice.batch.members[0]) in broken:
            resting[choice.batch, ""] = now + EVERY
        else:
            asked[choice.batch] = now
        now += gap_s
    assert min(tried[b] for b in batches) >= 2
    assert max(tried.values()) - min(tried[b] for b in batches) <= 1
