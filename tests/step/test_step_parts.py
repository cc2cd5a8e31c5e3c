from __future__ import annotations

import zlib
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from step_cloud import NOON

from collector.clock import VirtualClock
from collector.model import Answer, Batch, Call, Plant
from collector.packing import pack, unpack
from collector.step.claims import Claims
from collector.step.faults import Faults
from collector.step.landing import date_ms
from collector.step.listing import Listing
from collector.step.permissions import Permissions
from collector.step.resting import Resting
from collector.store import StateFile
from collector.vendors import PlantPage
from collector.virtual import Virtual


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40).filter(lambda b: b"\n" not in b), min_size=1, max_size=50))
def test_what_was_packed_is_unpacked(lines: list[bytes]) -> None:
    """Lines come back from a batch as they went in, and any gzip reader can read it."""
    assert unpack(pack(lines)) == lines
    assert zlib.decompress(pack(lines), 31) == b"\n".join(lines)


def test_half_a_batch_is_no_batch() -> None:
    """Bytes cut short are an error, not fewer lines."""
    with pytest.raises(zlib.error):
        unpack(pack([b"a", b"b"])[:-9])


def test_the_first_account_of_the_file_owns_a_shared_plant() -> None:
    """Whoever lists it first, the plant belongs to the account that stands first; nobody's plant has no owner."""
    claims = Claims()
    claims.register("one")
    claims.register("two")
    claims.list_plants("two", ["P", "Q"])
    assert claims.owner("P") == "two"
    version = claims.version
    claims.list_plants("one", ["P"])
    assert (claims.owner("P"), claims.owner("Q"), claims.owner("R")) == ("one", "two", "")
    assert claims.version > version
    claims.list_plants("one", [])
    assert claims.owner("P") == "two"


def test_a_fault_is_told_once_and_so_is_its_end() -> None:
    """A fault that holds is silent, over a restart too; other words and the end are told."""
    told: list[tuple[str, str]] = []
    state = StateFile.in_memory()

    def faults() -> Faults:
        return Faults("home", state, lambda _, event, words: told.append((event, words)), VirtualClock(9.0))

    faults().begin("login", "wrong password", 1.0)
    first = faults()
    first.begin("login", "wrong password", 2.0)
    assert first.holds("login")
    assert first.open()[0].since == 1.0
    first.begin("login", "locked", 3.0)
    first.end("login")
    first.end("login")
    assert told == [
        ("login failed", "wrong password"),
        ("login failed", "locked"),
        ("login works again", ""),
    ]
    assert faults().open() == []


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 100), data=st.data())
def test_bisection_finds_exactly_those_at_fault(size: int, data: st.DataObject) -> None:
    """However many members are at fault, each is found, no other is, and no more calls are made than halving needs."""
    members = tuple(f"P{n}" for n in range(size))
    bad = data.draw(st.sets(st.sampled_from(members), min_size=1, max_size=4))
    state = StateFile.in_memory()
    permissions = Permissions("home", state)
    asked, found = 1, set(permissions.suspect("x", Batch(members), "20056", NOON))
    while permissions._suspects["x"]:
        batch = permissions.next_apart("x", NOON)[0]
        asked += 1
        if bad.isdisjoint(batch.members):
            assert permissions.acquit("x", batch) == ()
        else:
            found |= set(permissions.suspect("x", batch, "20056", NOON))
    assert found == bad
    assert permissions.set_apart("x") == bad
    assert asked <= 1 + 2 * len(bad) * (size - 1).bit_length()
    assert Permissions("home", state).set_apart("x") == bad
    state.close()


def test_a_denied_member_is_tried_again_daily() -> None:
    """A denied member is asked about alone after a day, one an hour; a second refusal starts its day anew."""
    permissions = Permissions("home", StateFile.in_memory())
    for member in ("a", "b"):
        permissions.suspect("x", Batch((member,)), "20056", NOON)
    assert permissions.next_apart("x", NOON + 86_000) == []
    day = NOON + 86_400
    first = permissions.next_apart("x", day)
    assert [len(b.members) for b in first] == [1]
    assert permissions.next_apart("x", day + 60) == []
    permissions.suspect("x", first[0], "20056", day)
    second = permissions.next_apart("x", day + 3600)
    assert second != first
    assert permissions.acquit("x", second[0]) == second[0].members
    assert permissions.next_apart("x", day + 7200) == []
    permissions.forget(first[0].members)
    assert permissions.set_apart("x") == frozenset()


def test_what_is_of_no_use_rests_ever_longer() -> None:
    """The pause doubles up to six times the first; an answer of use forgets it."""
    resting, call = Resting(), Call("home", "x", Batch(("P",)), "now")
    pauses = []
    for _ in range(5):
        resting.pass_over(call, NOON, 300.0)
        pauses.append(resting.of("x")[call.batch, "now"] - NOON)
    assert pauses == [300, 600, 1200, 1800, 1800]
    resting.answered(call)
    assert resting.of("x") == {}
    resting.pass_over(call, NOON, 300.0)
    assert resting.of("x")[call.batch, "now"] == NOON + 300
    resting.pass_over(Call("home", "x", Batch(("Q",)), "now"), NOON + 10 * 86_400, 300.0)
    assert len(resting.of("x")) == 1


def test_pages_count_in_their_order_only() -> None:
    """A page out of turn throws the list away; the last page completes it; a plant on two pages is one."""
    listing = Listing()

    def page(number: int, *codes: str) -> PlantPage:
        return PlantPage(tuple(Plant("home", "v", c, c, c) for c in codes), number, 2)

    assert not listing.add(page(1, "a", "b"))
    assert listing.next_page == 2
    assert listing.add(page(2, "b", "c"))
    assert [p.code for p in listing.plants()] == ["a", "b", "c"]
    assert not listing.add(page(1, "a"))
    assert (listing.next_page, listing.plants()) == (1, [])


class _Pretended:
    """A step that writes down when it was taken."""

    def __init__(self, clock: VirtualClock, every: dict[str, float]) -> None:
        self.clock, self.every, self.taken = clock, every, []
        self.account = self
        self.hook = str

    def interfaces(self):
        return [type("I", (), {"name": n}) for n in self.every]

    async def run(self, name: str) -> float:
        self.taken.append((self.clock.now(), name))
        self.hook(name)
        return self.clock.now() + self.every[name]


async def _nothing() -> None:
    return


async def test_virtual_time_takes_every_step_at_its_moment() -> None:
    """Each step is taken when it is due, in the order of time, none at or after the end, and the clock stands at the end."""
    clock = VirtualClock(0.0)
    step = _Pretended(clock, {"a": 10.0, "b": 25.0})
    virtual = Virtual(clock, [step], _nothing)  # type: ignore[list-item]
    await virtual.run_until(50.0)
    assert step.taken == [(0, "a"), (0, "b"), (10, "a"), (20, "a"), (25, "b"), (30, "a"), (40, "a")]
    assert clock.now() == 50.0


async def test_a_step_that_is_always_due_still_lets_time_pass() -> None:
    """A step that answers "now" cannot hold virtual time still."""
    clock = VirtualClock(0.0)
    step = _Pretended(clock, {"a": 0.0})
    await Virtual(clock, [step], _nothing).run_until(0.05)  # type: ignore[list-item]
    assert len(step.taken) <= 60


async def test_waking_lets_all_ask_now_but_doubles_none() -> None:
    """A wake inside a step moves the others to the present and starts no second step of the one that runs."""
    clock = VirtualClock(0.0)
    step = _Pretended(clock, {"a": 1000.0, "b": 1000.0})
    virtual = Virtual(clock, [step], _nothing)  # type: ignore[list-item]
    await virtual.run_until(100.0)
    step.hook = lambda name: virtual.wake() if name == "a" else None
    virtual.wake()
    await virtual.run_until(999.0)
    assert step.taken == [(0, "a"), (0, "b"), (100, "a"), (100, "b")]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="latin-1"), max_size=30) | st.datetimes().map(format_datetime))
def test_any_date_header_is_a_moment_or_none(told: str) -> None:
    """A header that is no date is no time at all, and never an error."""
    moment = date_ms(Answer(200, {"date": told}, b"", 0.0, 0.0))
    assert moment is None or isinstance(moment, int)


def test_a_date_header_is_read_as_utc() -> None:
    """A date without a zone of its own is UTC, not the container's time."""
    for told in ("Fri, 20 Nov 2026 12:00:00 GMT", "Fri, 20 Nov 2026 12:00:00 -0000"):
        assert date_ms(Answer(200, {"date": told}, b"", 0.0, 0.0)) == NOON * 1000
    assert date_ms(Answer(200, {}, b"", 0.0, 0.0)) is None
