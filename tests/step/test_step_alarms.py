from __future__ import annotations

from typing import Any

from step_cloud import NOON, OK, Cloud, Home, Sent, refused

from collector.step.alarm_turns import SWEPT

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


async def _settle(home: Home) -> None:
    """Read the lists; the first polls, which go back a year, are taken as done."""
    await home.settle()
    for code in home.cloud.plants:
        home.state.facts.put("home", SWEPT, code, "1000", NOON)
    home.account.alarm_turns.reload()


async def _poll(home: Home) -> None:
    home.wait(2000)
    await home.run(ALARMS)


def _is_newest(call: Sent) -> bool:
    """Tell whether a poll asked about the newest stretch; a login may have come between choice and sending."""
    return bool(call.body["endTime"] > call.at * 1000 - 10_000)


async def test_an_alarm_opens_and_closes_at_the_moment_it_was_raised(home: Home, cloud: Cloud) -> None:
    """While it is listed it is active; when a later list does not have it, its one line becomes inactive with an end."""
    await _settle(home)
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
    await _settle(home)
    await _poll(home)
    body = cloud.calls(ALARMS)[0].body
    assert 30 * DAY_MS < body["endTime"] - body["beginTime"] < 31 * DAY_MS
    assert body["endTime"] <= home.clock.now() * 1000


async def test_an_alarm_of_a_plant_not_asked_about_stays_open(home: Home, cloud: Cloud) -> None:
    """A plant that could not be asked about says nothing about its alarms."""
    await _settle(home)
    cloud.alarms = [_alarm("A"), _alarm("B")]
    await _poll(home)
    home.points()
    cloud.alarms = []
    cloud.always[ALARMS] = lambda body: refused(20056) if "B" in body["stationCodes"].split(",") else None
    for _ in range(4):
        await _poll(home)
    assert {(plant, active) for plant, active, _ in _lines(home)} == {("A", 0.0)}
    assert [a.plant_id for a in home.state.alarms.open("home")] == ["B"]


async def test_an_alarm_ends_only_by_a_poll_that_could_have_seen_it(home: Home, cloud: Cloud) -> None:
    """What lies behind the newest stretch stays open until the stretch that holds it is asked about, and is closed by that."""
    await _settle(home)
    raised = int(NOON * 1000) - 60_000
    cloud.alarms = [_alarm()]
    await _poll(home)
    home.wait(70 * 86_400)
    home.account.state.facts.put("home", SWEPT, "A", "1000", NOON)
    cloud.alarms = []
    seen = len(cloud.calls(ALARMS))
    for _ in range(8):
        await _poll(home)
        body = cloud.calls(ALARMS)[-1].body
        could = body["beginTime"] <= raised <= body["endTime"]
        assert len(home.state.alarms.open("home")) == (0 if could else 1)
        if could:
            break
    assert home.state.alarms.open("home") == []
    asked = [(c.body["beginTime"], c.body["endTime"]) for c in cloud.calls(ALARMS)[seen:]]
    assert all(end - begin < 31 * DAY_MS for begin, end in asked)


async def test_the_first_polls_go_back_a_year_without_a_gap(home: Home, cloud: Cloud) -> None:
    """Between polls of the newest stretch each older one is asked once, newest first; then only the newest is, over a restart too."""
    await home.settle()
    for _ in range(30):
        await _poll(home)
    calls = cloud.calls(ALARMS)
    older = [c for c in calls if c.body["endTime"] < c.at * 1000 - DAY_MS]
    assert [c in older for c in calls[:24]] == [False, True] * 11 + [False, False]
    edges = [c.body["beginTime"] for c in calls[:1]]
    for call in older:
        # The stretch before was dated earlier, so that this one begins where it would begin now.
        assert call.body["endTime"] >= edges[-1]
        edges.append(call.body["beginTime"])
    assert edges[-1] <= NOON * 1000 - 365 * DAY_MS
    home.restart()
    for _ in range(3):
        await _poll(home)
    assert all(_is_newest(c) for c in cloud.calls(ALARMS)[-3:])


async def test_out_of_reach_ends_the_first_polls(home: Home, cloud: Cloud) -> None:
    """20026 says how far back the vendor tells: nothing older is asked about again, and no fault is told."""
    await home.settle()
    cloud.always[ALARMS] = lambda body: (
        refused(20026) if body["beginTime"] < NOON * 1000 - 100 * DAY_MS else None
    )
    for _ in range(20):
        await _poll(home)
    refusals = [c for c in cloud.calls(ALARMS) if c.body["beginTime"] < NOON * 1000 - 100 * DAY_MS]
    assert len(refusals) == 1
    assert all(_is_newest(c) for c in cloud.calls(ALARMS)[-8:])
    home.restart()
    await _poll(home)
    await _poll(home)
    assert all(_is_newest(c) for c in cloud.calls(ALARMS)[-2:])


async def test_a_plant_that_joins_is_looked_back_for(home: Home, cloud: Cloud) -> None:
    """The first polls are each plant's own: a new one brings them back for its batch."""
    await _settle(home)
    await _poll(home)
    await _poll(home)
    assert all(_is_newest(c) for c in cloud.calls(ALARMS))
    cloud.plants["C"] = ""
    home.wait(90_000)
    await home.settle()
    for _ in range(3):
        await _poll(home)
    assert any(c.body["endTime"] < c.at * 1000 - DAY_MS for c in cloud.calls(ALARMS)[-3:])


async def test_a_month_without_polls_is_looked_back_for(home: Home, cloud: Cloud) -> None:
    """What was raised while nobody looked may lie in an older stretch by now."""
    await _settle(home)
    await _poll(home)
    home.wait(40 * 86_400)
    cloud.alarms = [_alarm(raised_ms=int((NOON + 3 * 86_400) * 1000))]
    cloud.always[ALARMS] = lambda body: {
        **OK,
        "data": [a for a in cloud.alarms if body["beginTime"] <= a["raiseTime"] <= body["endTime"]],
    }
    for _ in range(4):
        await _poll(home)
    assert len(home.state.alarms.open("home")) == 1


async def test_an_alarm_keeps_the_tags_it_was_raised_with(home: Home, cloud: Cloud) -> None:
    """Neither another severity nor a device that becomes known later makes a second row: the end is written over the beginning."""
    await _settle(home)
    cloud.alarms = [_alarm(esnCode="SN99")]
    await _poll(home)
    cloud.devices[99] = ("A", 1)
    home.wait(90_000)
    await home.settle()
    cloud.alarms = [_alarm(esnCode="SN99", lev=1, alarmName="Chaîne en défaut")]
    await _poll(home)
    cloud.alarms = []
    await _poll(home)
    rows = [p for p in home.points() if p.measurement == "pv_alarm"]
    assert [p.fields["active"] for p in rows] == [1.0, 1.0, 0.0]
    assert len({(p.tags, p.time_ns) for p in rows}) == 1
    assert dict(rows[0].tags)["device_id"] == "sn:SN99"
    assert rows[-1].fields["name"] == "Chaîne en défaut"


async def test_a_failed_poll_ends_nothing(home: Home, cloud: Cloud) -> None:
    """Neither a refusal nor an answer that cannot be read closes an alarm."""
    await _settle(home)
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
    await _settle(home)
    cloud.alarms = [_alarm()]
    await _poll(home)
    home.points()
    home.restart()
    cloud.alarms = []
    await _poll(home)
    assert [active for _, active, _ in _lines(home)] == [0.0]


async def test_the_same_alarm_raised_again_is_another(home: Home, cloud: Cloud) -> None:
    """Raised a second time, the first is ended and the second is open."""
    await _settle(home)
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
