"""Independent public clients, unchanged, work against the served cloud and read its truth.

Both read the token from the cookie only, both are synchronous: they run in a thread while the cloud answers in the loop. The
limits are the documented ones; the clock is moved on between calls.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from collector.simulator.members import INVERTERS
from collector.simulator.serve import address, serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pyhfs = pytest.importorskip("pyhfs")
fusionsolar = pytest.importorskip("fusionsolar")
requests = pytest.importorskip("requests")
pandas = pytest.importorskip("pandas")

# fusionsolar 0.0.6 uses pandas in two ways that pandas 3 deprecates; its code is not ours to change.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Timestamp.utcnow is deprecated"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.set_index is deprecated"),
]

MONTHS = range(1, 8)


@asynccontextmanager
async def served(visitor) -> AsyncIterator[str]:
    runner = await serve(visitor.cloud, "127.0.0.1", 0)
    try:
        yield address(runner)
    finally:
        await runner.cleanup()


@pytest.fixture
def visitor(visit):
    """Three plants at noon, with the documented limits, holes off so that a day is whole."""
    return visit(plants=3, generous=1.0, less={"history_holes"})


def stamped(rows, name: str) -> dict[tuple[object, int], dict]:
    return {(row[name], row["collectTime"]): row["dataItemMap"] for row in rows}


def day_start(plant, day: date) -> int:
    moment = datetime(day.year, day.month, day.day, tzinfo=plant.connected.tzinfo)
    return int(moment.timestamp() * 1000)


def true_days(truth, plant, now_ms: int) -> dict[tuple[str, int], dict]:
    days = (date(2026, 7, n) for n in range(1, 16))
    return {(plant.code, day_start(plant, d)): truth.plant_day(plant, d, now_ms) for d in days}


def true_months(truth, plant, now_ms: int) -> dict[tuple[str, int], dict]:
    months = {n: truth.plant_month(plant, 2026, n, now_ms) for n in MONTHS}
    return {(plant.code, day_start(plant, date(2026, n, 1))): row for n, row in months.items() if row}


def true_years(truth, plant, now_ms: int) -> dict[tuple[str, int], dict]:
    years = {year: truth.plant_year(plant, year, now_ms) for year in range(2020, 2027)}
    return {(plant.code, day_start(plant, date(year, 1, 1))): row for year, row in years.items() if row}


def true_hours(truth, plant, now_ms: int) -> dict[tuple[str, int], dict]:
    return {
        (plant.code, stamp): row
        for stamp, row in truth.plant_hours(plant, date(2026, 7, 15), now_ms, late=True)
    }


async def test_pyhfs_reads_the_truth(visitor):
    """pyhfs 0.1.1 logs in and reads plants, live, hours, days, months, years and alarms as the truth has them."""
    cloud, truth, plants = visitor.cloud, visitor.cloud.truth, visitor.cloud.fleet.plants
    codes = [plant.code for plant in plants]
    asked = datetime.fromtimestamp(visitor.clock.now(), UTC)
    async with served(visitor) as base:
        session = await asyncio.to_thread(lambda: pyhfs.Session("demo", "demo", base_url=base).__enter__())
        client = pyhfs.Client(session)

        listed = await asyncio.to_thread(client.get_plant_list)
        assert [(row["plantCode"], row["capacity"]) for row in listed] == [
            (p.code, p.capacity_kwp) for p in plants
        ]
        assert [datetime.fromisoformat(row["gridConnectionDate"]) for row in listed] == [
            p.connected for p in plants
        ]

        live = await asyncio.to_thread(client.get_plant_realtime_data, codes)
        live = {row["stationCode"]: row["dataItemMap"] for row in live}
        for plant in plants:
            true = truth.plant_live(plant, visitor.now_ms)
            assert {**live[plant.code], "real_health_state": 3.0} == true

        for reader, truly in (
            (client.get_plant_hourly_data, true_hours),
            (client.get_plant_daily_data, true_days),
            (client.get_plant_monthly_data, true_months),
            (client.get_plant_yearly_data, true_years),
        ):
            rows = stamped(await asyncio.to_thread(reader, codes, asked), "stationCode")
            wanted = {
                key: row for plant in plants for key, row in truly(truth, plant, visitor.now_ms).items()
            }
            assert rows == wanted
            assert any(row["inverter_power"] for row in rows.values())

        for _ in range(200):
            alarms = await asyncio.to_thread(client.get_alarms_list, codes, asked - timedelta(days=30), asked)
            if alarms:
                break
            visitor.later(1_800)
            asked = datetime.fromtimestamp(visitor.clock.now(), UTC)
        names = {device.sn: device.plant.code for device in cloud.fleet.devices}
        assert alarms
        assert all(names[row["esnCode"]] == row["stationCode"] for row in alarms)


async def test_pyhfs_recovers_from_305_and_names_407_and_a_refused_login(visitor):
    """It logs in again after 305, raises its own error for 407, and for a wrong or unknown user with an empty body."""
    async with served(visitor) as base:
        session = await asyncio.to_thread(lambda: pyhfs.Session("demo", "demo", base_url=base).__enter__())
        client = pyhfs.Client(session)
        visitor.cloud.sessions.end()
        assert len(await asyncio.to_thread(client.get_plant_list)) == 3
        await asyncio.to_thread(client.get_plant_realtime_data, [visitor.cloud.fleet.plants[0].code])
        with pytest.raises(pyhfs.FrequencyLimit):
            await asyncio.to_thread(client.get_plant_realtime_data, [visitor.cloud.fleet.plants[0].code])
        with pytest.raises(pyhfs.LoginFailed):
            await asyncio.to_thread(pyhfs.Session("who", "demo", base_url=base).login)
        visitor.cloud.switches |= {"empty_login"}
        with pytest.raises(pyhfs.LoginFailed):
            await asyncio.to_thread(pyhfs.Session("who", "demo", base_url=base).login)


async def test_fusionsolar_reads_the_truth(visitor):
    """fusionsolar 0.0.6 reads every data interface that it offers and that exists, as the truth has it."""
    cloud, truth, plants = visitor.cloud, visitor.cloud.truth, visitor.cloud.fleet.plants
    plant, codes = plants[0], ",".join(p.code for p in plants)
    device = next(d for d in cloud.fleet.devices_of(plant) if d.type_id in INVERTERS)
    asked = pandas.Timestamp(visitor.clock.now(), unit="s", tz="UTC")
    async with served(visitor) as base:
        client = fusionsolar.PandasClient("demo", "demo", max_retry=0, base_url=f"{base}/thirdData")
        with_login = await asyncio.to_thread(client.__enter__)

        listed = (await asyncio.to_thread(with_login.get_station_list))["data"]
        assert {row["stationCode"]: row["capacity"] * 1000 for row in listed} == pytest.approx(
            {p.code: p.capacity_kwp for p in plants}
        )
        devices = (await asyncio.to_thread(client.get_dev_list, codes))["data"]
        assert {row["id"] for row in devices} == {d.id for d in cloud.fleet.devices}

        live = (await asyncio.to_thread(client.get_station_kpi_real, codes))["data"]
        assert [row["dataItemMap"]["total_power"] for row in live] == [
            truth.plant_live(p, visitor.now_ms)["total_power"] for p in plants
        ]
        for reader, truly in (
            (client.get_station_kpi_hour, true_hours),
            (client.get_station_kpi_month, true_months),
            (client.get_station_kpi_year, true_years),
        ):
            rows = stamped((await asyncio.to_thread(reader, plant.code, asked))["data"], "stationCode")
            assert rows == truly(truth, plant, visitor.now_ms)
        frame = await asyncio.to_thread(client.get_kpi_day, plant.code, asked)
        true = true_days(truth, plant, visitor.now_ms)
        assert list(frame["inverter_power"]) == [row["inverter_power"] for row in true.values()]
        assert [stamp.timestamp() * 1000 for stamp in frame.index] == [stamp for _, stamp in true]

        one = (str(device.id), device.type_id)
        now = (await asyncio.to_thread(client.get_dev_kpi_real, *one))["data"]
        assert [row["dataItemMap"] for row in now] == [
            truth.device_row(device, visitor.now_ms, "getDevRealKpi")
        ]
        slots = (await asyncio.to_thread(client.get_dev_kpi_fivemin, *one, asked))["data"]
        assert len(slots) == 12 * 12  # 12:00 in Potsdam
        assert all(
            row["dataItemMap"] == truth.device_row(device, row["collectTime"], "getDevFiveMinutes")
            for row in slots
        )
        days = (await asyncio.to_thread(client.get_dev_kpi_day, *one, asked))["data"]
        assert [row["dataItemMap"] for row in days] == [
            truth.device_day(device, date(2026, 7, n), visitor.now_ms) for n in range(1, 16)
        ]
        months = (await asyncio.to_thread(client.get_dev_kpi_month, *one, asked))["data"]
        assert months[-1]["dataItemMap"] == truth.device_month(device, 2026, 7, visitor.now_ms)
        years = (await asyncio.to_thread(client.get_dev_kpi_year, *one, asked))["data"]
        assert years[-1]["dataItemMap"] == truth.device_year(device, 2026, visitor.now_ms)


async def test_fusionsolar_recovers_from_305_and_names_407_and_401(visitor):
    """It logs in again after 305, and raises its own errors for 407 and for an interface that is denied."""
    async with served(visitor) as base:
        client = fusionsolar.Client("demo", "demo", max_retry=0, base_url=f"{base}/thirdData")
        await asyncio.to_thread(client.login)
        visitor.cloud.sessions.end()
        assert (await asyncio.to_thread(client.get_station_list))["success"] is True
        with pytest.raises(fusionsolar.client.HTTPError407):
            await asyncio.to_thread(client.get_station_list)
        visitor.cloud.refused.add("getDevList")
        with pytest.raises(fusionsolar.client.HTTPError401):
            await asyncio.to_thread(client.get_dev_list, visitor.cloud.fleet.plants[0].code)


async def test_a_header_only_client_is_served_too(visitor):
    """The header alone, in any spelling, without any cookie, opens every interface."""
    async with served(visitor) as base:

        def read() -> dict:
            url, kept = f"{base}/thirdData/", {"timeout": 10}
            login = requests.post(url + "login", json={"userName": "demo", "systemCode": "demo"}, **kept)
            headers = {"XSRF-TOKEN": login.headers["xsrf-token"]}
            return requests.post(url + "stations", json={"pageNo": 1}, headers=headers, **kept).json()

        assert json.loads(json.dumps(await asyncio.to_thread(read)))["data"]["total"] == 3
