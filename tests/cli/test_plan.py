from __future__ import annotations

import json

import pytest

from collector.catalogue.fusionsolar import INTERFACES
from collector.catalogue.terms import Role
from collector.errors import ConfigurationError
from collector.quota import Fleet
from collector.report import fleet_words
from collector.report.budgets import Budget, sweep_calls, verdict

KEYS = ["interface", "calls", "window_s", "min_gap_s", "sweep_calls", "every_s"]


def planned(run, *arguments):
    outcome = run("plan", "--json", *arguments)
    assert outcome.code == 0, outcome.err
    document = json.loads(outcome.out)
    assert list(document) == ["interfaces"]
    return {row["interface"]: row for row in document["interfaces"]}


@pytest.mark.parametrize(
    ("plants", "devices", "expected"),
    [
        (20, [], {"stations": (34, 86_400), "getStationRealKpi": (1, 300), "login": (5, 600)}),
        (120, [], {"stations": (44, 86_400), "getStationRealKpi": (2, 300)}),
        (20, ["1=20", "17=20"], {"getDevRealKpi": (2, 300), "getDevHistoryKpi": (28, 86_400)}),
        (
            120,
            ["1=120", "17=120"],
            {"getDevRealKpi": (4, 300), "getDevHistoryKpi": (48, 86_400), "getAlarmList": (4, 1_800)},
        ),
    ],
)
def test_the_manuals_worked_examples(run, plants, devices, expected):
    """Calls and windows are those that the manual works out for 20 and 120 plants and devices."""
    rows = planned(run, "--plants", plants, *(["--devices", *devices] if devices else []))
    assert {name: (rows[name]["calls"], rows[name]["window_s"]) for name in expected} == expected


def test_every_interface_of_the_catalogue_is_told(run):
    """The plan names every interface once, with exactly the promised keys."""
    rows = planned(run, "--plants", 1)
    assert list(rows) == list(INTERFACES)
    assert all(list(row) == KEYS for row in rows.values())


def test_a_live_sweep_is_never_promised_under_five_minutes(run):
    """Where a minute would be allowed, a live sweep still takes the 5 minutes in which something new comes."""
    rows = planned(run, "--plants", 1, "--devices", "1=1", "--policy", "legacy")
    assert rows["getStationRealKpi"]["every_s"] == rows["getDevRealKpi"]["every_s"] == 300


def test_a_sweep_is_stretched_by_the_one_a_minute_rule(run):
    """600 plants need 6 calls a minute apart: a sweep takes 6 minutes, and the text says so."""
    assert planned(run, "--plants", 600)["getStationRealKpi"]["every_s"] == 360
    text = run("plan", "--plants", 600).out
    assert "getStationRealKpi is stretched to 6 min: 600 plants need 6 calls, 1 min apart." in text


def test_a_sweep_has_one_device_type_a_call(run):
    """Device types are not mixed in a call, and types that an interface does not serve cost nothing."""
    rows = planned(run, "--plants", 20, "--devices", "1=101", "17=1", "62=500")
    assert rows["getDevRealKpi"]["sweep_calls"] == 3
    assert rows["getDevHistoryKpi"]["sweep_calls"] == 12
    assert rows["getDevKpiDay"]["sweep_calls"] == 2


def test_nothing_to_sweep_takes_no_time(run):
    """Without devices there is no device sweep, and no number stands where there is none."""
    row = planned(run, "--plants", 20)["getDevRealKpi"]
    assert (row["calls"], row["sweep_calls"], row["every_s"]) == (0, 0, None)


def test_the_older_policy_is_one_call_a_minute(run):
    """A legacy user has one call a minute everywhere but at the login and at restricted interfaces."""
    for name, row in planned(run, "--plants", 20, "--devices", "1=20", "--policy", "legacy").items():
        own = INTERFACES[name].restricted or INTERFACES[name].role in (Role.LOGIN, Role.LOGOUT)
        assert ((row["calls"], row["window_s"]) == (1, 60)) is not own


@pytest.mark.parametrize(
    "devices",
    [
        ["--devices", "inverter=20", "meter=20"],
        ["--devices", "1=20", "--devices", "17=20"],
        ["--devices", "1=20,17=20"],
        ["--devices", "1=15", "Inverter=5", "17=20"],
    ],
)
def test_devices_may_be_written_in_several_ways(run, devices):
    """Numbers, names, commas and repeated options all say the same fleet."""
    assert planned(run, "--plants", 20, *devices) == planned(
        run, "--plants", 20, "--devices", "1=20", "17=20"
    )


@pytest.mark.parametrize(
    ("arguments", "setting", "mend"),
    [
        (["--plants", "2", "--devices", "toaster=2"], "--devices: toaster", "inverter=1"),
        (["--plants", "2", "--devices", "1:2"], "--devices: '1:2'", "inverter=20"),
        (["--plants", "2", "1=2"], "--devices", "--devices inverter=20"),
        (["--devices", "1=2"], "--plants", "--plants 20"),
        (["--plants", "2", "--policy", "old"], "--policy: old", "dynamic or legacy"),
    ],
)
def test_wrong_use_names_the_option_and_the_mend(run, arguments, setting, mend):
    """Wrong use ends with 2 and one line that names the option and the mend."""
    outcome = run("plan", *arguments)
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert setting in outcome.err
    assert mend in outcome.err


def test_without_accounts_the_plan_says_what_to_do(run, tmp_path, monkeypatch):
    """Neither a fleet nor an account: the mend names both ways."""
    monkeypatch.chdir(tmp_path)
    outcome = run("plan")
    assert outcome.code == 2
    assert "--plants N" in outcome.err


@pytest.mark.parametrize("arguments", [["--plants", "600", "--devices", "1=6000", "39=500"], ["--config"]])
def test_the_table_fits_80_columns(run, config, filled, arguments):
    """No row of the table is wider than a terminal of 80 columns, and no interface's name is cut."""
    outcome = run("plan", *arguments, *([config] if arguments == ["--config"] else []))
    assert max(map(len, outcome.out.splitlines())) <= 80
    assert " getKpiStationMonth " in outcome.out


def test_real_accounts_tell_use_and_stretch(run, config, filled):
    """With a state, the plan is the account's own: what it has used, and what refusals have taught."""
    document = json.loads(run("plan", "--config", config, "--json").out)
    home, roof = document["accounts"]
    rows = {row["interface"]: row for row in home["interfaces"]}
    assert (home["account"], home["plants"], home["devices"]) == ("home", 2, {"1": 2, "17": 1})
    assert (rows["getStationRealKpi"]["used"], rows["getStationRealKpi"]["refused"]) == (1, 0)
    assert (rows["getDevRealKpi"]["stretch"], rows["getDevRealKpi"]["refused"]) == (1.5, 1)
    assert rows["getDevRealKpi"]["every_s"] == 450
    assert roof["plants"] == 0


def test_real_accounts_in_words(run, config, filled):
    """The text says which interface of the account is stretched, to what, and why."""
    text = " ".join(run("plan", "--config", config).out.split())
    assert "getDevRealKpi is stretched to 7 min 30 s: 3 devices need 2 calls" in text
    assert "getDevRealKpi: called too often." in text
    assert "roof: no plants are known yet" in text


def test_asking_leaves_no_trace(run, config, state_dir):
    """Before anything ran, plan and status make no state file."""
    assert run("plan", "--config", config).code == 0
    assert run("status", "--config", config).code == 1
    assert not state_dir.exists()


def test_types_that_are_typed_twice_add_up():
    """A type given by name and by number is one type."""
    assert fleet_words.fleet(3, ["1=2", "inverter=3, 39=1"]) == Fleet(3, {1: 5, 39: 1})
    with pytest.raises(ConfigurationError):
        fleet_words.fleet(3, ["1=-2"])


def test_pages_of_a_plant_list():
    """An empty plant list is one page, 100 plants are one, 101 are two; the login is one call."""
    stations = INTERFACES["stations"]
    assert [sweep_calls(stations, Fleet(n)) for n in (0, 100, 101)] == [1, 1, 2]
    assert sweep_calls(INTERFACES["login"], Fleet(5_000)) == 1


@pytest.mark.parametrize(
    ("plants", "devices", "words"),
    [
        (
            20,
            ["1=20", "17=20"],
            "takes 11 d",
        ),  # 28 calls a day bring 21 days of all devices, the older interface 14
        (600, ["1=600"], "takes 21 d, beside each day as it ends; 114 d where"),
        (20, [], None),
    ],
)
def test_a_year_of_history_is_told(run, plants, devices, words):
    """Both interfaces of history work together, and each day that ends meanwhile is taken off."""
    text = " ".join(
        run("plan", "--plants", plants, *(["--devices", *devices] if devices else [])).out.split()
    )
    assert ("year of 5-minute history" in text) is (words is not None)
    assert words is None or words in text


def test_history_that_cannot_keep_up_is_told():
    """Where calls do not suffice for the days as they end, no time is promised."""
    slow = Budget("getDevHistoryKpi", 1, 86_400.0, 0, 9, 9 * 86_400.0)
    assert verdict([slow], INTERFACES, Fleet(1, {1: 90})) == [
        "Of 5-minute history not even each day as it ends can be fetched."
    ]
