from __future__ import annotations

import json
import os
import time
from dataclasses import replace

from cli_state import device, plant

from collector.model import Lane
from collector.packing import pack
from collector.step.faults import FAULT
from collector.store import SpoolBatch, StateFile


def asked(run, config):
    outcome = run("status", "--config", config, "--json")
    return outcome.code, json.loads(outcome.out)


def test_a_healthy_collector_is_good(run, config, filled):
    """With a fresh beat and no fault, status is 0 and says everything there is to say."""
    code, document = asked(run, config)
    assert (code, document["good"], document["faults"]) == (0, True, [])
    home = document["accounts"][0]
    assert home["login"]["state"] == "logged in"
    assert [p["plant_id"] for p in home["plants"]] == ["NE=1", "NE=2"]
    assert [p["newest_age_s"] // 60 for p in home["plants"]] == [4, 15]
    assert home["newest_age_s"] // 60 == 4
    assert home["devices"] == [
        {"type_id": 1, "title": "String inverter", "count": 2},
        {"type_id": 17, "title": "Grid meter", "count": 1},
    ]
    assert [n["text"] for n in home["news"]] == ["plant Roof 2 came"]
    assert home["counters"]["unreadable"] == 3
    calls = {row["interface"]: row for row in home["interfaces"]}
    assert (calls["getDevRealKpi"]["used"], calls["getDevRealKpi"]["refused"]) == (1, 1)
    assert calls["getDevRealKpi"]["next_at"] > document["at"]
    assert (document["spool"]["batches"], document["spool"]["lines"]) == (1, 1)
    assert (document["quarantine"]["lines"], document["quarantine"]["last_reason"]) == (
        1,
        "field type conflict",
    )


def test_the_text_tells_the_same_in_80_columns(run, config, filled):
    """The text for a person holds the same facts, and no line is wider than 80 columns."""
    outcome = run("status", "--config", config)
    assert outcome.code == 0
    assert max(map(len, outcome.out.splitlines())) <= 80
    for words in ("alive", "2 plants", "2 × String inverter", "field type conflict", "No fault holds."):
        assert words in outcome.out


def test_a_stale_beat_is_no(run, config, filled):
    """Without a beat for two minutes `run` is not alive, and status is 1."""
    old = time.time() - 130
    os.utime(filled / "beat", (old, old))
    code, document = asked(run, config)
    assert (code, document["good"], document["run"]["alive"]) == (1, False, False)


def test_a_fault_is_told_in_words_with_its_beginning(run, config, filled):
    """A fault that holds makes status 1 and stands there in the words in which it was kept."""
    with StateFile.open(filled) as state:
        state.facts.put(
            "home", FAULT, "getAlarmList", "401: not granted. Ask the installer", time.time() - 7_200
        )
    code, document = asked(run, config)
    assert code == 1
    (fault,) = document["faults"]
    assert (fault["account"], fault["subject"]) == ("home", "getAlarmList")
    text = " ".join(run("status", "--config", config).out.split())
    assert "home getAlarmList 401: not granted. Ask the installer (since 2 h" in text


def test_a_refused_login_says_when_the_next_may_be_tried(run, config, filled):
    """A refused login is the login's state until a login has worked since."""
    with StateFile.open(filled) as state:
        state.facts.put("home", FAULT, "login", "20400: wrong password", time.time() - 60)
    code, document = asked(run, config)
    assert (code, document["accounts"][0]["login"]["state"]) == (1, "refused")
    with StateFile.open(filled) as state:
        session = state.sessions.get("home")
        state.sessions.put("home", replace(session, since=time.time() - 1))
    assert asked(run, config)[0] == 0


def test_a_plant_that_may_not_be_read_is_a_fault(run, config, filled):
    """A plant without access is told by name with the reason."""
    with StateFile.open(filled) as state:
        words = "20056: the owner has not authorised you"
        state.inventory.save_plants(
            "home", [plant(1), plant(2, access=words, access_since=time.time() - 600)]
        )
    code, document = asked(run, config)
    assert code == 1
    assert [(f["subject"], f["words"]) for f in document["faults"]] == [("plant Roof 2", words)]


def test_a_database_that_does_not_answer_is_a_fault(run, config, filled):
    """A batch that was postponed says why, and until when it waits."""
    with StateFile.open(filled) as state:
        state.spool.postpone(state.spool.oldest().id, time.time() + 30, "connection refused")
    code, document = asked(run, config)
    assert code == 1
    assert document["faults"][0]["subject"] == "database"
    assert document["spool"]["reason"] == "connection refused"


def test_equal_ids_at_two_hosts_are_told(run, config, filled):
    """A plant id that two hosts use is not stored for the later account, and status names the setting that mends it."""
    with StateFile.open(filled) as state:
        state.inventory.save_plants("roof", [plant(1, "roof")])
    code, document = asked(run, config)
    assert code == 1
    assert "accounts.roof.id_prefix" in document["faults"][0]["words"]
    assert document["accounts"][1]["plants"][0]["read_by"] == "home"


def test_an_account_shared_at_one_host_is_no_fault(run, config, filled):
    """Two accounts of one host may list the same plant: the first reads it, nothing is wrong."""
    config.write_text(
        config.read_text().replace("other.example", "vendor.example").replace("northbound", "n2", 1)
    )
    with StateFile.open(filled) as state:
        state.inventory.save_plants("roof", [plant(1, "roof")])
    assert asked(run, config)[0] == 0
    assert "1 read by account home" in run("status", "--config", config).out


def test_foreign_texts_cannot_steer_the_terminal(run, config, filled):
    """Names from the vendor are shown as text: no escape sequence, no markup, no secret."""
    with StateFile.open(filled) as state:
        evil = replace(plant(1), name="\x1b[2J[red]Roof[/red] Pa55-of-the-roof", access="no")
        state.inventory.save_plants("home", [evil])
    outcome = run("status", "--config", config)
    assert "\x1b" not in outcome.out
    assert "[red]Roof[/red]" in " ".join(outcome.out.split())


def test_status_stands_beside_a_live_run(run, config, filled):
    """While `run` holds the file, status reads it, and changes nothing."""
    with StateFile.open(filled, hold=True) as held:
        held.changed_elsewhere()
        assert run("status", "--config", config).code == 0
        assert not held.changed_elsewhere()


def test_a_large_fleet_is_told_whole(run, config, filled):
    """600 plants with 10 devices each are all told."""
    with StateFile.open(filled) as state:
        state.inventory.save_plants("home", [plant(n) for n in range(600)])
        state.inventory.save_devices("home", [device(10 * n + k, n) for n in range(600) for k in range(10)])
        state.spool.append(SpoolBatch("home", "x", Lane.LIVE, 1.0, 1, 1, 1, pack([b"a b=1 1"])))
    code, document = asked(run, config)
    assert (code, len(document["accounts"][0]["plants"])) == (0, 600)
