"""The journal judges by the documented limits, whatever the cloud enforces."""

from __future__ import annotations

import json

from collector.simulator.journal import Entry, Journal
from collector.simulator.limits import Counts

COUNTS = Counts(20, {1: 20, 17: 20})


def call(t: float, name: str = "getDevRealKpi", *, refused: bool = False, done: float | None = None) -> Entry:
    return Entry(t, f"/thirdData/{name}", name, "demo", 200, 407 if refused else 0, refused, 1, {}, done or t)


def judged(*entries: Entry) -> list[float]:
    journal = Journal()
    for entry in entries:
        journal.note(entry, COUNTS)
    return [violation.entry.t for violation in journal.violations]


def test_one_call_too_many_is_found_in_any_stretch():
    """Three calls in less than five minutes break a limit of two; exactly five minutes apart they do not."""
    assert judged(call(0), call(299), call(299.9)) == [299.9]
    assert judged(call(0), call(150), call(300), call(450)) == []


def test_a_refused_call_is_judged_but_not_counted():
    """A refused call may itself break the limit, but none later breaks it because of it."""
    assert judged(call(0), call(1), call(2, refused=True), call(300), call(301)) == [2]
    assert judged(call(0), call(1, refused=True), call(2), call(300)) == []


def test_the_minute_runs_from_the_answer_before():
    """59 seconds after an answer is too soon, 60 are enough, however early the call before was sent."""
    assert judged(call(0, "getDevList", done=30), call(89, "getDevList")) == [89]
    assert judged(call(0, "getDevList", done=30), call(90, "getDevList")) == []


def test_interfaces_are_judged_apart():
    """Calls of one interface do not count for another."""
    assert judged(call(0, "getDevList"), call(1, "getKpiStationDay"), call(2, "getKpiStationHour")) == []


def test_a_path_that_is_no_interface_is_noted_only():
    """Unknown paths are kept without judgement."""
    assert judged(*(call(n, "") for n in range(50))) == []


def test_the_file_has_one_line_a_call_without_secrets(visit, tmp_path):
    """The file explains every call and holds neither user name, password nor token."""
    journal = Journal(tmp_path / "journal.jsonl")
    visitor = visit(journal=journal)
    visitor.ask("stations", pageNo=1)
    visitor.ask("getStationRealKpi", stationCodes=",".join(p.code for p in visitor.cloud.fleet.plants[:3]))
    visitor.ask("logout", xsrfToken=visitor.token)
    journal.close()
    text = (tmp_path / "journal.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["interface"] for line in lines] == ["login", "stations", "getStationRealKpi", "logout"]
    assert [line["members"] for line in lines] == [0, 0, 3, 0]
    assert lines[0]["t"] == visitor.clock.now()
    assert lines[1]["params"] == {"pageNo": 1}
    assert visitor.token not in text
    assert "systemCode" not in text


def test_the_judge_does_not_follow_a_generous_cloud(visit):
    """A cloud without limits answers everything, and the journal flags what the manual forbids."""
    visitor = visit(generous=0.0)
    codes = ",".join(p.code for p in visitor.cloud.fleet.plants)
    assert [visitor.code("getStationRealKpi", stationCodes=codes) for _ in range(2)] == [0, 0]
    assert [v.entry.interface for v in visitor.cloud.journal.violations] == ["getStationRealKpi"] * 2
