"""What was seen of many lives, and what must follow from it."""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import TYPE_CHECKING

from collector.catalogue.fusionsolar import envelope as key
from collector.catalogue.fusionsolar.interfaces import INTERFACES
from collector.catalogue.terms import Role
from collector.drill.memory import Memory, Spent, remembered
from collector.drill.readback import stored_points
from collector.lineprotocol import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collector.drill.report import Report
    from collector.drill.stage import Stage
    from collector.simulator.journal import Entry

    Identity = tuple[str, tuple[tuple[str, str], ...], int]

SLOT_NS = 300 * 10**9
LIVE = {"getDevRealKpi": (key.DEVICE_IDS, "device_id"), "getStationRealKpi": (key.PLANT_CODES, "plant_id")}
_SHOWN = 3


class Evidence:
    """Gathers between lives, judges at the end.

    Attributes:
        expected: Identity to fields, as the last fetched line of each identity has them.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._taken = 0
        self._memory = Memory([], [], [])
        self._spends: dict[int, Spent] = {}
        self.expected: dict[Identity, dict[str, float | str]] = {}

    def gather(self) -> None:
        """Look at the state file and at what the database confirmed since the last look; no life may last."""
        self._expect(self._stage.stored[self._taken :])
        self._taken = len(self._stage.stored)
        self._memory = remembered(self._stage.state_dir)
        self._expect(self._memory.waiting)
        self._spends |= {spent.id: spent for spent in self._memory.spends}

    def _expect(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            point = parse(line)
            self.expected.setdefault((point.measurement, point.tags, point.time_ns), {}).update(point.fields)

    async def judge(self, report: Report, *, asked_again: bool = True) -> None:
        """Hold everything gathered against the database and the cloud's journal.

        Args:
            report: Receives the findings.
            asked_again: Whether there was time enough to ask again for what was lost on the way.
        """
        found = {
            (point.measurement, point.tags, point.time_ns): point.fields
            for point in [parse(line) async for line in stored_points(self._stage)]
        }
        self._judge_lines(report, found)
        pairs = self._pairs()
        self._judge_calls(report, found, pairs)
        if asked_again:
            self._judge_lost(report, pairs)
        self._judge_limits(report)

    def _judge_lines(self, report: Report, found: dict[Identity, dict[str, float | str]]) -> None:
        memory = self._memory
        report.check(not memory.waiting, f"the spool is empty at the end ({len(memory.waiting)} lines wait)")
        report.check(not memory.quarantined, f"no line was refused ({len(memory.quarantined)})")
        lost = [
            name
            for name, fields in self.expected.items()
            if not fields.items() <= found.get(name, {}).items()
        ]
        report.check(
            not lost,
            f"every one of {len(self.expected)} points that ever lay in the spool or passed the gate is in the database"
            f" with its last fetched values ({len(lost)} are not{_examples(lost)})",
        )

    def _judge_calls(
        self,
        report: Report,
        found: dict[Identity, dict[str, float | str]],
        pairs: list[tuple[Entry, Spent]],
    ) -> None:
        landed = [s for s in self._spends.values() if s.landed and s.interface != "login"]
        told = {time_ns for name, _, time_ns in found if name == "collector_api"}
        missing = [s for s in landed if int(s.sent * 1000) * 1_000_000 not in told]
        report.check(
            not missing,
            f"each of {len(landed)} calls that landed has its line in the database ({len(missing)} have not{_examples(missing)})",
        )
        self._judge_rows(report, found, [entry for entry, spent in pairs if spent.landed])

    def _judge_rows(
        self, report: Report, found: dict[Identity, dict[str, float | str]], entries: list[Entry]
    ) -> None:
        """Every live answer that landed left a row of every member that it was asked about."""
        held = {
            (dict(tags).get("device_id") or dict(tags).get("plant_id"), time_ns // SLOT_NS)
            for _, tags, time_ns in found
        }
        wanted = {
            (member, int(entry.t * 1e9) // SLOT_NS)
            for entry in entries
            if entry.interface in LIVE and entry.failCode == 0
            for member in str(entry.params[LIVE[entry.interface][0]]).split(",")
        }
        missing = wanted - held
        report.check(
            not missing,
            f"each of {len(wanted)} live rows that the cloud sent and that landed is in the database ({len(missing)} are not{_examples(sorted(missing))})",
        )

    def _judge_lost(self, report: Report, pairs: list[tuple[Entry, Spent]]) -> None:
        """What was answered and did not land is asked again; of the past, other windows may come first."""
        pairs = [(entry, spent) for entry, spent in pairs if entry.failCode == 0]
        landed: dict[str, float] = {}
        for entry, spent in pairs:
            if spent.landed:
                landed[_question(entry)] = max(landed.get(_question(entry), 0.0), spent.sent)
        roles = (Role.LOGIN, Role.HISTORY)
        lost = [
            (entry, spent)
            for entry, spent in pairs
            if not spent.landed and INTERFACES[entry.interface].role not in roles
        ]
        never = [_question(entry) for entry, spent in lost if landed.get(_question(entry), 0.0) <= spent.sent]
        report.check(
            not never,
            f"each of {len(lost)} calls whose answer was lost was asked again and landed ({len(never)} were not{_examples(never)})",
        )

    def _judge_limits(self, report: Report) -> None:
        journal = self._stage.cloud.journal
        report.check(
            not journal.violations,
            f"no call of {len(journal.entries)} broke a documented limit ({len(journal.violations)} did{_examples([v.reason for v in journal.violations])})",
        )
        report.check(journal.refused == 0, f"the cloud refused none with 407 ({journal.refused})")

    def _pairs(self) -> list[tuple[Entry, Spent]]:
        """Return every call that the cloud saw with the spend that paid for it."""
        by_interface: dict[str, list[Spent]] = {}
        for spent in sorted(self._spends.values(), key=lambda one: one.id):
            by_interface.setdefault(spent.interface, []).append(spent)
        pairs = []
        for entry in self._stage.cloud.journal.entries:
            spends = by_interface.get(entry.interface, [])
            place = bisect_right([spent.sent for spent in spends], entry.t)
            if place:
                pairs.append((entry, spends[place - 1]))
        return pairs


def _question(entry: Entry) -> str:
    """Return whom a call asked about what; not about when."""
    whom = {
        name: sorted(str(value).split(","))
        for name, value in entry.params.items()
        if name not in (key.COLLECT_TIME, key.BEGIN_TIME, key.END_TIME)
    }
    return f"{INTERFACES[entry.interface].name} {json.dumps(whom, sort_keys=True)}"


def _examples(things: Iterable[object]) -> str:
    shown = [str(thing)[:160] for thing in things][:_SHOWN]
    return f": {'; '.join(shown)}" if shown else ""
