from __future__ import annotations

import itertools

import pytest
from step_cloud import NOON, Cloud, Home, Sent, refused

from collector.errors import VendorUnreachable
from collector.model import Answer

LIVE = "getStationRealKpi"
DEVICES = "getDevRealKpi"
DAY = "getKpiStationDay"
GATEWAY = Answer(
    403, {}, b'{"errorCode":"49401021002","exceptionInfo":"rejected by api quotaControl"}', 0.0, 0.0
)


def _gaps(calls: list[Sent]) -> list[float]:
    return [b.at - a.at for a, b in itertools.pairwise(calls)]


async def test_a_407_makes_the_gap_grow_and_successes_shrink_it(home: Home, cloud: Cloud) -> None:
    """After a call that came too often the interface keeps half as much distance again, durably, and decays slowly."""
    await home.settle()
    cloud.next(LIVE, refused(407, data="ACCESS_FREQUENCY_IS_TOO_HIGH"))
    await home.run(LIVE)
    assert home.account.lesson(LIVE).stretch == 1.5
    home.restart()
    assert home.account.lesson(LIVE).stretch == 1.5
    await home.drive(7200)
    gaps = _gaps(cloud.calls(LIVE))
    assert gaps[0] >= 450
    assert all(b < a for a, b in itertools.pairwise(gaps[2:]))
    assert home.account.lesson("getDevRealKpi").stretch == 1.0
    assert home.events()[f"{LIVE} failed"] == home.events()[f"{LIVE} works again"] == 1


async def test_a_spent_day_lets_only_that_interface_rest(home: Home, cloud: Cloud) -> None:
    """20618 stops one interface for a part of its window; the others go on."""
    await home.settle()
    cloud.next(DAY, refused(20618))
    due = await home.run(DAY)
    assert due - home.clock.now() >= 6 * 3600 - 1
    await home.run(LIVE)
    assert len(cloud.calls(LIVE)) == 1


@pytest.mark.parametrize("busy", [GATEWAY, refused(403), refused(429)])
async def test_two_busy_interfaces_rest_the_account(home: Home, cloud: Cloud, busy: object) -> None:
    """One 403 rests its interface for a minute; a second interface that gets it rests the whole account."""
    await home.settle()
    cloud.next(LIVE, busy)
    due = await home.run(LIVE)
    assert due - home.clock.now() >= 59
    await home.run(DEVICES)
    assert len(cloud.calls(DEVICES)) == 1
    cloud.next(DAY, busy)
    await home.run(DAY)
    sent = len(cloud.sent)
    for interface in home.account.interfaces():
        due = await home.run(interface.name)
        assert due > home.clock.now()
    assert len(cloud.sent) == sent
    home.wait(400)
    await home.run(LIVE)
    assert len(cloud.sent) == sent + 1


async def test_busy_pauses_double(home: Home, cloud: Cloud) -> None:
    """A system that stays loaded is asked ever more rarely, up to an hour."""
    await home.settle()
    cloud.always[LIVE] = GATEWAY
    await home.drive(6 * 3600)
    gaps = _gaps(cloud.calls(LIVE))
    assert gaps == sorted(gaps)
    assert 3600 <= gaps[-1] <= 3700


async def test_an_interface_that_is_not_granted_rests_for_a_day(home: Home, cloud: Cloud) -> None:
    """401 is a fact about one interface: told once with what to click, kept over a restart, asked about again after a day."""
    await home.settle()
    cloud.always[DAY] = refused(401, message="Invalid access to current interface!")
    await home.drive(20 * 3600)
    home.restart()
    await home.drive(3 * 3600)
    assert len(cloud.calls(DAY)) == 1
    assert len(cloud.calls(LIVE)) > 200
    ((_, words),) = [t for t in home.told if t[0] == f"{DAY} failed"]
    assert "Northbound Management" in words
    del cloud.always[DAY]
    await home.drive(3 * 3600)
    assert len(cloud.calls(DAY)) >= 2
    assert home.events()[f"{DAY} works again"] == 1


async def test_plants_are_listed_by_the_other_interface_where_one_is_denied(cloud: Cloud) -> None:
    """Where `stations` is not granted the older list is read at once; when it is granted again it is preferred again."""
    cloud.always["stations"] = refused(401)
    home = Home(cloud, interfaces=["getKpiStationYear"])
    await home.drive(3600)
    assert [p.code for p in home.account.plants] == ["A", "B"]
    assert len(cloud.calls("stations")) == len(cloud.calls("getStationList")) == 1
    assert cloud.calls("getStationList")[0].body == {}
    assert cloud.calls("getKpiStationYear")[0].members == ["A", "B"]
    del cloud.always["stations"]
    await home.drive(26 * 3600)
    listed = len(cloud.calls("getStationList"))
    assert len(cloud.calls("stations")) == 2
    await home.drive(50 * 3600)
    assert len(cloud.calls("getStationList")) == listed
    assert len(cloud.calls("stations")) == 4


async def test_where_no_plant_list_is_granted_each_is_tried_daily(home: Home, cloud: Cloud) -> None:
    """Without any list the account says so and asks both again once a day, no more."""
    cloud.always["stations"] = cloud.always["getStationList"] = refused(401)
    await home.drive(3 * 86_400)
    assert 3 <= len(cloud.calls("stations")) <= 4
    assert 3 <= len(cloud.calls("getStationList")) <= 4


async def test_a_legacy_user_lists_plants_the_older_way(cloud: Cloud) -> None:
    """Under the older policy the older list is the first choice."""
    home = Home(cloud, policy="legacy")
    await home.drive(600)
    assert cloud.calls("stations") == []
    assert [p.code for p in home.account.plants] == ["A", "B"]


async def test_one_plant_without_rights_does_not_hide_the_others(cloud: Cloud) -> None:
    """A refused batch is halved until the one plant stands alone; all others are read, and the one is tried again daily."""
    cloud.plants = {f"P{n:02}": "" for n in range(20)}
    cloud.devices = {}
    bad = "P13"
    cloud.always[LIVE] = lambda body: refused(20056) if bad in body["stationCodes"].split(",") else None
    home = Home(cloud)
    await home.drive(2 * 3600)
    denied = next(p for p in home.account.plants if p.code == bad)
    assert "20056" in denied.access
    assert denied.access_since > NOON
    told = [words for event, words in home.told if event == f"{LIVE} of Plant {bad} failed"]
    assert len(told) == 1
    assert "Access to API" in told[0]
    read = {dict(p.tags)["plant_id"] for p in home.points() if p.measurement == "pv_plant"}
    assert read == set(cloud.plants) - {bad}
    last = cloud.calls(LIVE)[-1]
    assert sorted(last.members) == sorted(read)
    home.restart()
    before = len(cloud.calls(LIVE))
    await home.drive(20 * 3600)
    assert all(bad not in s.members for s in cloud.calls(LIVE)[before:])
    del cloud.always[LIVE]
    await home.drive(4 * 3600)
    assert bad in cloud.calls(LIVE)[-1].members
    assert {p.access for p in home.account.plants} == {"ok"}
    assert home.events()[f"{LIVE} of Plant {bad} works again"] == 1


async def test_an_unknown_device_is_found_and_the_lists_are_read_again(home: Home, cloud: Cloud) -> None:
    """A code about an unknown device lets the lists be read again within the hour; the other devices go on."""
    await home.drive(1200)
    del cloud.devices[12]
    cloud.always[DEVICES] = lambda body: refused(20008) if "12" in body["devIds"].split(",") else None
    listed = len(cloud.calls("getDevList"))
    await home.drive(3 * 3600)
    assert len(cloud.calls("getDevList")) > listed
    assert [d.code for d in home.account.devices] == ["11"]
    assert cloud.calls(DEVICES)[-1].members == ["11"]
    denied = [f for f in home.state.facts.all("home") if f.kind.startswith("denied")]
    assert denied == []


async def test_a_period_out_of_reach_is_not_asked_for_again(home: Home, cloud: Cloud) -> None:
    """What the vendor no longer holds is closed without rows."""
    await home.settle()
    await home.run(DAY)
    home.wait(4000)
    cloud.next(DAY, refused(20026))
    await home.run(DAY)
    gone = cloud.calls(DAY)[-1].body["collectTime"]
    home.wait(4000)
    await home.drive(86_400)
    assert [s.body["collectTime"] for s in cloud.calls(DAY)].count(gone) == 1
    assert home.account.held[DAY]["A"]["2026-10"].closed


async def test_an_unreadable_answer_is_kept_without_personal_data(home: Home, cloud: Cloud) -> None:
    """The raw answer is kept for replay without contact, address and token; nothing is made up; the others go on."""
    body = b'{"success":true,"failCode":0,"data":[{"plantCode":"A","contactPerson":"Ada Lovelace","plantAddress":"12 Main'
    await home.settle()
    cloud.next(LIVE, Answer(200, {}, body, 0.0, 0.0))
    home.points()
    await home.run(LIVE)
    (kept,) = home.state.answers.list()
    raw = home.state.answers.get(kept.id).body
    assert b"Ada" not in raw
    assert b"Main" not in raw
    assert b'"plantCode":"A"' in raw
    assert {p.measurement for p in home.points()} == {"collector_api", "collector_fault"}
    home.wait(400)
    await home.run(LIVE)
    assert home.events()[f"{LIVE} works again"] == 1


async def test_a_batch_of_no_use_does_not_starve_the_others(cloud: Cloud) -> None:
    """Where one batch's answers can never be read, all other batches are still read in their turn."""
    cloud.plants = {f"P{n:03}": "" for n in range(250)}
    cloud.devices = {}
    garbage = Answer(200, {}, b"garbage", 0.0, 0.0)
    broken = lambda body: garbage if "P000" in body["stationCodes"].split(",") else None  # noqa: E731  a reply
    cloud.always = {LIVE: broken, "getKpiStationHour": broken, "getDevList": broken}
    hours = Home(cloud, interfaces=["getKpiStationHour"])
    await hours.drive(30 * 3600)
    live = Home(cloud, interfaces=[LIVE])
    await live.drive(3 * 3600)
    for name, least in ((LIVE, 10), ("getKpiStationHour", 5), ("getDevList", 1)):
        asked = [s.members[0] for s in cloud.calls(name)]
        assert asked.count("P100") >= least
        assert asked.count("P200") >= least


async def test_a_long_outage_is_told_once_and_ends(home: Home, cloud: Cloud) -> None:
    """After a week without the vendor nothing has overflowed, one fault was told, and readings go on within minutes."""
    await home.drive(600)
    cloud.always = dict.fromkeys(
        (i.name for i in home.account.interfaces()), VendorUnreachable("no connection", sent=False)
    )
    lesson = home.account.lesson(LIVE)
    home.account.learn(LIVE, type(lesson)(busy_count=5000))
    await home.drive(3 * 3600)
    assert home.events()["vendor failed"] == 1
    cloud.always = {}
    before = len(cloud.calls(LIVE))
    await home.drive(700)
    assert len(cloud.calls(LIVE)) > before
    assert home.events()["vendor works again"] == 1


async def test_what_only_a_person_can_mend_rests_an_hour(home: Home, cloud: Cloud) -> None:
    """A code that only a person can mend is told once and the interface asked again hourly."""
    await home.settle()
    cloud.always[LIVE] = refused(20009)
    await home.drive(5 * 3600)
    assert 4 <= len(cloud.calls(LIVE)) <= 6
    assert home.events()[f"{LIVE} failed"] == 1
