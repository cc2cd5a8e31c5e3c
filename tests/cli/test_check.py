from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest
from cli_state import PASSWORD, SESSION_TOKEN, device, fill, plant

from collector import client
from collector.errors import SinkUnavailable, VendorUnreachable
from collector.model import Answer
from collector.packing import pack
from collector.report.checks import units_findings
from collector.sinks.sqlite import SqliteStore
from collector.step.faults import FAULT
from collector.store import Rejected, Session, StateFile


class Cloud:
    """A pretended cloud: answers by host and path, and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.answers = {}
        self.fault = None

    async def send(self, base_url, request):
        self.asked.append((base_url, request.path.rpartition("/")[2]))
        if self.fault is not None:
            raise self.fault
        path = request.path.rpartition("/")[2]
        body = self.answers.get((base_url, path)) or self.answers.get(path) or good(path)
        headers = {"xsrf-token": SESSION_TOKEN} if path == "login" else {}
        now = time.time()
        return Answer(200, headers, json.dumps(body).encode(), now, now)

    def count(self, path):
        return sum(name == path for _, name in self.asked)


def good(path):
    if path == "login":
        return {"success": True, "failCode": 0, "data": None}
    return listed("NE=1", "NE=2")


def listed(*codes, pages=1):
    rows = [{"plantCode": c, "plantName": f"Roof {c}", "capacity": 10.0} for c in codes]
    data = {"list": rows, "pageCount": pages, "pageNo": 1, "pageSize": 100, "total": len(rows)}
    return {"success": True, "failCode": 0, "data": data, "params": {"currentTime": int(time.time() * 1000)}}


def refused(code):
    return {"success": False, "failCode": code, "data": None, "message": None}


@pytest.fixture
def cloud(monkeypatch):
    made = Cloud()
    monkeypatch.setattr(client.Client, "send", lambda _, url, request: made.send(url, request))
    return made


@pytest.fixture
def one(config):
    """The configuration with the account home alone."""
    text = config.read_text()
    begin, end = text.index("  roof:"), text.index("state_dir:")
    config.write_text(text[:begin] + text[end:])
    return config


def checked(run, config):
    outcome = run("check", "--config", config, "--json")
    document = json.loads(outcome.out)
    assert document["good"] is (outcome.code == 0)
    return outcome.code, {f"{f['account']} {f['subject']}".strip(): f for f in document["findings"]}


def test_everything_in_order(run, one, cloud, state_dir):
    """A first check logs in once, reads the plant list once, keeps both, and is good."""
    code, found = checked(run, one)
    assert code == 0, found
    assert cloud.asked == [("https://vendor.example", "login"), ("https://vendor.example", "stations")]
    assert {found[s]["verdict"] for s in ("settings", "state", "database", "home login", "home plants")} == {
        "good"
    }
    with StateFile.open(state_dir) as state:
        assert [p.code for p in state.inventory.plants("home")] == ["NE=1", "NE=2"]
        assert state.sessions.get("home") is not None
        assert state.ledger.used("home", "login", 0.0) == (1, 0)
        assert state.ledger.used("home", "stations", 0.0) == (1, 0)


def test_a_second_check_spends_nothing_that_is_not_allowed(run, one, cloud):
    """The session is shared, and while the list may not be asked for again, what is known is told."""
    checked(run, one)
    code, found = checked(run, one)
    assert code == 0
    assert (cloud.count("login"), cloud.count("stations")) == (1, 1)
    assert "2 plants listed" in found["home plants"]["words"]
    assert "stations is allowed in" in found["home plants"]["words"]


@pytest.mark.parametrize("code", [20400, 20003, 20001])
def test_a_refused_login_is_not_repeated(run, one, cloud, code):
    """A refused login is told in words, and a second check within 30 minutes sends nothing."""
    cloud.answers["login"] = refused(code)
    first, found = checked(run, one)
    assert first == 1
    assert str(code) in found["home login"]["words"]
    assert "The next login is allowed in 30 min" in found["home login"]["words"]
    again, found = checked(run, one)
    assert (again, cloud.count("login")) == (1, 1)
    assert str(code) in found["home login"]["words"]


def test_a_login_that_is_not_allowed_now_is_not_tried(run, one, cloud, state_dir):
    """Where five logins have just been spent, check sends none and says when."""
    now = time.time()
    with StateFile.open(state_dir) as state:
        for age in (50, 40, 30, 20, 10):
            state.ledger.answered(state.ledger.spend("home", "login", now - age), now - age, refused=False)
    code, found = checked(run, one)
    assert (code, cloud.asked) == (0, [])
    assert found["home login"]["verdict"] == "later"


def test_a_dead_session_is_replaced_once(run, one, cloud, state_dir):
    """A session that the vendor no longer knows leads to one login; one that dies at once to no second."""
    with StateFile.open(state_dir) as state:
        fill_session(state)
    cloud.answers["stations"] = refused(305)
    code, found = checked(run, one)
    assert (code, cloud.count("login")) == (1, 1)
    assert "someone else uses this account" in found["home login"]["words"]


def fill_session(state):
    state.sessions.put("home", Session("an-older-one", time.time() - 9_000, time.time() - 9_000))


def test_a_list_that_is_not_granted_falls_back_to_the_older_one(run, one, cloud):
    """Where `stations` is not granted, the older list is asked for, as `run` would."""
    cloud.answers["stations"] = refused(401)
    cloud.answers["getStationList"] = {
        "success": True,
        "failCode": 0,
        "data": [{"stationCode": "NE=7", "stationName": "Seven", "capacity": 0.01}],
    }
    _, found = checked(run, one)
    assert cloud.count("getStationList") == 1
    assert found["home plants"]["words"] == "1 plant listed"


def test_an_account_without_plants_says_what_to_click(run, one, cloud):
    """An empty list is wrong, with the mend."""
    cloud.answers["stations"] = listed()
    code, found = checked(run, one)
    assert code == 1
    assert "Bind plants" in found["home plants"]["words"]


def test_a_cloud_that_cannot_be_reached(run, one, cloud):
    """No answer is wrong, at the first check and at one that may not ask again yet."""
    cloud.fault = VendorUnreachable("no connection to vendor.example")
    for _ in range(2):
        code, found = checked(run, one)
        assert code == 1
        assert "no connection" in found["home login"]["words"]
    assert len(cloud.asked) == 1


def test_one_account_does_not_hide_the_other(run, config, cloud):
    """Each account is tried, whatever became of the one before."""
    cloud.answers["https://vendor.example", "login"] = refused(20400)
    cloud.answers["https://other.example", "stations"] = listed("NE=9")
    code, found = checked(run, config)
    assert code == 1
    assert found["home login"]["verdict"] == "wrong"
    assert found["roof plants"]["words"] == "1 plant listed"


def test_equal_ids_at_two_hosts_are_found_in_the_same_check(run, config, cloud):
    """Both hosts list the same ids: the later account is told to set a prefix."""
    code, found = checked(run, config)
    assert code == 1
    assert "accounts.roof.id_prefix" in next(f["words"] for f in found.values() if "id_prefix" in f["words"])


def test_the_database_is_tried(run, one, cloud, monkeypatch):
    """A database that does not answer is wrong, in its own words."""

    async def dead(self):
        raise SinkUnavailable("nobody listens at influxdb:8086")

    monkeypatch.setattr(SqliteStore, "probe", dead)
    code, found = checked(run, one)
    assert (code, found["database"]["words"]) == (1, "nobody listens at influxdb:8086")


def test_what_run_found_out_is_told_too(run, one, cloud, state_dir):
    """Faults, plants without access and refused lines that `run` has kept are told, each once."""
    fill(state_dir)
    with StateFile.open(state_dir) as state:
        state.facts.put("home", FAULT, "getAlarmList", "401: not granted", time.time() - 60)
        state.inventory.save_plants("home", [plant(1, access="20056: not authorised"), plant(2)])
    code, found = checked(run, one)
    assert code == 1
    assert found["home getAlarmList"]["words"].startswith("401: not granted (since ")
    assert found["home plant Roof NE=1"]["words"].startswith("20056: not authorised")
    assert found["quarantine"]["verdict"] == "note"


@pytest.mark.parametrize(
    ("kilowatts", "verdict", "unit"), [(1.0, "good", ""), (1e3, "wrong", "W"), (1e-3, "wrong", "kW")]
)
async def test_units_are_judged_by_a_days_counters(tmp_path, kilowatts, verdict, unit):
    """Power that is 1 000 times off its own counters names the setting that mends it; else it is good."""
    now = 1_700_000_000
    lines = [
        b"pv_meter,device_id=13,plant_id=NE\\=2 active_power_kw=%f,export_kwh=%f,import_kwh=5.0 %d"
        % (kilowatts, 100 + k / 12, (now - 43_200 + 300 * k) * 10**9)
        for k in range(100)
    ]
    store = SqliteStore(tmp_path / "store.db")
    await store.write(pack(lines), len(lines))
    account = SimpleNamespace(name="home", devices=[device(13, 2, 17, "meter")])
    (found,) = await units_findings({"home": account}, store, now)
    await store.close()
    assert found.verdict == verdict
    assert (f"accounts.home.units: {{17: {unit}}}" in found.words) is bool(unit)


def test_no_account_is_wrong_use(run, one):
    """Without an account there is nothing to check: exit 2, naming the mend."""
    text = one.read_text()
    one.write_text(text[text.index("state_dir:") :])
    outcome = run("check", "--config", one)
    assert outcome.code == 2
    assert "accounts" in outcome.err


def test_the_text_fits_80_columns_and_holds_no_secret(run, one, cloud):
    """What the vendor answers is shown without the password that it may repeat."""
    cloud.fault = VendorUnreachable(f"odd answer: {PASSWORD} {SESSION_TOKEN[:0]}")
    outcome = run("check", "--config", one)
    assert outcome.code == 1
    assert "wrong   home login" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_a_refused_line_is_kept_while_checking(run, one, cloud, state_dir):
    """Check changes nothing in the quarantine."""
    with StateFile.open(state_dir) as state:
        state.quarantine.add(Rejected(b"a b=1 1", "no", "sqlite", 1.0, 2.0))
    checked(run, one)
    with StateFile.open(state_dir) as state:
        assert state.quarantine.count() == 1


def test_a_database_that_has_come_back_is_a_note(run, one, cloud, state_dir):
    """While a batch waits for its next try though the database answers again, nothing is wrong."""
    fill(state_dir)
    with StateFile.open(state_dir) as state:
        state.spool.postpone(state.spool.oldest().id, time.time() + 30, "connection refused")
    outcome = run("check", "--config", one)
    assert outcome.code == 0
    assert "note    database: connection refused" in outcome.out
