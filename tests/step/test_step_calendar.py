from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from step_cloud import Cloud, Home

from collector.clock import VirtualClock
from collector.zones import day_start, local_date

HOUR, DAY, MONTH, YEAR = (f"getKpiStation{name}" for name in ("Hour", "Day", "Month", "Year"))
ZONES = {
    "W": "Pacific/Pago_Pago",
    "S": "America/Sao_Paulo",
    "B": "Europe/Berlin",
    "K": "Asia/Kolkata",
    "N": "Pacific/Auckland",
    "E": "Pacific/Kiritimati",
}


def _home(start: float, plants: dict[str, str], interfaces: list[str]) -> tuple[Home, Cloud]:
    cloud = Cloud(VirtualClock(start), plants=plants, devices={})
    return Home(cloud, interfaces=interfaces), cloud


def _zone_each(home: Home, plants: dict[str, str]) -> None:
    """Give every plant its zone, as settings would."""
    from collector.settings import PlantSettings

    home.account._plant_settings = {c: PlantSettings(timezone=z) for c, z in plants.items()}
    home.account.inventory_changed()


@pytest.mark.parametrize(
    "day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5), date(2026, 9, 27), date(2026, 12, 31)]
)
async def test_every_zone_closes_its_day(day: date) -> None:
    """From UTC−11 to +14, over changes of clocks and years: each day is closed after it settled, by a call that named its date there."""
    start = datetime(day.year, day.month, day.day, 8, tzinfo=UTC).timestamp() - 86_400
    home, cloud = _home(start, ZONES, [HOUR])
    _zone_each(home, ZONES)
    await home.drive(3 * 86_400)
    for code, zone in ZONES.items():
        held = home.account.held[HOUR][code][day.isoformat()]
        ended = day_start(zone, day + timedelta(days=1))
        assert held.closed
        assert held.rows == 1
        assert ended + 5400 <= held.asked_at <= ended + 86_400
        (last,) = [
            s for s in cloud.calls(HOUR) if s.at + cloud.latency_s == held.asked_at and code in s.members
        ]
        assert local_date(zone, last.body["collectTime"] / 1000) == day
    kept = {(dict(p.tags)["plant_id"], p.time_ns) for p in home.points() if p.measurement == "pv_plant_hour"}
    assert kept >= {(code, int(day_start(zone, day)) * 1_000_000_000) for code, zone in ZONES.items()}


async def test_the_last_hour_is_waited_for() -> None:
    """With one plant the closing call comes within an hour or so of ninety minutes after local midnight, and only once."""
    midnight = day_start("Europe/Berlin", date(2026, 10, 26))
    home, cloud = _home(midnight - 43_200, {"B": "Europe/Berlin"}, [HOUR])
    _zone_each(home, {"B": "Europe/Berlin"})
    await home.drive(30 * 3600)
    yesterday = int(datetime(2026, 10, 25, 11, tzinfo=UTC).timestamp() * 1000)
    closing = [s.at for s in cloud.calls(HOUR) if s.body["collectTime"] == yesterday and s.at > midnight]
    assert len(closing) == 1
    assert 5400 <= closing[0] - midnight <= 5400 + 3600


async def test_months_and_years_roll_over() -> None:
    """Over New Year the last month and year are closed, and the new ones run."""
    turn = day_start("America/Sao_Paulo", date(2027, 1, 1))
    home, _ = _home(turn - 86_400, {"S": "America/Sao_Paulo"}, [DAY, MONTH, YEAR])
    _zone_each(home, {"S": "America/Sao_Paulo"})
    await home.drive(2 * 86_400)
    assert home.account.held[DAY]["S"]["2026-12"].closed
    assert home.account.held[MONTH]["S"]["2026"].closed
    assert not home.account.held[DAY]["S"]["2027-01"].closed
    assert not home.account.held[MONTH]["S"]["2027"].closed
    assert not home.account.held[YEAR]["S"]["life"].closed


async def test_what_is_closed_stays_closed_over_a_restart(home: Home, cloud: Cloud) -> None:
    """Closed periods are remembered, near and far: a restart asks for none of them again, and goes on where it was."""
    await home.drive(6 * 3600)
    home.restart()
    before = len(cloud.sent)
    await home.drive(6 * 3600)
    running = {datetime(2026, 11, 20, 11, tzinfo=UTC), datetime(2026, 11, 15, 11, tzinfo=UTC)}
    running.add(datetime(2026, 7, 1, 11, tzinfo=UTC))
    for interface in (HOUR, DAY):
        asked = [
            [datetime.fromtimestamp(s.body["collectTime"] / 1000, UTC) for s in part]
            for part in (cloud.sent[:before], cloud.sent[before:])
            for part in [[s for s in part if s.interface == interface]]
        ]
        first, second = ([moment for moment in part if moment not in running] for part in asked)
        assert first
        assert second
        assert sorted(first + second, reverse=True) == first + second
        assert len(set(first + second)) == len(first + second)


async def test_a_crash_before_landing_leaves_the_day_due(home: Home, cloud: Cloud) -> None:
    """The closing call that was sent and never landed is made again after the restart."""
    await home.settle()
    await home.run(HOUR)
    home.wait(4000)
    cloud.next(HOUR, asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await home.run(HOUR)
    home.restart()
    home.wait(4000)
    await home.run(HOUR)
    assert cloud.calls(HOUR)[-1].body == cloud.calls(HOUR)[-2].body
    assert home.account.held[HOUR]["A"]["2026-11-19"].closed


async def test_a_day_without_rows_is_given_up_after_two_looks(home: Home, cloud: Cloud) -> None:
    """A hole at the vendor's is asked for twice after it settled, and then no more."""
    yesterday = int(datetime(2026, 11, 19, 11, tzinfo=UTC).timestamp() * 1000)
    cloud.always[HOUR] = lambda body: (
        {"success": True, "failCode": 0, "data": None} if body["collectTime"] == yesterday else None
    )
    await home.drive(12 * 3600)
    assert [s.body["collectTime"] for s in cloud.calls(HOUR)].count(yesterday) == 2


async def test_devices_are_dated_by_their_plants_zone() -> None:
    """Calendars of devices, where the user asks for them, close by the zone of the plant."""
    midnight = day_start("Asia/Kolkata", date(2026, 12, 1))
    cloud = Cloud(VirtualClock(midnight - 7200), plants={"K": "Asia/Kolkata"}, devices={7: ("K", 1)})
    home = Home(cloud, interfaces=["getDevKpiDay"], timezone="Asia/Kolkata")
    await home.drive(21_600)
    zones = home.account.zones(home.account.vendor.interfaces["getDevKpiDay"])
    assert zones == {"7": "Asia/Kolkata"}
    assert "2026-12" in home.account.held["getDevKpiDay"]["7"]
