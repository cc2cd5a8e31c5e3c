from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from living import DAY_S, Living, fleet

START = datetime(2026, 11, 20, 6, tzinfo=UTC).timestamp()
ZONE = "Europe/Berlin"
KPI = (38, 47)


def _living(**config) -> Living:
    return Living(fleet([ZONE], {38: 1, 47: 1}, START, 4), START, **config)


def _wrong(living: Living) -> list[str]:
    return [
        f"{device.name} {words}"
        for device in living.fleet.devices
        for words in living.wrong_days(device, living.clock.now())
    ]


async def test_history_before_the_first_start_is_complete() -> None:
    """All days since the plant was connected are stored, but for the holes that the cloud lists; coverage says the same."""
    living = _living()
    await living.live(1.5 * DAY_S)
    assert _wrong(living) == []
    assert living.cloud.journal.refused == 0
    assert not living.cloud.journal.violations


async def test_a_stopped_collector_leaves_no_gap() -> None:
    """Eight hours without a collector in the middle of a day: two days later every row of them is there."""
    living = _living()
    await living.live(3 * 3600)
    living.clock.advance_to(living.clock.now() + 8 * 3600)
    await living.live(2.5 * DAY_S)
    assert _wrong(living) == []
    live = living.database.rows("pv_plant")
    assert not [t for t in live if START + 3 * 3600 + 600 < t / 1000 < START + 11 * 3600 - 600]


async def test_a_database_that_is_down_for_a_day_loses_nothing() -> None:
    """A sink that takes nothing for 24 hours gets everything afterwards, live rows too."""
    living = _living()
    async with living.collector() as virtual:
        await virtual.run_until(START + 3 * 3600)
        living.database.down = True
        await virtual.run_until(START + 27 * 3600)
        living.database.down = False
        await virtual.run_until(START + 3 * DAY_S)
    assert _wrong(living) == []
    live = sorted(living.database.rows("pv_plant"))
    gaps = [b - a for a, b in pairwise(live)]
    assert max(gaps) <= 600_000


@pytest.mark.parametrize("how", ["403", "html", "hang"])
async def test_a_vendor_that_is_down_leaves_no_gap(how: str) -> None:
    """Six hours of refusals, web pages or silence: afterwards every row of them is there."""
    living = _living()
    async with living.collector() as virtual:
        await virtual.run_until(START + 2 * 3600)
        living.cloud.down = how  # type: ignore[assignment]
        await virtual.run_until(START + 8 * 3600)
        living.cloud.down = None
        await virtual.run_until(START + 2.5 * DAY_S + 7200)
    assert _wrong(living) == []
    assert living.cloud.journal.refused == 0


async def test_what_drains_late_never_overwrites_what_history_corrected() -> None:
    """Live values that waited for the database while history was fetched are written before it: the correction stays."""
    living = _living()
    truth = living.cloud.truth
    true_row = truth.device_row

    def wrong_row(device, slot_ms: int, interface: str = "getDevHistoryKpi"):
        row = dict(true_row(device, slot_ms, interface))
        return row | {"active_power": 999.0} if row.get("active_power") is not None else row

    truth.device_row = wrong_row  # type: ignore[method-assign]
    async with living.collector() as virtual:
        await virtual.run_until(START + 3600)
        assert 999.0 in {r.get("active_power_kw") for r in living.database.rows("pv_inverter").values()}
        living.database.down = True
        await virtual.run_until(START + 1.9 * DAY_S)
        assert living.state.spool.stats().lines > 0
        living.database.down = False
        await virtual.run_until(START + 3 * DAY_S)
    assert _wrong(living) == []


async def test_what_the_spool_gave_up_is_fetched_again() -> None:
    """A spool too small for a long outage gives history up and fetches it again: in the end nothing is missing."""
    living = _living()
    async with living.collector() as virtual:
        await virtual.run_until(START + 600)
        living.database.down = True
        assert living.app is not None
        living.app.drain._max_bytes = 60_000
        await virtual.run_until(START + 10 * 3600)
        assert living.state.spool.balance().given_up > 0
        living.app.drain._max_bytes = 2**30
        living.database.down = False
        await virtual.run_until(START + 3 * DAY_S)
    assert _wrong(living) == []


async def test_without_the_older_interface_the_newer_brings_everything() -> None:
    """A cloud that has getDevFiveMinutes no more: it is tried once a day, tells of no fault, and history is whole."""
    living = Living(
        fleet([ZONE], {38: 1, 47: 1}, START, 4),
        START,
        switches=frozenset({"history_holes", "meter_w", "denied_interface:getDevFiveMinutes"}),
    )
    await living.live(2.5 * DAY_S)
    assert _wrong(living) == []
    assert len([1 for _, name in living.sent if name == "getDevFiveMinutes"]) <= 3
    assert not living.state.facts.all("home", "fault")


async def test_the_past_survives_a_restart_and_goes_on() -> None:
    """Killed again and again, the collector reads no complete day twice and leaves none out."""
    living = _living()
    for _ in range(6):
        await living.live(6 * 3600)
    assert _wrong(living) == []
    asked = [t for t, name in living.sent if name == "getDevHistoryKpi"]
    assert len(asked) <= 12


async def test_where_the_vendors_memory_ends_costs_a_few_calls() -> None:
    """Older than a year is refused with 20026: a few calls find where, in a batch of many zones too; then no call is refused."""
    zones = ["Pacific/Honolulu", ZONE, "Asia/Kolkata", "Pacific/Auckland"]
    cloud_fleet = fleet(zones, {38: 1}, START, 400)
    names = ["getDevHistoryKpi", "getKpiStationYear"]
    living = Living(
        cloud_fleet,
        START,
        zones={p.code: p.place.zone for p in cloud_fleet.plants},
        interfaces=names,
        hollow=True,
        limits={"getDevHistoryKpi": {"calls": 200}},
        generous=0,
    )
    living.cloud.truth.history_step_ms = 12 * 3_600_000
    await living.live(1.5 * DAY_S)
    calls = [e for e in living.cloud.journal.entries if e.interface == "getDevHistoryKpi"]
    refused = [e for e in calls if e.failCode == 20026]
    assert 1 <= len(refused) <= 6
    assert len(calls) > 150
    reach = living.state.facts.get("home", "reach", "getDevHistoryKpi")
    assert reach is not None
    age = datetime.fromtimestamp(START, UTC).date() - date.fromisoformat(reach.value)
    assert 360 <= age.days <= 366
    account = living.fresh()
    interface = account.vendor.interfaces["getDevHistoryKpi"]
    for batch in account.batches(interface):
        for member in batch.members:
            runs = account.past.of(interface, member)
            low, high = date.fromisoformat(reach.value).toordinal(), date(2026, 11, 18).toordinal()
            assert runs.newest_missing(low, high) is None
