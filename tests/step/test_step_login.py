from __future__ import annotations

import itertools

import pytest
from step_cloud import Cloud, Home, refused

from collector.errors import VendorUnreachable
from collector.model import Answer

LIVE = "getStationRealKpi"


async def test_one_login_serves_every_interface_and_a_restart(home: Home, cloud: Cloud) -> None:
    """The account logs in once, uses the token everywhere, and goes on with it after a restart."""
    await home.drive(3600)
    home.restart()
    await home.drive(3600)
    assert len(cloud.calls("login")) == 1
    assert {s.token for s in cloud.sent if s.interface != "login"} == {"x-token-1"}
    assert cloud.calls("logout") == []


async def test_an_ended_session_is_renewed_once(home: Home, cloud: Cloud) -> None:
    """After 305, in either of its shapes, one login follows and the collection goes on with the new token."""
    await home.settle()
    home.wait(1000)
    cloud.next(LIVE, {"failCode": 305, "immediately": True, "message": "USER_MUST_RELOGIN"})
    await home.drive(1200)
    assert len(cloud.calls("login")) == 2
    assert cloud.calls(LIVE)[-1].token == "x-token-2"
    assert "session failed" not in home.events()


async def test_two_programs_on_one_account_are_told_and_backed_off(home: Home, cloud: Cloud) -> None:
    """A session that ends within a minute of its login means that someone else uses the account; logins get ever rarer."""
    await home.settle()
    home.wait(300)
    cloud.always[LIVE] = refused(305)
    await home.drive(6 * 3600)
    told = [words for event, words in home.told if event == "session failed"]
    assert len(told) == 1
    assert "someone else uses this account" in told[0]
    times = [s.at for s in cloud.calls("login")]
    # The death of the first session, well after its login, is met with one login at once.
    gaps = [b - a for a, b in itertools.pairwise(times[1:])]
    assert min(gaps) >= 600
    assert all(later >= 1.9 * earlier for earlier, later in itertools.pairwise(gaps))
    del cloud.always[LIVE]
    await home.drive(10 * 3600)
    assert home.events()["session works again"] == 1
    assert home.account.lesson("login").busy_count == 0


@pytest.mark.parametrize("code", [20001, 20002, 20003, 20028, 20400, 20402, 20403, 30029])
async def test_a_refused_login_is_not_repeated_within_half_an_hour(
    home: Home, cloud: Cloud, code: int
) -> None:
    """Neither the other interfaces nor a restart nor a crash loop makes a second login within thirty minutes."""
    cloud.always["login"] = refused(code)
    begin = home.clock.now()
    for _ in range(6):
        await home.drive(290)
        home.restart()
    assert len(cloud.sent) == 1
    await home.drive(600)
    assert [s.interface for s in cloud.sent] == ["login", "login"]
    assert cloud.sent[1].at - begin >= 1800
    ((event, words),) = {t for t in home.told if t[0] == "login failed"}
    assert event == "login failed"
    assert str(code) in words


async def test_an_empty_answer_to_a_login_is_a_refusal(home: Home, cloud: Cloud) -> None:
    """Some clouds answer a wrong password with nothing at all."""
    cloud.next("login", Answer(200, {}, b"", 0.0, 0.0))
    assert await home.run("stations") >= home.clock.now() + 1799
    assert "password" in home.told[0][1]


async def test_a_login_made_too_often_waits_ten_minutes_then_twenty(home: Home, cloud: Cloud) -> None:
    """407 on login is never met with haste."""
    cloud.always["login"] = refused(407)
    await home.drive(4000)
    times = [s.at for s in cloud.calls("login")]
    assert times[1] - times[0] >= 600
    assert times[2] - times[1] >= 1200


async def test_a_cloud_that_is_down_is_found_again_within_minutes(home: Home, cloud: Cloud) -> None:
    """After a night without network the login succeeds within five minutes of its return."""
    cloud.always["login"] = VendorUnreachable("no connection", sent=False)
    await home.drive(12 * 3600)
    assert home.state.ledger.used("home", "login", 0.0) == (0, 0)
    times = [s.at for s in cloud.calls("login")]
    assert max(b - a for a, b in itertools.pairwise(times)) <= 301
    del cloud.always["login"]
    back = home.clock.now()
    await home.drive(400)
    assert cloud.calls("stations")[0].at - back <= 301
    assert home.events()["login works again"] == 1


async def test_a_session_of_fixed_life_is_renewed_before_it_ends(home: Home, cloud: Cloud) -> None:
    """A cloud that ends sessions at thirty minutes although they are used is remembered: the next is renewed at twenty-nine."""

    def over(body):
        session = home.clock.now() - cloud.calls("login")[-1].at
        return refused(305) if session >= 1800 else None

    cloud.always = {LIVE: over, "getDevRealKpi": over, "getAlarmList": over}
    await home.drive(4 * 3600)
    ended = home.state.ledger.used("home", "login", 0.0)[0]
    assert home.state.sessions.is_fixed("home")
    times = [s.at for s in cloud.calls("login")]
    assert ended == len(times) == 8
    # Only the first was met by a 305; the others are renewed by the first call after minute 29.
    assert all(1740 <= b - a <= 1740 + 301 for a, b in itertools.pairwise(times[1:]))


async def test_a_login_without_a_token_is_tried_again_slowly(home: Home, cloud: Cloud) -> None:
    """An accepted login that brings no token is no session, and no reason to hammer."""
    cloud.next("login", Answer(200, {}, b'{"success":true,"failCode":0}', 0.0, 0.0))
    assert await home.run("stations") >= home.clock.now() + 59
    assert home.state.sessions.get("home") is None


async def test_a_session_that_was_idle_for_half_an_hour_is_renewed_before_it_is_refused(
    home: Home, cloud: Cloud
) -> None:
    """An interface of few calls a day does not lose one of them to a session that has surely ended."""
    await home.settle()
    home.wait(28 * 60)
    await home.run("getKpiStationYear")
    assert len(cloud.calls("login")) == 1
    home.wait(61 * 60)
    await home.run("getKpiStationYear")
    assert len(cloud.calls("login")) == 2
    assert cloud.calls("getKpiStationYear")[-1].token == "x-token-2"
