from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.coverage import Held
from collector.errors import StateError
from collector.model import Device, Plant
from collector.store import Rejected, Session, StateFile, StoredAlarm, quarantine, raw_answers
from collector.store.quarantine import identity

PLANT = Plant("home", "fusionsolar", "x-1", "1", "Dach „Süd“", 9.9, 48.1, 11.5, "2020-01-01T00:00:00+02:00")
DEVICE = Device("home", "fusionsolar", "x-1", "1", "x-7", "7", 1, "inverter", "WR 1", "SN1", missed=1)


def test_a_token_is_never_shown(state):
    """A session's token is in the file and in no representation of it."""
    state.sessions.put("home", Session("very-secret", 1.0, 2.0))
    found = state.sessions.get("home")
    assert found is not None
    assert found.token == "very-secret"
    assert "very-secret" not in f"{found!r} {found}"


def test_a_session_survives_and_fixed_survives_the_session(state_dir):
    """The session comes back after a restart; that it is fixed outlives it."""
    with StateFile.open(state_dir) as state:
        state.sessions.put("home", Session("t", 1.0, 2.0, fixed=True))
        state.sessions.put("other", Session("u", 1.0, 2.0))
    with StateFile.open(state_dir) as state:
        assert state.sessions.get("home") == Session("t", 1.0, 2.0, fixed=True)
        assert state.sessions.get("other") == Session("u", 1.0, 2.0, fixed=False)
        state.sessions.touch("home", 9.0)
        state.sessions.touch("home", 8.0)
        assert state.sessions.get("home") == Session("t", 1.0, 9.0, fixed=True)
        assert state.sessions.drop("home")
        assert state.sessions.get("home") is None
        assert state.sessions.is_fixed("home")
        state.sessions.put("home", Session("v", 3.0, 3.0))
        assert state.sessions.get("home") == Session("v", 3.0, 3.0, fixed=True)


def test_another_process_new_session_is_not_dropped(state):
    """Dropping the token that was refused leaves a newer one alone."""
    state.sessions.put("home", Session("new", 1.0, 1.0))
    assert not state.sessions.drop("home", "old")
    assert state.sessions.get("home") is not None
    assert state.sessions.drop("home", "new")


def test_the_inventory_is_replaced_as_a_whole(state):
    """Plants and devices come back as they were saved, each save replaces all of the account and is a version."""
    other = Plant("home", "fusionsolar", "x-2", "2", "B")
    assert state.inventory.version("home") == 0
    state.inventory.save_plants("home", [other, PLANT])
    state.inventory.save_devices("home", [DEVICE])
    state.inventory.save_plants("away", [other])
    assert state.inventory.plants("home") == [other, PLANT]
    assert state.inventory.devices("home") == [DEVICE]
    assert state.inventory.version("home") == 2
    state.inventory.save_plants("home", [PLANT])
    assert state.inventory.plants("home") == [PLANT]
    assert state.inventory.plants("away") == [other]
    assert (state.inventory.version("home"), state.inventory.version("away")) == (3, 1)


def test_a_damaged_member_does_not_hide_the_rest(state):
    """A plant whose row cannot be read is left out until the next reading."""
    state.inventory.save_plants("home", [PLANT, PLANT])
    state._database.execute("UPDATE inventory SET doc = '{\"a' WHERE place = 0")
    assert state.inventory.plants("home") == [PLANT]


def test_news_are_bounded(state):
    """The newest 1 000 lines of an account are kept, in order."""
    with state.transaction():
        for n in range(1010):
            state.inventory.tell("home", float(n), f"line {n}")
        state.inventory.tell("away", 1.0, "x")
    assert state.inventory.news("home") == [(float(n), f"line {n}") for n in range(10, 1010)]
    assert state.inventory.news("home", 1008.0) == [(1008.0, "line 1008"), (1009.0, "line 1009")]
    assert state.inventory.news("away") == [(1.0, "x")]


def test_coverage_is_what_was_last_put(state):
    """An entry of the same interface, member and period replaces; forgetting makes all periods missing."""
    held = [Held("i", m, p, False, 1.0, 1, 0) for m in "ab" for p in ("2026-11", "2026-10")]
    state.coverage.put("home", held)
    state.coverage.put("away", held[:1])
    newer = Held("i", "a", "2026-11", True, 2.0, 2, 30)
    state.coverage.put("home", [newer])
    assert set(state.coverage.load("home")) == {newer, *held[1:]}
    state.coverage.forget("home", "i", ["a"])
    assert set(state.coverage.load("home")) == set(held[2:])
    state.coverage.forget("home", "j", ["b"])
    assert state.coverage.load("away") == held[:1]


VALUES = st.dictionaries(st.sampled_from("xyz"), st.floats(allow_nan=False, allow_infinity=False), max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 9), VALUES), min_size=1, max_size=8))
def test_the_newest_values_are_those_of_the_last_stamp(offers):
    """A later stamp replaces, the same stamp merges with the last fetched on top, an earlier one is ignored."""
    held: tuple[int, float, dict[str, float]] | None = None
    with StateFile.in_memory() as state:
        for time_ns, fetched_at, fields in offers:
            state.newest.put([("d", "live", time_ns, fetched_at, fields), ("d", "day", 7, 1.0, {"q": 1.0})])
            if held is None or time_ns > held[0]:
                held = (time_ns, fetched_at, fields)
            elif time_ns == held[0]:
                merged = {**held[2], **fields} if fetched_at >= held[1] else {**fields, **held[2]}
                held = (time_ns, max(fetched_at, held[1]), merged)
        found = state.newest.of("d")
        assert (found["live"].time_ns, found["live"].fetched_at, found["live"].fields) == held
        assert state.newest.all() == {("d", kind): row for kind, row in found.items()}
        assert found["day"].fields == {"q": 1.0}


def test_strings_once_shown_stay_shown(state):
    """String numbers add up by device and are forgotten with it."""
    state.newest.add_strings("d", {1, 2})
    state.newest.add_strings("d", {2, 3})
    state.newest.add_strings("e", {1})
    assert state.newest.strings_shown() == {"d": frozenset({1, 2, 3}), "e": frozenset({1})}
    state.newest.put([("d", "live", 1, 1.0, {})])
    state.newest.forget("d")
    assert state.newest.strings_shown() == {"e": frozenset({1})}
    assert state.newest.of("d") == {}


def test_alarms_are_open_until_closed(state):
    """One alarm a key and moment; closing one leaves the same alarm raised at another moment."""
    first = StoredAlarm("k", "x-1", 1000, {"name": "Arc", "severity": 2, "active": True})
    again = StoredAlarm("k", "x-1", 2000, {"name": "Arc"})
    other = StoredAlarm("l", "x-2", 500, {})
    state.alarms.put("home", [first, again, other])
    state.alarms.put("home", [again])
    assert state.alarms.open("home") == [other, first, again]
    assert state.alarms.active("home") == {"x-1": 2, "x-2": 1}
    state.alarms.close("home", [("k", 1000), ("gone", 1)])
    assert state.alarms.open("home") == [other, again]
    assert state.alarms.open("away") == []


def test_a_fact_keeps_its_beginning(state):
    """The same fact seen again keeps its `since`; another value begins anew and is told once."""
    assert state.facts.put("home", "denied", "1", "20056", 10.0)
    assert not state.facts.put("home", "denied", "1", "20056", 20.0)
    fact = state.facts.get("home", "denied", "1")
    assert fact is not None
    assert (fact.since, fact.checked) == (10.0, 20.0)
    assert state.facts.put("home", "denied", "1", "401", 30.0)
    fact = state.facts.get("home", "denied", "1")
    assert fact is not None
    assert (fact.value, fact.since, fact.checked) == ("401", 30.0, 30.0)
    state.facts.put("home", "other", "1", "x", 1.0)
    state.facts.put("away", "denied", "2", "x", 1.0)
    assert [f.account for f in state.facts.all(kind="denied")] == ["away", "home"]
    assert [f.kind for f in state.facts.all("home")] == ["denied", "other"]
    assert len(state.facts.all()) == 3
    assert state.facts.drop("home", "denied", "1")
    assert not state.facts.drop("home", "denied", "1")
    assert state.facts.get("home", "denied", "1") is None


def test_raw_answers_are_bounded(state, monkeypatch):
    """At most so many answers and bytes are kept, the oldest go first, and the rest come back whole."""
    monkeypatch.setattr(raw_answers, "MOST", 5)
    monkeypatch.setattr(raw_answers, "MOST_BYTES", 10_000)
    for n in range(8):
        state.answers.keep("home", "i", float(n), "no JSON", b"answer %d" % n)
    assert [answer.at for answer in state.answers.list()] == [3.0, 4.0, 5.0, 6.0, 7.0]
    big = os.urandom(9_980)
    last = state.answers.keep("home", "i", 9.0, "no JSON", big)
    assert [answer.at for answer in state.answers.list()] == [9.0]
    assert state.answers.get(last).body == big
    assert state.answers.list()[0].size == len(big)
    assert "body" not in repr(state.answers.get(last))
    assert state.answers.remove(last)
    with pytest.raises(KeyError):
        state.answers.get(last)


def test_a_damaged_raw_answer_is_named(state):
    """A kept answer that cannot be unpacked raises instead of coming back wrong."""
    kept = state.answers.keep("home", "i", 1.0, "no JSON", b"answer")
    state._database.execute("UPDATE answer SET body = x'00'")
    with pytest.raises(StateError, match="damaged"):
        state.answers.get(kept)


def test_counters_add_up_over_restarts(state_dir):
    """Counts are sums by account and name, and survive."""
    for _ in range(2):
        with StateFile.open(state_dir) as state:
            state.counters.add("home", "sentinels", 3)
            state.counters.add("home", "unreadable")
            state.counters.add("away", "sentinels", 0)
    with StateFile.open(state_dir) as state:
        assert state.counters.of("home") == {"sentinels": 6, "unreadable": 2}
        assert state.counters.all() == {"home": {"sentinels": 6, "unreadable": 2}}


def test_the_quarantine_is_bounded_and_counts_what_it_drops(state, monkeypatch):
    """Beyond its bound the oldest rejected line goes, and the loss is a count."""
    monkeypatch.setattr(quarantine, "MOST", 3)
    ids = [state.quarantine.add(Rejected(b"m v=%d 1" % n, "r", "s", 1.0, 2.0, "home", "i")) for n in range(5)]
    assert [rejected.id for rejected in state.quarantine.list()] == ids[2:]
    assert state.counters.of("home") == {"quarantine_dropped": 2}
    found = state.quarantine.get(ids[4])
    assert found == Rejected(b"m v=4 1", "r", "s", 1.0, 2.0, "home", "i", covered=False, id=ids[4])
    assert [rejected.id for rejected in state.quarantine.list(1)] == ids[2:3]
    assert state.quarantine.remove(ids[4])
    assert not state.quarantine.remove(ids[4])
    with pytest.raises(KeyError):
        state.quarantine.get(ids[4])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"m,a=1 x=1 5", b"m,a=1 5"),
        (b'm,a=b\\ c x="d e",y=2 5', b"m,a=b\\ c 5"),
        (b"m,a=1 x=1", b"m,a=1 x=1"),
        (b"rubbish", b"rubbish"),
        (b"", b""),
    ],
)
def test_an_identity_is_measurement_tags_and_time(line, name):
    """Fields play no part in what a line is about, escaped spaces do not end its tags."""
    assert identity(line) == name
