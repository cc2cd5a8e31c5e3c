from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from step_cloud import NOON, Cloud, Home

from collector.clock import VirtualClock
from collector.errors import StateFull, VendorUnreachable
from collector.store import StateFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIVE = "getStationRealKpi"
HOUR = "getKpiStationHour"


async def test_a_call_is_spent_before_it_is_sent(tmp_path: Path) -> None:
    """At the moment a request goes out another process can already read in the ledger that it is spent."""
    seen: list[int] = []
    cloud = Cloud(VirtualClock(NOON))
    with StateFile.open(tmp_path) as state, StateFile.open(tmp_path) as other:
        home = Home(cloud, state)
        await home.settle()
        cloud.before = lambda: seen.append(other.ledger.used("home", LIVE, 0.0)[0])
        await home.run(LIVE)
    assert seen == [1]


async def test_a_call_lost_to_a_crash_counts_and_is_still_due(home: Home, cloud: Cloud) -> None:
    """Killed between sending and landing: after the restart the call counts to the time-out and window, and is asked again."""
    await home.settle()
    cloud.next(LIVE, asyncio.CancelledError())
    sent_at = home.clock.now()
    with pytest.raises(asyncio.CancelledError):
        await home.run(LIVE)
    home.restart()
    (spend,) = home.state.ledger.recent("home", LIVE, 0.0)
    assert (spend.sent, spend.answered) == (sent_at, None)
    due = await home.run(LIVE)
    assert len(cloud.calls(LIVE)) == 1
    assert due >= sent_at + 60 + 300
    home.clock.advance_to(due)
    await home.run(LIVE)
    assert len(cloud.calls(LIVE)) == 2


async def test_what_never_left_the_machine_is_refunded(home: Home, cloud: Cloud) -> None:
    """A refused connection spends nothing, is tried again within minutes, and leaves no line about a call."""
    await home.settle()
    home.points()
    cloud.next(LIVE, VendorUnreachable("no connection", sent=False))
    due = await home.run(LIVE)
    assert home.state.ledger.used("home", LIVE, 0.0) == (0, 0)
    assert [p.measurement for p in home.points()] == ["collector_fault"]
    assert 60 <= due - home.clock.now() <= 300
    home.clock.advance_to(due)
    await home.run(LIVE)
    assert home.state.ledger.used("home", LIVE, 0.0) == (1, 0)
    assert home.events()["vendor works again"] == 1


async def test_a_time_out_is_spent_for_good(home: Home, cloud: Cloud) -> None:
    """A request that may have arrived counts, although no answer came."""
    await home.settle()
    cloud.next(LIVE, VendorUnreachable("no answer within 60 s"))
    due = await home.run(LIVE)
    assert home.state.ledger.used("home", LIVE, 0.0)[0] == 1
    assert due >= home.clock.now() + 300


async def test_two_processes_never_spend_the_same_call(tmp_path: Path) -> None:
    """A call that another process has just made is seen, and not made again within the window."""
    cloud = Cloud(VirtualClock(NOON))
    with StateFile.open(tmp_path) as first, StateFile.open(tmp_path) as second:
        run, check = Home(cloud, first), Home(cloud, second)
        await run.settle()
        check.account.reload()
        await run.run(LIVE)
        due = await check.run(LIVE)
        assert len(cloud.calls(LIVE)) == 1
        assert due > run.clock.now() + 200
        assert len(cloud.calls("login")) == 1


async def test_a_full_disk_pauses_and_recovers(home: Home, cloud: Cloud) -> None:
    """Nothing is sent that cannot be paid for durably; what could not be kept is asked again; both changes are told once."""
    await home.settle()
    disk = home.state._database.connection
    pages = disk.execute("PRAGMA page_count").fetchone()[0]
    disk.execute(f"PRAGMA max_page_count = {pages}")
    big = {
        "success": True,
        "failCode": 0,
        "params": {"currentTime": int(NOON * 1000)},
        "data": [
            {"stationCode": c, "dataItemMap": {f"key_{n}": n / 7 for n in range(3000)}} for c in ("A", "B")
        ],
    }
    cloud.next(LIVE, big)
    due = await home.run(LIVE)
    assert due == home.clock.now() + 60
    assert home.told[-1][0] == "state failed"
    disk.execute("PRAGMA max_page_count = 1000000")
    told = len(home.told)
    await home.drive(900)
    assert len(cloud.calls(LIVE)) >= 2
    assert [event for event, _ in home.told[told:]] == ["state works again"]
    assert any(p.measurement == "pv_plant" for p in home.points())


async def test_nothing_kept_of_a_failed_landing_is_believed(home: Home, cloud: Cloud) -> None:
    """A day whose rows the disk did not take at the last moment is not closed in memory either: it is asked for again."""
    await home.settle()
    await home.run(HOUR)
    home.wait(4000)
    await home.run(LIVE)  # the session is live again
    transaction = home.state.transaction

    @contextmanager
    def full() -> Iterator[None]:
        with transaction():
            yield
            raise StateFull("the disk is full")

    home.state.transaction = full  # type: ignore[method-assign]
    await home.run(HOUR)
    home.state.transaction = transaction  # type: ignore[method-assign]
    home.wait(4000)
    await home.run(HOUR)
    today, lost, again = (s.body for s in cloud.calls(HOUR))
    assert lost["collectTime"] < today["collectTime"]
    assert again == lost
    assert home.account.held[HOUR]["A"]["2026-11-19"].closed
