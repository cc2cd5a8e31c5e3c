from __future__ import annotations

from typing import Any

from step_cloud import NOON, OK, Cloud, Home, refused

ALARMS = "getAlarmList"
DAY_MS = 86_400_000


def _alarm(plant: str = "A", raised_ms: int | None = None, **more: Any) -> dict[str, Any]:
    return {
        "stationCode": plant,
        "alarmId": 2001,
        "causeId": 3,
        "alarmName": "String fault",
        "esnCode": "SN11" if plant == "A" else "SN12",
        "lev": 2,
        "raiseTime": int(NOON * 1000) - 60_000 if raised_ms is None else raised_ms,
        **more,
    }


def _lines(home: Home) -> list[tuple[str, float, int]]:
    """Return plant, active and time of every alarm line in the spool."""
    return [
        (dict(p.tags)["plant_id"], p.fields["active"], p.time_ns)  # type: ignore[misc]
        for p in home.points()
        if p.measurement == "pv_alarm"
    ]


async def _poll(home: Home) -> None:
    home.wait(2000)
    await home.run(ALARMS)


async def test_an_alarm_opens_and_closes_at_the_moment_it_was_raised(home: Home, cloud: Cloud) -> None:
    """While it is listed it is active; when a later list does not have it, its one line becomes inactive with an end."""
    await home.settle()
    cloud.alarms = [_alarm()]
    await _poll(home)
    ((plant, active, at),) = _lines(home)
    assert (plant, active, at) == ("A", 1.0, int(NOON * 1000 - 60_000) * 1_000_000)
    cloud.alarms = []
    await _poll(home)
    assert _lines(home) == [("A", 0.0, at)]
    assert home.state.alarms.open("home") == []
    await _poll(home)
    assert _lines(home) == []


async def test_the_window_is_as_long_as_the_vendor_allows(home: Home, cloud: Cloud) -> None:
    """A poll covers almost 31 days, and never more."""
    await home.settle()
    await _poll(home)
    body = cloud.calls(ALARMS)[0].body
    assert 30 * DAY_MS < body["endTime"] - body["beginTime"] < 31 * DAY_MS
    assert body["endTime"] <= home.clock.now() * 1000


async def test_an_alarm_of_a_plant_not_asked_about_stays_open(home: Home, cloud: Cloud) -> None:
    """A plant that could not be asked about says nothing about its alarms."""
    await home.settle()
    cloud.alarms = [_alarm("A"), _alarm("B")]
    await _poll(home)
    home.points()
    cloud.alarms = []
    cloud.always[ALARMS] = lambda body: refused(20056) if "B" in body["stationCodes"].split(",") else None
    for _ in range(4):
        await _poll(home)
    assert {(plant, active) for plant, active, _ in _lines(home)} == {("A", 0.0)}
    assert [a.plant_id for a in home.state.alarms.open("home")] == ["B"]


async def test_an_alarm_older_than_the_window_stays_open(home: Home, cloud: Cloud) -> None:
    """A list that could not hold the alarm does not end it."""
    await home.settle()
    cloud.alarms = [_alarm()]
    await _poll(home)
    home.wait(32 * 86_400)
    cloud.alarms = []
    await _poll(home)
    assert len(home.state.alarms.open("home")) == 1


async def test_a_failed_poll_ends_nothing(home: Home, cloud: Cloud) -> None:
    """Neither a refusal nor an answer that cannot be read closes an alarm."""
    await home.settle()
    cloud.alarms = [_alarm()]
    await _poll(home)
    cloud.alarms = []
    cloud.next(ALARMS, refused(20200), {**OK, "data": {"list": []}})
    await _poll(home)
    await _poll(home)
    assert len(home.state.alarms.open("home")) == 1
    home.wait(4000)
    await _poll(home)
    assert home.state.alarms.open("home") == []


async def test_open_alarms_survive_a_restart(home: Home, cloud: Cloud) -> None:
    """An alarm raised before a restart and ended while nothing ran is closed by the first poll after it."""
    await home.settle()
    cloud.alarms = [_alarm()]
    await _poll(home)
    home.points()
    home.restart()
    cloud.alarms = []
    await _poll(home)
    assert [active for _, active, _ in _lines(home)] == [0.0]


async def test_the_same_alarm_raised_again_is_another(home: Home, cloud: Cloud) -> None:
    """Raised a second time, the first is ended and the second is open."""
    await home.settle()
    cloud.alarms = [_alarm()]
    await _poll(home)
    home.points()
    again = int(home.clock.now() * 1000)
    cloud.alarms = [_alarm(raised_ms=again)]
    await _poll(home)
    assert sorted((active, at == again * 1_000_000) for _, active, at in _lines(home)) == [
        (0.0, False),
        (1.0, True),
    ]
