from __future__ import annotations

import gzip
import math
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from collector.model import Lane
from collector.store import Rejected, SpoolBatch, StateFile
from collector.store.spool import GIVEN_UP_AT_ONCE
from collector.store.state import NAME


def _batch(name, lane=Lane.LIVE, lines=1, *, interface="i", fetched_at=1.0, size=0):
    body = gzip.compress(b"\n".join(b"m,p=%s,n=%d v=1.0 5" % (name.encode(), n) for n in range(lines)))
    return SpoolBatch("home", interface, lane, fetched_at, lines, 5, 5, body.ljust(size, b"\0"))


def _rejected(line=b"m v=x 5", fetched_at=1.0):
    return Rejected(line, "no float", "influxdb", fetched_at, 9.0, "home", "i")


def _drained(state):
    bodies = []
    while batch := state.spool.oldest():
        bodies.append(batch.body)
        assert state.spool.settle(batch.id)
    return bodies


class SpoolMachine(RuleBasedStateMachine):
    """The spool beside a list: the same order, the same fates, over crashes and restarts."""

    def __init__(self):
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.state = StateFile.open(self.root / "0")
        self.openings = 0
        self.lanes: dict[Lane, list[list]] = {Lane.LIVE: [], Lane.HISTORY: []}
        self.fates = dict.fromkeys(("landed", "settled", "quarantined", "expired", "given_up", "damaged"), 0)
        self.names = 0

    def teardown(self):
        self.state.close()
        shutil.rmtree(self.root)

    @property
    def head(self):
        lane = self.lanes[Lane.LIVE] or self.lanes[Lane.HISTORY]
        return lane[0] if lane else None

    def make(self, lane, lines):
        self.names += 1
        return _batch(str(self.names), lane, lines)

    @initialize(lanes=st.lists(st.sampled_from(Lane), max_size=4))
    def begin(self, lanes):
        for lane in lanes:
            self.append(lane, 5)

    @rule(lane=st.sampled_from(Lane), lines=st.integers(0, 9))
    def append(self, lane, lines):
        batch = self.make(lane, lines)
        batch_id = self.state.spool.append(batch)
        self.lanes[lane].append([batch_id, batch, 0.0])
        self.fates["landed"] += lines

    @precondition(lambda self: self.head)
    @rule()
    def settle(self):
        batch_id, batch, _ = self.head
        assert self.state.spool.settle(batch_id)
        assert not self.state.spool.settle(batch_id)
        self.lanes[batch.lane].pop(0)
        self.fates["settled"] += batch.lines

    @precondition(lambda self: self.head)
    @rule(not_before=st.floats(1, 100))
    def postpone(self, not_before):
        assert self.state.spool.postpone(self.head[0], not_before, "down")
        self.head[2] = not_before

    @precondition(lambda self: self.head)
    @rule(data=st.data())
    def split(self, data):
        batch_id, batch, _ = self.head
        left, cuts = batch.lines, []
        for _ in range(data.draw(st.integers(0, 3))):
            cuts.append(data.draw(st.integers(0, left)))
            left -= cuts[-1]
        fates = dict.fromkeys(("quarantined", "settled", "expired", "damaged"), 0)
        fates[data.draw(st.sampled_from(sorted(fates)))] = left
        parts = [self.make(batch.lane, lines) for lines in cuts]
        refused = [_rejected() for _ in range(fates.pop("quarantined"))]
        assert self.state.spool.split(batch_id, parts, refused, **fates)
        lane = self.lanes[batch.lane]
        lane[:1] = [[None, part, 0.0] for part in parts]
        for fate, lines in fates.items():
            self.fates[fate] += lines
        self.fates["quarantined"] += len(refused)
        self.learn_numbers(batch.lane)

    @rule(share=st.floats(0, 1))
    def make_room(self, share):
        bound = int(share * sum(len(row[1].body) for lane in self.lanes.values() for row in lane))
        given_up = self.state.spool.make_room(bound)
        for batch in given_up:
            lane = self.lanes[Lane.LIVE] or self.lanes[Lane.HISTORY]
            row = lane.pop(0)
            assert (batch.id, batch.body) == (row[0], row[1].body)
            self.fates["given_up"] += batch.lines
        assert self.state.spool.stats().bytes <= bound

    @rule()
    def restart(self):
        directory = self.root / str(self.openings)
        self.state.close()
        self.state = StateFile.open(directory, hold=True)
        assert not self.state.salvaged

    @rule(lane=st.sampled_from(Lane))
    def crash(self, lane):
        """What the disk holds at an instant inside a transaction is all that is left."""
        here, there = self.root / str(self.openings), self.root / str(self.openings + 1)
        there.mkdir()
        try:
            with self.state.transaction():
                self.state.spool.append(self.make(lane, 3))
                if self.head:
                    self.state.spool.settle(self.head[0])
                for tail in ("", "-wal"):
                    if (here / f"{NAME}{tail}").exists():
                        shutil.copy(here / f"{NAME}{tail}", there / f"{NAME}{tail}")
                raise InterruptedError  # noqa: TRY301  the crash
        except InterruptedError:
            self.state.close()
        self.openings += 1
        self.state = StateFile.open(there, hold=True)
        assert not self.state.salvaged

    def learn_numbers(self, lane):
        rows = self.state._database.rows(
            "SELECT id FROM spool WHERE lane = ? ORDER BY place, sub", (lane.value,)
        )
        for row, (batch_id,) in zip(self.lanes[lane], rows, strict=True):
            row[0] = batch_id

    @invariant()
    def agrees(self):
        everything = [row for lane in self.lanes.values() for row in lane]
        balance = self.state.spool.balance()
        assert {fate: getattr(balance, fate) for fate in self.fates} == self.fates
        assert balance.missing == 0
        stats = self.state.spool.stats()
        assert stats.batches == len(everything)
        assert stats.lines == balance.pending == sum(row[1].lines for row in everything)
        assert stats.bytes == sum(len(row[1].body) for row in everything)
        assert self.state.quarantine.count() == self.fates["quarantined"]
        if not self.head:
            assert self.state.spool.oldest() is None
            assert self.state.spool.due_at() is None
            return
        batch_id, batch, not_before = self.head
        found = self.state.spool.oldest(not_before)
        assert found is not None
        assert (found.id, found.body, found.lines) == (batch_id, batch.body, batch.lines)
        assert self.state.spool.due_at() == not_before
        if not_before:
            assert self.state.spool.oldest(math.nextafter(not_before, 0.0)) is None


SpoolMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_the_spool_is_a_list_that_survives = SpoolMachine.TestCase


def test_live_goes_first_and_each_lane_in_its_order(state):
    """Batches come live before history, and in each lane as they were fetched."""
    batches = [_batch(str(n), Lane.HISTORY if n % 2 else Lane.LIVE) for n in range(6)]
    for batch in batches:
        state.spool.append(batch)
    assert _drained(state) == [batches[n].body for n in (0, 2, 4, 1, 3, 5)]


def test_a_postponed_batch_blocks_what_came_after_it(state):
    """While the live head waits, neither the next live batch nor history passes it."""
    first = state.spool.append(_batch("a"))
    state.spool.append(_batch("b"))
    state.spool.append(_batch("c", Lane.HISTORY))
    state.spool.postpone(first, 100.0, "connection refused")
    assert state.spool.oldest(99.0) is None
    assert state.spool.due_at() == 100.0
    head = state.spool.oldest(100.0)
    assert head is not None
    assert (head.id, head.tries, head.reason) == (first, 1, "connection refused")
    waiting = state.spool.head()
    assert waiting is not None
    assert (waiting.id, waiting.tries, waiting.body) == (first, 1, b"")


def test_parts_stand_where_the_batch_stood(state):
    """Halves of halves keep the order of their lines, before all that was fetched later."""
    first = state.spool.append(_batch("whole", lines=4))
    state.spool.append(_batch("after"))
    state.spool.split(first, [_batch("left", lines=2), _batch("right", lines=2)])
    left = state.spool.oldest()
    assert left is not None
    state.spool.split(left.id, [_batch("left-1"), _batch("left-2")])
    parts = [_batch("left-1"), _batch("left-2"), _batch("right", lines=2), _batch("after")]
    assert _drained(state) == [part.body for part in parts]


def test_parts_stay_in_the_lane_of_the_batch(state):
    """A part cannot leave its lane, whatever it says of itself."""
    first = state.spool.append(_batch("a", Lane.HISTORY))
    state.spool.split(first, [_batch("b", Lane.LIVE)])
    found = state.spool.oldest()
    assert found is not None
    assert found.lane is Lane.HISTORY


@pytest.mark.parametrize("fates", [{}, {"settled": 1}, {"expired": 3}, {"settled": 1, "expired": 2}])
def test_no_line_is_lost_or_invented_by_a_split(state, fates):
    """A split whose parts do not add up is refused and changes nothing."""
    first = state.spool.append(_batch("a", lines=5))
    with pytest.raises(ValueError, match="5 lines"):
        state.spool.split(first, [_batch("b", lines=2)], [_rejected()], **fates)
    assert state.quarantine.count() == 0
    assert _drained(state) == [_batch("a", lines=5).body]


def test_a_batch_given_up_while_it_was_sent_is_no_error(state):
    """Settling, postponing or splitting a batch that is gone changes nothing and says so."""
    first = state.spool.append(_batch("a", lines=2))
    assert [batch.id for batch in state.spool.make_room(0)] == [first]
    before = state.spool.balance()
    assert not state.spool.settle(first)
    assert not state.spool.postpone(first, 5.0, "down")
    assert not state.spool.split(first, [_batch("b", lines=2)])
    assert state.spool.balance() == before
    assert (before.given_up, before.missing) == (2, 0)


def test_room_costs_live_first_and_spares_what_cannot_be_fetched_again(state):
    """The oldest live goes first, then history, and last the live rows of which there is no history."""
    for name, lane, interface in (
        ("alarm", Lane.LIVE, "alarms"),
        ("old", Lane.LIVE, "live"),
        ("past", Lane.HISTORY, "history"),
        ("new", Lane.LIVE, "live"),
    ):
        state.spool.append(_batch(name, lane, interface=interface, size=1000))

    def next_out(bound):
        return [
            gzip.decompress(b.body).split(b"=")[1][:5]
            for b in state.spool.make_room(bound, refetchable={"live"})
        ]

    assert next_out(4000) == []
    assert next_out(3999) == [b"old,n"]
    assert next_out(1000) == [b"new,n", b"past,"]
    assert next_out(999) == [b"alarm"]


def test_room_is_made_in_bounded_steps(state):
    """However much is too much, one call gives up at most 64 batches, and repeated calls make the room."""
    with state.transaction():
        for n in range(GIVEN_UP_AT_ONCE + 10):
            state.spool.append(_batch(str(n), size=100))
    assert len(state.spool.make_room(0)) == GIVEN_UP_AT_ONCE
    assert len(state.spool.make_room(0)) == 10
    assert state.spool.make_room(0) == []


def test_a_damaged_body_does_not_stop_the_rest(state):
    """A body that has changed on the disk is passed over, counted, and the next batch goes."""
    first = state.spool.append(_batch("a", lines=3))
    state.spool.append(_batch("b"))
    state._database.execute("UPDATE spool_body SET body = zeroblob(40) WHERE id = ?", (first,))
    assert _drained(state) == [_batch("b").body]
    balance = state.spool.balance()
    assert (balance.damaged, balance.settled, balance.missing) == (3, 1, 0)


def test_the_balance_is_kept_for_each_account(state):
    """Counts of one account leave out the other's; without a name they are all."""
    state.spool.append(_batch("a", lines=3))
    state.spool.append(replace(_batch("b", lines=2), account="other"))
    assert state.spool.balance("home").landed == state.spool.stats("home").lines == 3
    assert state.spool.balance("other").pending == 2
    assert state.spool.balance().landed == 5


def test_a_body_is_never_shown(state):
    """A batch can be logged without its body."""
    state.spool.append(_batch("a"))
    assert "body" not in repr(state.spool.oldest())


def test_what_was_settled_later_covers_a_rejected_line(state):
    """A rejected line is not for replay once a later answer of the same identity was confirmed."""
    line = b"m,p=a,n=0 v=x 5"
    first = state.spool.append(_batch("a", lines=2, fetched_at=1.0))
    later = state.spool.append(_batch("a", fetched_at=2.0))
    state.spool.split(first, [], [_rejected(line, fetched_at=1.0), _rejected(b"m,p=z v=x 5", fetched_at=1.0)])
    assert len(state.quarantine.replayable()) == 2
    state.spool.settle(later)
    assert [r.line for r in state.quarantine.replayable()] == [b"m,p=z v=x 5"]
    assert [r.covered for r in state.quarantine.list()] == [True, False]


def test_lines_settled_by_a_split_cover_too(state):
    """Where the sink stored the good lines of a batch at once, they cover what was rejected before."""
    state.quarantine.add(_rejected(b"m,p=a,n=0 v=x 5", fetched_at=1.0))
    later = state.spool.append(_batch("a", lines=2, fetched_at=2.0))
    state.spool.split(later, [], [_rejected(b"m,p=a,n=1 v=x 5", fetched_at=2.0)], settled=1)
    assert [r.line for r in state.quarantine.replayable()] == [b"m,p=a,n=1 v=x 5"]


def test_what_was_fetched_before_does_not_cover(state):
    """A line fetched earlier than the rejected one, though written later, leaves it for replay."""
    state.quarantine.add(_rejected(b"m,p=a,n=0 v=x 5", fetched_at=3.0))
    for fetched_at in (2.0, 3.0):
        state.spool.settle(state.spool.append(_batch("a", fetched_at=fetched_at)))
    assert len(state.quarantine.replayable()) == 1
    state.spool.settle(state.spool.append(replace(_batch("a", fetched_at=4.0), body=b"no gzip")))
    assert len(state.quarantine.replayable()) == 1
    state.spool.settle(state.spool.append(_batch("a", fetched_at=4.0)))
    assert state.quarantine.replayable() == []
