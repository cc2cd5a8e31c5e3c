"""Every oddity that the field knows can be switched on, and is off without its switch."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from collector.simulator.switches import DEFAULTS, SWITCHES, checked

SUMMER = datetime(2026, 7, 15, 10, tzinfo=UTC).timestamp()
DAY_MS = 86_400_000


def all_codes(visitor) -> str:
    return ",".join(plant.code for plant in visitor.cloud.fleet.plants)


def device_rows(visitor, type_id: int) -> dict[int, dict]:
    ids = ",".join(str(device.id) for device in visitor.cloud.fleet.of_type(type_id))
    data = visitor.ask("getDevRealKpi", devIds=ids, devTypeId=type_id)["data"]
    return {row["devId"]: row["dataItemMap"] for row in data}


def plant_values(visitor) -> list[dict]:
    return [
        row["dataItemMap"]
        for row in visitor.ask("getStationRealKpi", stationCodes=all_codes(visitor))["data"]
    ]


def test_a_switch_that_does_not_exist_is_an_error(visit):
    """A misspelt switch is told, not ignored."""
    with pytest.raises(ValueError, match="nosuch"):
        visit(more={"nosuch"})
    assert checked(DEFAULTS | {"denied_interface:stations"})
    assert set(SWITCHES) >= DEFAULTS


def test_numbers_may_be_texts(visit):
    """By default numbers, with `string_numbers` texts, with `mixed_numbers` both in one answer; the same values."""
    plain, texts = plant_values(visit()), plant_values(visit(more={"string_numbers"}))
    assert all(isinstance(value, float) for value in plain[0].values())
    assert [{k: float(v) for k, v in row.items()} for row in texts] == plain
    assert all(isinstance(value, str) for row in texts for value in row.values())
    mixed = plant_values(visit(more={"mixed_numbers"}))
    assert [type(row["day_power"]) for row in mixed[:2]] == [float, str]


def test_positions_may_be_texts_or_missing(visit):
    """Some plants have no position: null, or an empty text among texts."""
    plain = visit(plants=8).ask("stations", pageNo=1)["data"]["list"]
    texts = visit(plants=8, more={"string_numbers"}).ask("stations", pageNo=1)["data"]["list"]
    assert (plain[3]["latitude"], texts[3]["latitude"]) == (None, "")
    assert float(texts[0]["latitude"]) == plain[0]["latitude"]


@pytest.mark.parametrize(
    ("down", "status"), [("403", 403), ("429", 429), ("html", 503), ("hang", 0), ("reset", 0)]
)
def test_a_cloud_that_is_down_gives_no_envelope(visit, down, status):
    """While down, every call meets the same fault, login too; afterwards all is well."""
    visitor = visit()
    visitor.cloud.down = down
    for answer in (visitor.send("stations", pageNo=1), visitor.log_in()):
        assert (answer.status, answer.fail_code) == (status, None)
        assert b"failCode" not in answer.body
        assert answer.fate == (down if down in {"hang", "reset"} else "")
    visitor.cloud.down = None
    assert visitor.code("stations", pageNo=1) == 0


def test_the_gateways_403_has_a_code_of_its_own(visit):
    """The body is JSON without failCode and success."""
    visitor = visit()
    visitor.cloud.down = "403"
    body = json.loads(visitor.send("getStationList").body)
    assert set(body) == {"errorCode", "exceptionInfo"}
    assert "getStationList" in body["exceptionInfo"]


@pytest.mark.parametrize(("switch", "status", "every"), [("html_503", 503, 29), ("gateway_403", 403, 23)])
def test_some_calls_meet_a_fault(visit, switch, status, every):
    """One call in so many is answered by a page or by the gateway."""
    visitor = visit(more={switch})
    answers = [visitor.send("stations", pageNo=1).status for _ in range(2 * every)]
    assert answers.count(status) == 2
    assert answers.count(200) == 2 * every - 2


def test_power_sensors_may_have_no_data(visit):
    """With `no_data_47` success and null; other types are served."""
    visitor = visit(more={"no_data_47"})
    answer = visitor.ask("getDevRealKpi", devIds=str(visitor.cloud.fleet.of_type(47)[0].id), devTypeId=47)
    assert (answer["success"], answer["failCode"], answer["data"]) == (True, 0, None)
    assert device_rows(visitor, 38)


def test_values_may_be_not_available(visit):
    """With `na_values` some values are the text N/A, the others true."""
    plain, other = device_rows(visit(), 47), device_rows(visit(more={"na_values"}), 47)
    differing = {(d, k): other[d][k] for d in plain for k in plain[d] if plain[d][k] != other[d][k]}
    assert differing
    assert set(differing.values()) == {"N/A"}


def test_rows_may_be_missing_by_day(visit):
    """With `missing_rows` some devices are absent now and then, none always."""
    visitor, seen = visit(plants=9, more={"missing_rows"}), []
    for _ in range(13):
        seen.append(set(device_rows(visitor, 47)))
        visitor.wait(300)
    everyone = {device.id for device in visitor.cloud.fleet.of_type(47)}
    assert min(map(len, seen)) < len(everyone)
    assert set.union(*seen) == everyone


def test_grid_meters_send_watts_unless_told(visit):
    """Without `meter_w` type 17 sends a thousandth, as the manual says; type 47 sends W either way."""
    mix = {1: 6, 17: 6, 47: 6}
    watts, kilo = visit(devices=mix), visit(devices=mix, less={"meter_w"})
    small, large = device_rows(kilo, 17), device_rows(watts, 17)
    assert max(abs(row["active_power"]) for row in large.values()) > 1_000
    for device_id, row in large.items():
        assert small[device_id]["active_power"] == pytest.approx(row["active_power"] / 1000, abs=1e-3)
    assert device_rows(kilo, 47) == device_rows(watts, 47)


def test_offline_meters_report_a_sentinel(visit):
    """With `sentinel_meter` about -66.55 MW appears among true values; without it never."""
    for more, found in ((set(), 0), ({"sentinel_meter"}, 7)):
        visitor = visit(more=more)
        device = visitor.cloud.fleet.of_type(17)[0]
        begin = visitor.now_ms - 2 * DAY_MS
        rows = visitor.cloud.truth.device_rows(device, begin, begin + DAY_MS)
        powers = [row["active_power"] for _, row in rows]
        assert sum(power == -66_550_000.0 for power in powers) == pytest.approx(found, abs=1 if found else 0)


def test_unlisted_keys(visit):
    """With the switch, keys beyond the manual's appear, one of them unknown to everyone; without it none."""
    plain, more = plant_values(visit())[0], plant_values(visit(more={"unlisted_keys"}))[0]
    assert set(more) - set(plain) == {"day_on_grid_energy", "day_use_energy", "sim_unlisted"}
    assert {key: more[key] for key in plain} == plain


def test_a_denied_plant_fails_its_batch_or_is_left_out(visit):
    """20056 for every batch with it, in plant and device interfaces; with `denied_rows` its rows are missing; both can end."""
    visitor = visit(more={"denied_plant"})
    first, second = visitor.cloud.fleet.plants[:2]
    device = visitor.cloud.fleet.devices_of(second)[0]
    assert visitor.code("getStationRealKpi", stationCodes=f"{first.code},{second.code}") == 20056
    assert visitor.code("getStationRealKpi", stationCodes=first.code) == 0
    assert visitor.code("getDevList", stationCodes=second.code) == 20056
    assert visitor.code("getDevRealKpi", devIds=str(device.id), devTypeId=device.type_id) == 20056
    visitor.cloud.denied.clear()
    assert visitor.code("getStationRealKpi", stationCodes=second.code) == 0
    absent = visit(more={"denied_plant", "denied_rows"})
    rows = absent.ask("getStationRealKpi", stationCodes=all_codes(absent))["data"]
    assert {row["stationCode"] for row in rows} == {p.code for p in absent.cloud.fleet.plants} - {second.code}


def test_a_denied_interface_is_401(visit):
    """Not a login matter: 401 with words, for that interface alone, until it is granted."""
    visitor = visit(more={"denied_interface:getStationList"})
    answer = visitor.ask("getStationList")
    assert (answer["failCode"], answer["message"]) == (401, "Invalid access to current interface!")
    assert visitor.code("stations", pageNo=1) == 0
    visitor.cloud.refused.clear()
    assert visitor.code("getStationList") == 0


def test_an_old_server_has_the_old_list_only(visit):
    """With `legacy_list` `stations` is no path, the older list serves."""
    visitor = visit(more={"legacy_list"})
    assert visitor.send("stations", pageNo=1).status == 404
    assert visitor.code("getStationList") == 0


def test_a_spent_day_may_have_its_own_code(visit):
    """With `spent_20618` a daily allowance ends in 20618, a shorter one in 407."""
    visitor = visit(generous=1.0, more={"spent_20618"})
    answers = [visitor.code("stations", pageNo=1) for _ in range(35)]
    assert answers == [0] * 34 + [20618]
    device = visitor.cloud.fleet.of_type(38)[0]
    assert [visitor.code("getDevRealKpi", devIds=str(device.id), devTypeId=38) for _ in range(9)][-1] == 407


def test_an_interface_can_be_spent_at_will(visit):
    """`spent` answers 407 for a drill, and ends with it."""
    visitor = visit()
    visitor.cloud.spent.add("stations")
    assert visitor.code("stations", pageNo=1) == 407
    visitor.cloud.spent.clear()
    assert visitor.code("stations", pageNo=1) == 0


def test_plants_and_devices_can_leave_and_come(visit):
    """What was removed is unknown, what was added is listed, and the limits follow."""
    visitor = visit()
    fleet = visitor.cloud.fleet
    plant, device = fleet.plants[0], fleet.of_type(17)[0]
    before = fleet.counts
    fleet.remove_plant(plant.code)
    fleet.remove_device(device.id)
    assert visitor.code("getStationRealKpi", stationCodes=plant.code) == 20007
    assert visitor.code("getDevRealKpi", devIds=str(device.id), devTypeId=17) == 20008
    assert (before.plants - fleet.counts.plants, before.devices[17] - fleet.counts.devices[17]) == (1, 1)
    more = type(fleet).make(2, {38: 2}, 99, SUMMER)
    fleet.add(more.plants, more.devices)
    listed = {row["plantCode"] for row in visitor.ask("stations", pageNo=1)["data"]["list"]}
    assert {p.code for p in more.plants} <= listed
    assert visitor.code("getStationRealKpi", stationCodes=more.plants[0].code) == 0


def test_hollow_rows_carry_one_value_and_true_stamps(visit):
    """For benches: every row is there with one value."""
    visitor = visit(hollow=True)
    device = visitor.cloud.fleet.of_type(38)[0]
    assert [list(row) for row in plant_values(visitor)] == [["day_power"]] * 6
    assert {len(row) for row in device_rows(visitor, 38).values()} == {1}
    asked = {"startTime": visitor.now_ms - 2 * DAY_MS, "endTime": visitor.now_ms - DAY_MS}
    rows = visitor.ask("getDevHistoryKpi", devIds=str(device.id), devTypeId=38, **asked)["data"]
    holes = visitor.cloud.holes(device, asked["startTime"], asked["endTime"])
    assert len(rows) == 288 - len(holes)


@pytest.mark.parametrize("day", [-1, 0, 400])
def test_hollow_rows_are_where_full_ones_are(visit, day):
    """Calendar rows of a hollow cloud have the stamps of a full one, in every zone, on open and closed days."""
    full, hollow = visit(plants=10), visit(plants=10, hollow=True)
    moment = full.now_ms - day * DAY_MS
    device = full.cloud.fleet.of_type(38)[0]
    questions = [
        *(
            (f"getKpiStation{span}", {"stationCodes": all_codes(full)})
            for span in ("Hour", "Day", "Month", "Year")
        ),
        *(
            (f"getDevKpi{span}", {"devIds": str(device.id), "devTypeId": 38})
            for span in ("Day", "Month", "Year")
        ),
    ]
    for name, asked in questions:
        rows = [v.ask(name, **asked, collectTime=moment)["data"] for v in (full, hollow)]
        stamps = [[(row.get("stationCode"), row["collectTime"]) for row in one] for one in rows]
        assert stamps[0] == stamps[1]
        assert {len(row["dataItemMap"]) for row in rows[1]} <= {1}
