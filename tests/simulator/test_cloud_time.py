"""Night, dawn, late hours, holes, days and alarms: what the cloud tells when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from collector.simulator.members import INVERTERS

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
