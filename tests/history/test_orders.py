from __future__ import annotations

from datetime import UTC, date, datetime

from living import DAY_S, Living, fleet

from collector.step.orders import StoredOrder, leave, waiting

START = datetime(2026, 11, 20, 6, tzinfo=UTC).timestamp()
ORDER = StoredOrder("1", date(2026, 11, 16), date(2026, 11, 17), ("hour", "5min"), since=START)


def _asked(living: Living, interface: str, since: float) -> list[dict]:
    return [e.params for e in living.cloud.journal.entries if e.interface == interface and e.t >= since]


async def test_an_order_is_carried_out_first_once_and_told() -> None:
    """Days that are held already are read once more because somebody ordered it, at once and once only; then the order is gone."""
    living = Living(fleet(["Europe/Berlin"], {38: 1, 47: 1}, START, 5), START)
    async with living.collector() as virtual:
        await virtual.run_until(START + 1.5 * DAY_S)
        account = living.app.accounts["home"]
        before = living.clock.now()
        leave(living.state, "home", ORDER)
        account.past.notice_others()
        account.past.orders.begin()
        assert account.past.orders.stored[0].begun
        assert account.past.orders.left(account.past.orders.stored[0], before).total > 0
        await virtual.run_until(before + 6 * 3600)
        assert waiting(living.state, "home") == []
        await virtual.run_until(before + DAY_S)
    hours = [
        datetime.fromtimestamp(p["collectTime"] / 1000, UTC).date()
        for p in _asked(living, "getKpiStationHour", before)
    ]
    assert [hours.count(date(2026, 11, d)) for d in (16, 17)] == [1, 1]
    news = [text for _, text in living.state.inventory.news("home", before)]
    assert any("2026-11-16 to 2026-11-17" in text for text in news)
    assert living.cloud.journal.refused == 0


async def test_an_order_outlives_a_restart() -> None:
    """An order that was left or begun before a restart is carried out after it."""
    living = Living(fleet(["Europe/Berlin"], {38: 1}, START, 5), START)
    await living.live(DAY_S)
    leave(living.state, "home", ORDER)
    before = living.clock.now()
    async with living.collector() as virtual:
        await virtual.run_until(before + 60)
    await living.live(8 * 3600)
    assert waiting(living.state, "home") == []
    assert _asked(living, "getDevFiveMinutes", before) or _asked(living, "getDevHistoryKpi", before)
