from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from living import DAY_S, Living, fleet

from collector.zones import day_start

ZONES = {
    "−10": "Pacific/Honolulu",
    "−3": "America/Sao_Paulo",
    "+1/+2": "Europe/Berlin",
    "+5:30": "Asia/Kolkata",
    "+12": "Pacific/Fiji",
    "+12/+13": "Pacific/Auckland",
    "+13": "Pacific/Tongatapu",
}
CALENDARS = [f"getKpiStation{name}" for name in ("Hour", "Day", "Month", "Year")]
EPOCH = date(1970, 1, 1).toordinal()


def _utc_ms(day: date) -> int:
    return (day.toordinal() - EPOCH) * 86_400_000


async def _lived(turn: date, days: int = 4) -> Living:
    """A fleet around the world that lives from two days before a date, with the zones that its owner set."""
    start = datetime(turn.year, turn.month, turn.day, 3, tzinfo=UTC).timestamp() - 2 * DAY_S
    cloud_fleet = fleet(list(ZONES.values()), {38: 1}, start, 3)
    zones = {p.code: p.place.zone for p in cloud_fleet.plants}
    living = Living(cloud_fleet, start, zones=zones, interfaces=[*CALENDARS, "getDevKpiDay"])
    await living.live(days * DAY_S)
    return living


TURNS = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 31), date(2026, 9, 27), date(2026, 4, 5)]


@pytest.mark.parametrize("turn", TURNS)
async def test_days_and_hours_of_every_zone_are_at_the_right_place(turn: date) -> None:
    """Over both changes of clocks, on both halves of the earth, and over New Year: every day row of every plant stands at 00:00Z
    of its local date, every hour at its true start, with the vendor's values; a day of 23 hours has 23, one of 25 has 25.
    """
    living = await _lived(turn)
    truth, database = living.cloud.truth, living.database
    for plant in living.fleet.plants:
        zone = plant.place.zone
        hours = database.rows("pv_plant_hour", plant_id=plant.code)
        rows = database.rows("pv_plant_day", plant_id=plant.code)
        device = living.fleet.devices_of(plant)[0]
        own = database.rows("pv_device_day", device_id=str(device.id))
        wanted = [turn + timedelta(days=n) for n in (-3, -2, -1, 0)]
        for day in wanted:
            served = dict(truth.plant_hours(plant, day))
            begin, end = (int(day_start(zone, d) * 1000) for d in (day, day + timedelta(days=1)))
            assert {t for t in hours if begin <= t < end} == set(served), (zone, day)
            assert len(served) == (end - begin) / 3_600_000
            for stamp, row in served.items():
                assert hours[stamp]["yield_kwh"] == pytest.approx(row["inverter_power"])
                assert hours[stamp]["local_date"] == day.isoformat()
            item = truth.plant_day(plant, day)
            assert item is not None
            assert rows[_utc_ms(day)]["yield_kwh"] == pytest.approx(item["inverter_power"]), (zone, day)
            assert rows[_utc_ms(day)]["local_date"] == day.isoformat()
            part = truth.device_day(device, day)
            assert part is not None
            assert own[_utc_ms(day)]["yield_kwh"] == pytest.approx(part["product_power"]), (zone, day)
        first = date.fromordinal(truth.days.connected(plant))
        assert min(rows) == _utc_ms(first)
        assert all(stamp % 86_400_000 == 0 for stamp in rows)
    assert living.cloud.journal.refused == 0


async def test_months_and_years_of_every_zone_end_with_the_year() -> None:
    """Over New Year every plant has the rows of December, January, the old year and the new one at their first days."""
    living = await _lived(date(2026, 12, 31), 5)
    truth = living.cloud.truth
    for plant in living.fleet.plants:
        months = living.database.rows("pv_plant_month", plant_id=plant.code)
        years = living.database.rows("pv_plant_year", plant_id=plant.code)
        december = truth.plant_month(plant, 2026, 12)
        assert december is not None
        stored = months[_utc_ms(date(2026, 12, 1))]["yield_kwh"]
        assert stored == pytest.approx(december["inverter_power"]), plant.place.zone
        assert set(months) == {_utc_ms(date(2026, 12, 1)), _utc_ms(date(2027, 1, 1))}
        assert set(years) == {_utc_ms(date(2026, 1, 1)), _utc_ms(date(2027, 1, 1))}


async def test_five_minutes_of_the_longest_and_shortest_day() -> None:
    """300 and 276 slots: what is expected of a day follows the plant's clock, in every zone of one fleet."""
    for turn, slots in ((date(2026, 10, 25), 300), (date(2026, 3, 29), 276)):
        start = datetime(turn.year, turn.month, turn.day, 3, tzinfo=UTC).timestamp() - DAY_S
        cloud_fleet = fleet(["Europe/Berlin", "Asia/Kolkata"], {38: 1}, start, 1)
        zones = {p.code: p.place.zone for p in cloud_fleet.plants}
        names = ["getDevHistoryKpi", "getKpiStationYear"]
        living = Living(cloud_fleet, start, zones=zones, interfaces=names)
        await living.live(3.2 * DAY_S)
        berlin, kolkata = living.fleet.devices
        for device, expected in ((berlin, slots), (kolkata, 288)):
            told = living.database.rows("collector_coverage", device_id=str(device.id))
            assert told[_utc_ms(turn)]["expected"] == expected
            assert living.wrong_days(device, living.clock.now()) == []
            begin, end = (
                int(day_start(device.plant.place.zone, turn + timedelta(days=n)) * 1000) for n in (0, 1)
            )
            stored = [
                t for t in living.database.rows("pv_inverter", device_id=str(device.id)) if begin <= t < end
            ]
            assert len(stored) == expected - len(living.cloud.holes(device, begin, end))


async def test_a_plant_that_moves_its_offset_loses_no_day() -> None:
    """A plant whose stamps begin to show another offset is dated by it from then on, and no day is lost or doubled."""
    start = datetime(2026, 10, 22, 3, tzinfo=UTC).timestamp()
    # Without a zone from the owner: the offset is learned from the stamps, and moves at the end of summer.
    living = Living(fleet(["Europe/Berlin"], {38: 1}, start, 3), start)
    await living.live(6 * DAY_S)
    (plant,) = living.fleet.plants
    rows = living.database.rows("pv_plant_day", plant_id=plant.code)
    first = date.fromordinal(living.cloud.truth.days.connected(plant))
    assert sorted(rows) == [_utc_ms(first + timedelta(days=n)) for n in range(len(rows))]
    assert len(rows) >= 8
    for device in living.fleet.devices:
        assert [w for w in living.wrong_days(device, living.clock.now()) if "rows are missing" in w] == []
