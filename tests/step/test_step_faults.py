from __future__ import annotations

from typing import TYPE_CHECKING, Any

from step_cloud import NOON, refused

from collector.clock import VirtualClock
from collector.lineprotocol import parse_all
from collector.packing import unpack
from collector.step.faults import Faults
from collector.store import StateFile

if TYPE_CHECKING:
    from step_cloud import Cloud, Home

LIVE = "getStationRealKpi"


def _faults(home: Home) -> list[tuple[str, str, float, Any, int]]:
    """Return account, subject, active, words and time of every fault row in the spool."""
    return [
        (
            dict(p.tags)["account"],
            dict(p.tags)["subject"],
            p.fields["active"],  # type: ignore[misc]
            p.fields["words"],
            p.time_ns,
        )
        for p in home.points()
        if p.measurement == "collector_fault"
    ]


async def test_a_fault_leaves_one_row_where_it_begins_and_one_where_it_ends(home: Home, cloud: Cloud) -> None:
    """A refusal begins a fault of the interface, which a second one does not repeat; the next good answer ends it."""
    await home.settle()
    home.points()
    cloud.next(LIVE, refused(20200), refused(20200))
    began = home.clock.now()
    await home.run(LIVE)
    home.wait(4000)
    await home.run(LIVE)
    ((account, subject, active, words, at),) = _faults(home)
    assert (account, subject, active) == ("home", LIVE, 1.0)
    assert words
    assert began <= at / 1e9 <= began + 1
    home.wait(40_000)
    ended = home.clock.now()
    await home.run(LIVE)
    ((_, subject, active, last_words, at),) = _faults(home)
    assert (subject, active, last_words) == (LIVE, 0.0, words)
    assert ended <= at / 1e9 <= ended + 1


def test_a_fault_that_holds_over_a_restart_is_not_written_again() -> None:
    """The rows tell changes: a restart is none, other words are one, and an end that was told is not told again."""
    state = StateFile.in_memory()
    clock = VirtualClock(NOON)
    for words in ("locked", "locked", "wrong password"):
        Faults("home", state, lambda *_: None, clock).begin("login", words, clock.now())
        clock.advance_to(clock.now() + 60)
    for _ in range(2):
        Faults("home", state, lambda *_: None, clock).end("login")
    rows = []
    while (batch := state.spool.oldest()) is not None:
        rows += [(p.fields["active"], p.fields["words"]) for p in parse_all(b"\n".join(unpack(batch.body)))]
        state.spool.settle(batch.id)
    assert rows == [(1.0, "locked"), (1.0, "wrong password"), (0.0, "wrong password")]
    state.close()


def test_a_fault_of_nobody_has_no_account() -> None:
    """What concerns all accounts is written without the tag, since an empty tag cannot be."""
    state = StateFile.in_memory()
    Faults("", state, lambda *_: None, VirtualClock(NOON)).begin("sink", "gone", NOON)
    batch = state.spool.oldest()
    assert batch is not None
    (point,) = parse_all(b"\n".join(unpack(batch.body)))
    assert point.tags == (("subject", "sink"),)
    state.close()


async def test_access_is_written_at_the_moment_it_changes(home: Home, cloud: Cloud) -> None:
    """A plant whose owner withdraws access gets an info row at once, and another when it may be read again; its neighbour none."""
    await home.settle()
    home.points()
    cloud.always[LIVE] = lambda body: refused(20056) if "B" in body["stationCodes"].split(",") else None
    for _ in range(4):
        home.wait(400)
        await home.run(LIVE)
    rows = [p for p in home.points() if p.measurement == "pv_plant_info"]
    assert [dict(p.tags)["plant_id"] for p in rows] == ["B"]
    assert "since" in str(rows[0].fields["access"])
    assert rows[0].fields["name"] == "Plant B"
    cloud.always.clear()
    home.wait(90_000)
    before = home.clock.now()
    for _ in range(3):
        home.wait(400)
        await home.run(LIVE)
    rows = [p for p in home.points() if p.measurement == "pv_plant_info"]
    assert [(dict(p.tags)["plant_id"], p.fields["access"]) for p in rows] == [("B", "ok")]
    assert rows[0].time_ns / 1e9 >= before
