"""Every oddity that the field knows can be switched on, and is off without its switch."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from collector.simulator.members import INVERTERS
from collector.simulator.switches import DEFAULTS, SWITCHES, checked

SUMMER = datetime(2026, 7, 15, 10, tzinfo=UTC).timestamp()
NIGHT = datetime(2026, 7, 15, 23, 30, tzinfo=UTC).timestamp()  # 01:30 in Potsdam
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


def test_the_hour_that_has_just_ended_is_late(visit):
    """Nineteen minutes after its end it is missing, after 40 it is there; without `late_hours` it is there at once."""

    def newest(visitor) -> int:
        data = visitor.ask("getKpiStationHour", stationCodes=all_codes(visitor), collectTime=visitor.now_ms)[
            "data"
        ]
        berlin = visitor.cloud.fleet.plants[0].code
        return max(row["collectTime"] for row in data if row["stationCode"] == berlin)

    hour_ms = 3_600_000
    visitor = visit(start=SUMMER + 19 * 60)
    assert newest(visitor) == int(SUMMER * 1000) - 2 * hour_ms
    visitor.later(21 * 60)
    assert newest(visitor) == int(SUMMER * 1000) - hour_ms
    assert newest(visit(start=SUMMER, less={"late_hours"})) == int(SUMMER * 1000) - hour_ms


def test_the_night(visit):
    """Asleep: state 40960, disconnected, power 0 or null, and some inverters without a row; meters are awake."""
    visitor = visit(plants=100, devices={38: 100, 47: 100}, start=NIGHT)
    asleep = [d for d in visitor.cloud.fleet.of_type(38) if d.plant.place.zone == "Europe/Berlin"]
    rows = device_rows(visitor, 38)
    found = [rows[d.id] for d in asleep if d.id in rows]
    assert 0 < len(found) < len(asleep)
    assert {row["inverter_state"] for row in found} == {40960.0}
    assert {row["run_state"] for row in found} == {0.0}
    assert {row["active_power"] for row in found} == {0.0, None}
    assert len(device_rows(visitor, 47)) == 100
    complete = visit(plants=100, devices={38: 100, 47: 100}, start=NIGHT, less={"night_gaps"})
    assert len(device_rows(complete, 38)) == 100


@pytest.mark.parametrize("stale", [True, False])
def test_yield_today_is_yesterdays_until_the_inverter_wakes(visit, stale):
    """After local midnight plant and inverter keep yesterday's total, then begin anew; without the switch they begin at 0."""
    visitor = visit(plants=1, devices={38: 2}, start=NIGHT, less=set() if stale else {"stale_dawn"})
    plant, inverters = visitor.cloud.fleet.plants[0], visitor.cloud.fleet.devices
    yesterday = visitor.cloud.truth.plant_day(plant, date(2026, 7, 15))["inverter_power"]
    assert plant_values(visitor)[0]["day_power"] == pytest.approx(yesterday if stale else 0.0, abs=0.01)
    caps = [visitor.cloud.truth.device_row(d, visitor.now_ms)["day_cap"] for d in inverters]
    assert sum(caps) == pytest.approx(yesterday if stale else 0.0, abs=0.01)
    visitor.later(4.5 * 3_600)  # 06:00 in Potsdam
    assert 0 < plant_values(visitor)[0]["day_power"] < yesterday / 4


def test_an_inverter_that_wakes_begins_its_day(visit):
    """From its first slot with light on, yield today is today's alone; until then it never moves."""
    visitor = visit(plants=1, devices={38: 1})
    device = visitor.cloud.fleet.devices[0]
    begin = visitor.cloud.truth.days.start_ms(device.plant, date(2026, 7, 15).toordinal())
    rows = [row for _, row in visitor.cloud.truth.device_rows(device, begin, begin + DAY_MS)]
    wakes = next(n for n, row in enumerate(rows) if row["inverter_state"] == 512)
    assert len({row["day_cap"] for row in rows[:wakes]}) == 1
    assert [row["day_cap"] < 0.1 for row in rows[wakes : wakes + 3]] == [True] * 3
    assert rows[0]["day_cap"] > 1


def test_history_has_holes_and_lists_them(visit):
    """Rows are missing exactly where `holes` says, the same each time; without the switch none is missing."""
    for less in (set(), {"history_holes"}):
        visitor = visit(less=less)
        device = visitor.cloud.fleet.of_type(38)[0]
        begin, end = visitor.now_ms - 4 * DAY_MS, visitor.now_ms - DAY_MS
        asked = {"devIds": str(device.id), "devTypeId": 38, "startTime": begin, "endTime": end}
        answers = [visitor.ask("getDevHistoryKpi", **asked)["data"] for _ in range(2)]
        stamps = [row["collectTime"] for row in answers[0]]
        holes = visitor.cloud.holes(device, begin, end)
        assert answers[0] == answers[1]
        assert sorted([*stamps, *holes]) == list(range(begin, end, 300_000))
        assert bool(holes) is not bool(less)


def test_history_holds_only_slots_that_are_over(visit):
    """The slot in progress is not there yet, nor is anything of the future; rows carry the true values."""
    visitor = visit(less={"history_holes"})
    device = visitor.cloud.fleet.of_type(38)[0]
    asked = {"startTime": visitor.now_ms - 900_000, "endTime": visitor.now_ms + DAY_MS}
    rows = visitor.ask("getDevHistoryKpi", devIds=str(device.id), devTypeId=38, **asked)["data"]
    assert [visitor.now_ms - row["collectTime"] for row in rows] == [900_000, 600_000, 300_000]
    for row in rows:
        assert row["dataItemMap"] == visitor.cloud.truth.device_row(device, row["collectTime"])


def test_the_older_history_serves_a_local_date(visit):
    """getDevFiveMinutes answers the date that the moment has where the device stands."""
    visitor = visit(less={"history_holes"})
    device = visitor.cloud.fleet.of_type(38)[0]
    rows = visitor.ask(
        "getDevFiveMinutes", devIds=str(device.id), devTypeId=38, collectTime=visitor.now_ms - DAY_MS
    )["data"]
    begin = int(datetime(2026, 7, 13, 22, tzinfo=UTC).timestamp() * 1000)
    assert [row["collectTime"] for row in rows] == list(range(begin, begin + DAY_MS, 300_000))


@pytest.mark.parametrize(("more", "hour"), [(set(), 22), ({"dst_off_stamps"}, 23)])
def test_days_begin_with_or_without_summer_time(visit, more, hour):
    """In July a day in Potsdam begins at 22:00Z, and at 23:00Z where the cloud ignores summer time; so for devices."""
    visitor = visit(more=more)
    plant = visitor.cloud.fleet.plants[0]
    device = next(d for d in visitor.cloud.fleet.devices_of(plant) if d.type_id in INVERTERS)
    days = visitor.ask("getKpiStationDay", stationCodes=plant.code, collectTime=visitor.now_ms)["data"]
    own = visitor.ask(
        "getDevKpiDay", devIds=str(device.id), devTypeId=device.type_id, collectTime=visitor.now_ms
    )["data"]
    stamps = [row["collectTime"] for row in days]
    assert {datetime.fromtimestamp(stamp / 1000, UTC).hour for stamp in stamps} == {hour}
    assert stamps == [row["collectTime"] for row in own]
    assert len(stamps) == 15
    months = visitor.ask("getKpiStationMonth", stationCodes=plant.code, collectTime=visitor.now_ms)["data"]
    assert datetime.fromtimestamp(months[-1]["collectTime"] / 1000, UTC) == datetime(
        2026, 6, 30, hour, tzinfo=UTC
    )


def test_open_periods_hold_what_has_come(visit):
    """Today's row grows with the day; it equals the live yield, and no row of tomorrow exists."""
    visitor = visit()
    plant = visitor.cloud.fleet.plants[0]

    def today() -> float:
        rows = visitor.ask("getKpiStationDay", stationCodes=plant.code, collectTime=visitor.now_ms)["data"]
        return rows[-1]["dataItemMap"]["inverter_power"]

    before = today()
    assert before == pytest.approx(plant_values(visitor)[0]["day_power"], abs=0.01)
    visitor.later(3_600)
    assert today() > before


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


def test_long_alarm_periods_may_be_refused(visit):
    """With `alarm_span_31` a period of more than 31 days is 20027; without it, it is served."""
    for more, code in ((set(), 0), ({"alarm_span_31"}, 20027)):
        visitor = visit(more=more)
        asked = {
            "stationCodes": all_codes(visitor),
            "language": "de_DE",
            "beginTime": 0,
            "endTime": visitor.now_ms,
        }
        assert visitor.code("getAlarmList", **asked) == code


def test_alarms_come_and_go(visit):
    """Only active ones are listed, whatever end is asked for, filtered as asked; each is listed from its rise to its end without a gap."""
    visitor = visit(plants=12)
    seen: dict[tuple[str, int], list[int]] = {}
    for step in range(240):
        asked = {
            "stationCodes": all_codes(visitor),
            "language": "en_US",
            "beginTime": 0,
            "endTime": visitor.now_ms + 9 * DAY_MS,
        }
        rows = visitor.ask("getAlarmList", **asked)["data"]
        severe = visitor.ask("getAlarmList", **asked, levels="1,2")["data"]
        assert severe == [row for row in rows if row["lev"] <= 2]
        for row in rows:
            assert row["raiseTime"] <= visitor.now_ms
            assert row["status"] == 1
            seen.setdefault((row["esnCode"], row["raiseTime"]), []).append(step)
        visitor.later(1_800)
    ended = [steps for steps in seen.values() if steps[-1] < 239]
    assert ended
    assert all(steps == list(range(steps[0], steps[-1] + 1)) for steps in seen.values())
    assert visitor.ask("getAlarmList", **asked | {"devTypes": "99"})["data"] == []


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
