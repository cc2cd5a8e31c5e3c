from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from step_cloud import NOON, OK, Cloud, Home

from collector.clock import VirtualClock
from collector.zones import day_start, local_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.lineprotocol import Point

PLANTS, DEVICES, DAYS, ALARMS = "getStationRealKpi", "getDevRealKpi", "getKpiStationDay", "getAlarmList"
BERLIN = "Europe/Berlin"


class Sky:
    """What the devices of plant A read: set by the test, answered by the cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.power: float | None = 4.0
        self.strings: dict[int, float] = {}
        self.silent: set[int] = set()
        self.day_yield = 31.5
        cloud.plants = {"A": BERLIN, "B": BERLIN}
        cloud.devices = {11: ("A", 1), 12: ("B", 1), 13: ("A", 17), 14: ("A", 39)}
        cloud.always[DEVICES] = self.devices
        cloud.always[PLANTS] = self.plants
        cloud.always[DAYS] = self.days

    def answer(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        return {**OK, "data": rows, "params": {"currentTime": int(self.cloud.clock.now() * 1000)}}

    def plants(self, body: dict[str, Any]) -> dict[str, Any]:
        return self.answer(
            [
                {"stationCode": c, "dataItemMap": {"day_power": self.day_yield}}
                for c in body["stationCodes"].split(",")
            ]
        )

    def devices(self, body: dict[str, Any]) -> dict[str, Any]:
        currents = {f"pv{n}_i": amperes for n, amperes in self.strings.items()}
        items = {
            1: {"active_power": self.power, **currents},
            17: {"active_power": 1000.0},
            39: {"ch_discharge_power": 500.0},
        }
        asked = [int(code) for code in body["devIds"].split(",")]
        return self.answer(
            [
                {"devId": code, "dataItemMap": items[self.cloud.devices[code][1]]}
                for code in asked
                if code not in self.silent
            ]
        )

    def days(self, body: dict[str, Any]) -> dict[str, Any]:
        """The days of the month asked for, up to today: 80 kWh of 100 possible, on 10 kWp."""
        now = self.cloud.clock.now()
        month = local_date(BERLIN, body["collectTime"] / 1000)
        rows = []
        for number in range(1, 32):
            try:
                day = month.replace(day=number)
            except ValueError:
                break
            if day <= local_date(BERLIN, now):
                stamp = int(day_start(BERLIN, day) * 1000)
                items = {"inverter_power": 80.0, "theory_power": 100.0, "installed_capacity": 10.0}
                rows += [
                    {"stationCode": c, "collectTime": stamp, "dataItemMap": items}
                    for c in body["stationCodes"].split(",")
                ]
        return self.answer(rows)


@pytest.fixture
def sky() -> Sky:
    return Sky(Cloud(VirtualClock(NOON)))


@pytest.fixture
def site(sky: Sky) -> Iterator[Home]:
    opened = Home(sky.cloud, timezone=BERLIN)
    yield opened
    opened.state.close()


def derived(home: Home, plant: str = "A") -> dict[str, Any]:
    """Return the newest row of a plant out of the spool, its lines of one stamp together."""
    rows: list[Point] = [
        p for p in home.points() if p.measurement == "pv_plant" and dict(p.tags)["plant_id"] == plant
    ]
    if not rows:
        return {}
    newest = max(p.time_ns for p in rows)
    return {name: value for p in rows if p.time_ns == newest for name, value in p.fields.items()}


async def ask(home: Home, name: str, calls: int = 1) -> None:
    """Let an interface make so many calls, each as soon as it may."""
    wanted = len(home.cloud.calls(name)) + calls
    while len(home.cloud.calls(name)) < wanted:
        home.clock.advance_to(await home.run(name))


async def sweep(home: Home, *, devices: bool = True) -> dict[str, Any]:
    """One sweep of all devices, then of the plants."""
    if devices:
        await ask(home, DEVICES, 3)
    await ask(home, PLANTS)
    return derived(home)


async def test_a_live_row_gets_its_derived_values_at_its_own_stamp(site: Home, sky: Sky) -> None:
    """After one sweep the plant's row holds its powers beside what the cloud sent."""
    await site.settle()
    values = await sweep(site)
    assert {name: values[name] for name in ("power_kw", "pv_power_kw", "grid_power_kw")} == {
        "power_kw": 4.0,
        "pv_power_kw": 4.0,
        "grid_power_kw": 1.0,
    }
    assert values["battery_power_kw"] == 0.5
    assert values["load_power_kw"] == 2.5
    assert values["power_kwp_ratio"] == pytest.approx(0.4)
    assert values["data_age_s"] <= 300.0
    assert values["today_yield_kwh"] == values["day_yield_kwh"] == 31.5
    assert "alarms_active" not in values


async def test_stale_devices_leave_the_powers_out(site: Home, sky: Sky) -> None:
    """Twenty minutes without the inverter there is no power to tell; meter and age stay, and no zero is written."""
    await site.settle()
    await sweep(site)
    sky.silent = {11}
    for _ in range(5):
        values = await sweep(site)
    assert {"power_kw", "pv_power_kw", "load_power_kw"}.isdisjoint(values)
    assert values["grid_power_kw"] == 1.0
    sky.silent = {11, 13, 14}
    for _ in range(4):
        values = await sweep(site)
    assert "grid_power_kw" not in values
    assert values["data_age_s"] >= 1200.0


async def test_a_sweep_of_plants_before_any_device_derives_nothing_from_them(site: Home) -> None:
    """What was never read is absent."""
    await site.settle()
    values = await sweep(site, devices=False)
    assert set(values) == {"day_yield_kwh"}


async def test_yesterdays_total_is_not_todays_yield(site: Home, sky: Sky) -> None:
    """From the plant's own midnight until it shows power the raw field alone stands; what was seen outlives a restart."""
    await site.settle()
    site.clock.advance_to(day_start(BERLIN, local_date(BERLIN, NOON)) + 86_400 - 900)
    sky.power = 0.5
    assert "today_yield_kwh" in await sweep(site)
    site.clock.advance_to(day_start(BERLIN, local_date(BERLIN, NOON)) + 86_400)
    sky.power = 0.0
    values = await sweep(site)
    assert values["day_yield_kwh"] == 31.5
    assert "today_yield_kwh" not in values
    sky.power = None
    assert "today_yield_kwh" not in await sweep(site)
    site.restart()
    assert "today_yield_kwh" not in await sweep(site)
    sky.power, sky.day_yield = 0.1, 0.02
    assert (await sweep(site))["today_yield_kwh"] == 0.02
    site.restart()
    sky.power = 0.0
    assert (await sweep(site))["today_yield_kwh"] == 0.02


async def test_the_worst_string_is_known_after_the_first_light(site: Home, sky: Sky) -> None:
    """Sums over today's rows, over a restart; a dim sweep adds nothing, and the next day begins anew."""
    await site.settle()
    sky.strings = {1: 0.5, 2: 0.4}
    assert "worst_string_ratio" not in await sweep(site)
    sky.strings = {1: 8.0, 2: 8.0, 3: 4.0}
    assert (await sweep(site))["worst_string_ratio"] == pytest.approx(0.5)
    sky.strings = {1: 8.0, 2: 8.0, 3: 8.0}
    assert (await sweep(site))["worst_string_ratio"] == pytest.approx(0.75)
    site.restart()
    sky.strings = {1: 0.9, 2: 0.9, 3: 0.0}
    assert (await sweep(site))["worst_string_ratio"] == pytest.approx(0.75)
    sky.strings = {1: 8.0, 2: 8.0, 3: 8.0}
    assert (await sweep(site))["worst_string_ratio"] == pytest.approx(20 / 24)
    site.wait(86_400)
    assert (await sweep(site))["worst_string_ratio"] == pytest.approx(1.0)


async def test_days_are_compared_once_a_month_of_them_is_held(site: Home) -> None:
    """This month and the last bring 30 closed days: performance ratio and yield against them, over a restart too."""
    await site.settle()
    values = await sweep(site)
    assert {"pr_7d_pct", "yield_7d_delta_pct"}.isdisjoint(values)
    await site.run(DAYS)
    site.wait(3600)
    values = await sweep(site)
    assert values["pr_7d_pct"] == pytest.approx(80.0)
    assert "yield_7d_delta_pct" not in values
    for _ in range(3):
        site.wait(4000)
        await site.run(DAYS)
    site.restart()
    assert (await sweep(site))["yield_7d_delta_pct"] == pytest.approx(0.0)
    days = site.state.operands.days(["A"])["A"]
    assert (min(days), max(days)) == ("2026-10-20", "2026-11-20")


async def test_alarms_are_counted_while_their_list_is_read(site: Home, sky: Sky) -> None:
    """Each plant's own open alarms, none is 0; a list that nobody has read for hours says nothing."""
    await site.settle()
    raised = int(NOON * 1000) - 60_000
    sky.cloud.alarms = [
        {"stationCode": "A", "alarmId": n, "causeId": 1, "alarmName": "x", "lev": 2, "raiseTime": raised}
        for n in (1, 2)
    ]
    await site.run(ALARMS)
    site.wait(300 - site.clock.now() % 300)
    await site.run(PLANTS)
    points = site.points()
    counted = {
        dict(p.tags)["plant_id"]: p.fields["alarms_active"]
        for p in points
        if p.measurement == "pv_plant" and "alarms_active" in p.fields
    }
    assert counted == {"A": 2.0, "B": 0.0}
    site.restart()
    assert (await sweep(site))["alarms_active"] == 2.0
    site.wait(7200)
    assert "alarms_active" not in await sweep(site)


async def test_a_plant_of_no_known_zone_has_no_today(sky: Sky) -> None:
    """Without a zone nobody knows when its day begins: values of a day are absent, those of the moment are not."""
    home = Home(sky.cloud)
    await home.settle()
    sky.strings = {1: 8.0, 2: 8.0}
    values = await sweep(home)
    assert {"today_yield_kwh", "worst_string_ratio"}.isdisjoint(values)
    assert values["power_kw"] == 4.0
    home.state.close()


async def test_derived_values_are_forgotten_with_their_plant(site: Home, sky: Sky) -> None:
    """A plant that is gone leaves no operands behind."""
    await site.settle()
    sky.strings = {1: 8.0, 2: 8.0}
    await sweep(site)
    await site.run(DAYS)
    assert set(site.state.operands.strings(["11", "12"])) == {"11", "12"}
    del sky.cloud.plants["B"]
    for _ in range(3):
        site.wait(90_000)
        await site.run("stations")
    assert set(site.state.operands.strings(["11", "12"])) == {"11"}
    assert set(site.state.operands.days(["A", "B"])) == {"A"}
    assert set(site.state.operands.woke(["A", "B"])) == {"A"}
