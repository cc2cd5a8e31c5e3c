"""What is asked wrongly is answered by the documented code, and what is asked rightly in the documented shape."""

from __future__ import annotations

import json

import pytest

DAY_MS = 86_400_000


@pytest.fixture
def big(visit):
    """130 plants, 110 string inverters, 12 meters, 3 dongles; limits off."""
    return visit(plants=130, devices={1: 110, 17: 12, 62: 3}, less={"night_gaps"})


def codes(visitor, count: int) -> str:
    return ",".join(plant.code for plant in visitor.cloud.fleet.plants[:count])


def ids(visitor, type_id: int, count: int) -> str:
    return ",".join(str(device.id) for device in visitor.cloud.fleet.of_type(type_id)[:count])


@pytest.mark.parametrize("name", ["getStationRealKpi", "getKpiStationHour", "getKpiStationDay", "getDevList"])
def test_plant_batches(big, name):
    """None, more than 100, or an unknown plant: 20010, 20014 or 20015, 20007; 100 are served."""
    asked = {"collectTime": big.now_ms}
    assert big.code(name, **asked) == 20010
    assert big.code(name, stationCodes="", **asked) == 20010
    assert big.code(name, stationCodes=codes(big, 101), **asked) == (20015 if name == "getDevList" else 20014)
    assert big.code(name, stationCodes=codes(big, 2) + ",NE=1", **asked) == 20007
    assert big.code(name, stationCodes=codes(big, 100), **asked) == 0


def test_device_batches(big):
    """None 20011, more than 100 20016, other type 20006, unserved type 20013, unknown 20008; text and number both serve."""
    name = "getDevRealKpi"
    assert big.code(name, devTypeId=1) == 20011
    assert big.code(name, devIds=ids(big, 1, 101), devTypeId=1) == 20016
    assert big.code(name, devIds=ids(big, 1, 1) + "," + ids(big, 17, 1), devTypeId=1) == 20006
    assert big.code(name, devIds=ids(big, 62, 1), devTypeId=62) == 20013
    assert big.code(name, devIds="77", devTypeId=1) == 20008
    assert big.code(name, devIds="x", devTypeId=1) == 20008
    for type_id in (1, "1"):
        answer = big.ask(name, devIds=ids(big, 1, 100), devTypeId=type_id)
        assert len(answer["data"]) == 100
        assert answer["params"] == {
            "devIds": ids(big, 1, 100), "devTypeId": type_id, "currentTime": big.now_ms,
        }  # fmt: skip
        assert all("collectTime" not in row for row in answer["data"])


def test_devices_may_be_named_by_serial_number(big):
    """`sns` serves as well as `devIds`; an unknown one is 20008."""
    device = big.cloud.fleet.of_type(1)[0]
    answer = big.ask("getDevRealKpi", sns=device.sn, devTypeId=1)
    assert [(row["devId"], row["sn"]) for row in answer["data"]] == [(device.id, device.sn)]
    assert big.code("getDevRealKpi", sns="nobody", devTypeId=1) == 20008


def test_history_ranges(big):
    """At most ten devices, three days to the millisecond, 365 days back, and a start before the end."""
    start = big.now_ms - 5 * DAY_MS

    def code(count: int = 1, begin: object = start, end: object = start + DAY_MS) -> int | None:
        return big.code(
            "getDevHistoryKpi", devIds=ids(big, 17, count), devTypeId=17, startTime=begin, endTime=end
        )

    assert code() == 0
    assert code(count=11) == 30031
    assert code(end=start + 259_200_000) == 0
    assert code(end=start + 259_200_001) == 30032
    assert code(end=start) == 20604
    assert code(begin=None) == 20012
    assert code(begin=-1) == 20605
    assert code(begin=big.now_ms - 366 * DAY_MS, end=big.now_ms - 365 * DAY_MS) == 20026


@pytest.mark.parametrize("name", ["getDevKpiDay", "getDevKpiMonth", "getDevKpiYear"])
def test_calendar_rows_of_devices_serve_four_types(big, name):
    """Meters have no calendar rows: 20013; a missing time is 20012."""
    assert big.code(name, devIds=ids(big, 17, 1), devTypeId=17, collectTime=big.now_ms) == 20013
    assert big.code(name, devIds=ids(big, 1, 1), devTypeId=1) == 20012
    assert big.code(name, devIds=ids(big, 1, 1), devTypeId=1, collectTime=str(big.now_ms)) == 0


def test_alarm_questions(big):
    """Neither plants nor devices 20055, language 20024 and 20025, times 20012 and 20023; plants win over devices."""
    good = {"stationCodes": codes(big, 2), "language": "en_US", "beginTime": "0", "endTime": str(big.now_ms)}
    assert big.code("getAlarmList", **good) == 0
    assert big.code("getAlarmList", **good | {"stationCodes": ""}) == 20055
    assert big.code("getAlarmList", **good | {"language": ""}) == 20024
    assert big.code("getAlarmList", **good | {"language": "en"}) == 20025
    assert big.code("getAlarmList", **good | {"beginTime": None}) == 20012
    assert big.code("getAlarmList", **good | {"beginTime": big.now_ms + 1}) == 20023
    assert big.code("getAlarmList", **good | {"stationCodes": codes(big, 101)}) == 20015
    assert big.code("getAlarmList", **good | {"sns": "nobody"}) == 0
    assert big.code("getAlarmList", **good | {"stationCodes": "", "sns": "nobody"}) == 20008
    params = big.ask("getAlarmList", **good)["params"]
    assert (params["beginTime"], params["endTime"]) == (0, big.now_ms)


def test_a_body_that_is_no_object_is_wrong_and_an_empty_one_is_none(big):
    """Broken JSON and lists are 30030; an empty body asks without parameters."""
    headers = {"xsrf-token": big.token}
    for body in (b"{", b"[1]", b"\xff"):
        assert big.cloud.handle("POST", "/thirdData/stations", headers, body).fail_code == 30030
    assert big.cloud.handle("POST", "/thirdData/getStationList", headers, b"").fail_code == 0


def test_other_paths_and_methods_are_404(big):
    """Only POST to a known path is an interface; no way to control or create exists."""
    headers = {"xsrf-token": big.token}
    for method, path in (("GET", "/thirdData/stations"), ("POST", "/thirdData/devOnOff"), ("POST", "/")):
        answer = big.cloud.handle(method, path, headers, b"{}")
        assert (answer.status, answer.fail_code) == (404, None)


def test_stations_come_in_pages_of_100_in_kwp(big):
    """Two pages hold each plant once, with the sum of its strings in kWp and a stamp that carries an offset."""
    pages = [big.ask("stations", pageNo=n) for n in (1, "2", 3)]
    data = [page["data"] for page in pages]
    assert [(d["total"], d["pageCount"], d["pageNo"], d["pageSize"]) for d in data] == [
        (130, 2, n, 100) for n in (1, 2, 3)
    ]
    rows = [row for d in data for row in d["list"]]
    plants = big.cloud.fleet.plants
    assert [row["plantCode"] for row in rows] == [plant.code for plant in plants]
    assert rows[0]["capacity"] == plants[0].capacity_kwp
    assert all(row["gridConnectionDate"][-6] in "+-" for row in rows)
    assert "params" not in pages[0]
    assert big.code("stations") == 30004
    assert big.code("stations", pageNo=0) == 30021
    assert big.code("stations", pageNo=1, gridConnectedStartTime=-5) == 20605
    assert big.ask("stations", pageNo=1, gridConnectedStartTime=big.now_ms)["data"]["total"] == 0


def test_the_older_list_comes_whole_or_in_pages_in_mw(big):
    """Without parameters a plain list, with them pages of 50 or 100; capacity in MW."""
    whole = big.ask("getStationList")
    assert len(whole["data"]) == 130
    assert whole["params"] == {"currentTime": big.now_ms}
    assert whole["data"][0]["capacity"] * 1000 == pytest.approx(big.cloud.fleet.plants[0].capacity_kwp)
    page = big.ask("getStationList", pageNo=3, pageSize=50)["data"]
    assert (len(page["list"]), page["pageCount"], page["total"]) == (30, 3, 130)
    assert big.code("getStationList", pageNo=1, pageSize=20) == 30006
    assert big.code("getStationList", pageNo=1) == 30005


def test_the_device_list_holds_every_type(big):
    """Dongles are listed, too, each device under its plant."""
    rows = [
        row
        for n in (0, 100)
        for row in big.ask(
            "getDevList", stationCodes=",".join(p.code for p in big.cloud.fleet.plants[n : n + 100])
        )["data"]
    ]
    assert {row["id"]: (row["devTypeId"], row["stationCode"], row["esnCode"]) for row in rows} == {
        d.id: (d.type_id, d.plant.code, d.sn) for d in big.cloud.fleet.devices
    }


def test_an_error_echoes_what_was_asked(big):
    """Parameters and the cloud's clock come back with an error code, data is null."""
    answer = big.ask("getDevRealKpi", devIds="77", devTypeId="1")
    assert answer == {
        "success": False, "data": None, "failCode": 20008, "message": None,
        "params": {"devIds": "77", "devTypeId": "1", "currentTime": big.now_ms},
    }  # fmt: skip


def test_the_convergence_interface(big):
    """Serial numbers of inverters only; lists of 24 strings with null where none is; seconds as stamp."""
    device = big.cloud.fleet.of_type(1)[0]
    row = big.ask("cs/getInventerRealKpi", sns=device.sn)["data"][0]
    items = row["kpis"][0]
    live = big.cloud.truth.device_row(device, big.now_ms, "getDevRealKpi")
    assert row["sn"] == device.sn
    assert items["createTime"] == big.now_ms // 1000 // 300 * 300
    assert items["activePower"] == live["active_power"]
    assert items["eTotal"] == live["total_cap"]
    assert len(items["ipvs"]) == len(items["vpvs"]) == 24
    assert items["ipvs"].count(None) == 24 - len(device.strings)
    assert big.code("cs/getInventerRealKpi", sns="") == 30001
    assert big.code("cs/getInventerRealKpi", sns=big.cloud.fleet.of_type(17)[0].sn) == 20013


def test_bodies_are_json_of_utf_8(big):
    """Every envelope is JSON and says so."""
    answer = big.send("stations", pageNo=1)
    assert answer.headers["content-type"].startswith("application/json")
    assert json.loads(answer.body)["failCode"] == answer.fail_code == 0
