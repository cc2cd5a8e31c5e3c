"""Whose alarms are asked for next, and how far back: kept in memory, with the first polls of each plant in the state file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Role
from collector.planner import NONE_REST, Ask, Rest, alarms, next_in_turn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from collector.model import Batch, Call
    from collector.planner import Choice, Resting
    from collector.step.account import Account

SWEPT = "alarms_swept"
"""Kind of the facts that say how many older stretches the first polls of a plant have covered."""

ASK_AGAIN_S = 60.0
DEVICES_S = 1_800.0
"""How long alarms wait for device lists that do not come. [s]"""

KNOWN_S = 7_200.0
"""How long a list says how many alarms are open. [s]"""


class AlarmTurns:
    """The turns of one account's plants at the alarm list: every poll asks the newest stretch and, in turn, one older.

    Args:
        account: Whose.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._older: dict[Batch, dict[int, float]] = {}
        self._limits: dict[Batch, int] = {}
        self._listed: dict[str, float] | None = None
        self._swept: dict[str, int] = {}
        self._swept_of: dict[Batch, int] = {}
        self._batch_of: dict[str, Batch] = {}
        self._stamp: object = None

    def reload(self) -> None:
        """Read again how far the first polls have come."""
        account = self._account
        facts = account.state.facts.all(account.name, SWEPT)
        self._swept = {f.subject: int(f.value) for f in facts}
        self._stamp = None

    def choose(
        self, interface: Interface, batches: Sequence[Batch], now: float, *, apart: bool = False
    ) -> Choice:
        """Choose a batch and a stretch: the older one that a poll still owes, else the batch that waited longest.

        Nothing is asked before the devices are known, so that alarms are raised under the ids of their devices.

        Args:
            interface: The alarm list.
            batches: Whom it is to be asked about.
            now: [s since epoch, UTC]
            apart: The batches are set apart and have not been answered yet.
        """
        account = self._account
        known_at = self._devices_known_at()
        if known_at > now:
            return Rest(min(known_at, now + ASK_AGAIN_S))
        resting = account.resting.of(interface.name)
        asked = {} if apart else account.asked.get(interface.name, {})
        if not apart:
            owed = self._owed(interface, batches, asked, now, resting)
            if owed is not None:
                return owed
        choice = next_in_turn(
            batches, asked, now, alarms.ALARMS_EVERY_S, period=alarms.period_of(0), resting=resting
        )
        return _dated(interface, choice.batch, 0, now) if isinstance(choice, Ask) else choice

    def landed(self, interface: Interface, call: Call, sent: float) -> None:
        """Note an answer, in the caller's transaction. [s since epoch, UTC]"""
        number = alarms.number_of(call.period)
        if number == 0:
            self._newest_landed(interface, call, sent)
            return
        self._older.setdefault(call.batch, {})[number] = sent
        self._sweep(call, {m: number for m in call.batch.members if self._swept.get(m, 0) == number - 1})

    def out_of_reach(self, call: Call) -> None:
        """Note that the vendor does not go back as far as that, in the caller's transaction."""
        number = alarms.number_of(call.period)
        if number:
            self._limits[call.batch] = number - 1
            self._sweep(call, dict.fromkeys(call.batch.members, alarms.NO_LIMIT))

    def knows(self, code: str, now: float) -> bool:
        """Tell whether the alarms of a plant (vendor's code) were listed lately. [s since epoch, UTC]"""
        if self._listed is None:
            self._listed = {
                member: at
                for interface in self._account.interfaces()
                if interface.role is Role.ALARMS
                for batch in self._account.batches(interface)
                if (at := self._account.asked[interface.name].get(batch, 0.0)) > 0.0
                for member in batch.members
            }
        return self._listed.get(code, 0.0) + KNOWN_S >= now

    def forget(self, plants: Collection[str]) -> None:
        """Forget plants (vendor's codes) that are gone."""
        for code in self._swept.keys() & set(plants):
            del self._swept[code]
            self._account.state.facts.drop(self._account.name, SWEPT, code)

    def _devices_known_at(self) -> float:
        """Until when to wait for the device lists: an alarm keeps the tags of its first reading. [s since epoch, UTC]"""
        account = self._account
        lists = next((i for i in account.interfaces() if i.role is Role.DEVICES), None)
        if lists is None or account.permissions.interface_denied(lists.name):
            return 0.0
        batches = account.batches(lists)
        asked = account.asked[lists.name]
        if all(asked.get(batch, 0.0) > 0.0 for batch in batches):
            return 0.0
        listed = account.listed_at(account.vendor.interfaces[account.plant_list()])
        return listed + DEVICES_S

    def _owed(
        self,
        interface: Interface,
        batches: Sequence[Batch],
        asked: Mapping[Batch, float],
        now: float,
        resting: Resting = NONE_REST,
    ) -> Choice | None:
        """Return the older stretch that a poll of the newest one still owes; the earliest of several."""
        self._refresh(batches)
        oldest = self._oldest()
        span_ms = alarms.length_ms(interface.max_span_ms)
        best: tuple[float, Ask] | None = None
        for batch in batches:
            polled = asked.get(batch, 0.0)
            older = self._older.get(batch, {})
            if polled <= max(older.values(), default=0.0) or (best is not None and polled >= best[0]):
                continue
            limit = self._limits.get(batch, alarms.NO_LIMIT)
            known = alarms.Known(self._swept_whole(batch), oldest.get(batch), older, limit)
            number = alarms.next_older(known, now, span_ms)
            if number is None or resting.get((batch, alarms.period_of(number)), 0.0) > now:
                continue
            best = (polled, _dated(interface, batch, number, now))
        return None if best is None else best[1]

    def _oldest(self) -> dict[Batch, int]:
        """When the oldest open alarm of each batch was raised. [ms since epoch, UTC]"""
        account = self._account
        found: dict[Batch, int] = {}
        for plant_id, raised_ms in account.state.alarms.oldest(account.name).items():
            batch = self._batch_of.get(plant_id)
            if batch is not None:
                found[batch] = min(raised_ms, found.get(batch, raised_ms))
        return found

    def _refresh(self, batches: Sequence[Batch]) -> None:
        """Work out anew who is asked together, where the lists have changed."""
        if self._stamp is batches:
            return
        self._stamp = batches
        by_code = self._account.roster().by_code
        self._batch_of = {
            plant.plant_id: batch
            for batch in batches
            for code in batch.members
            if (plant := by_code.get(code)) is not None
        }
        self._swept_of = {}
        kept = set(batches)
        self._older = {batch: older for batch, older in self._older.items() if batch in kept}
        self._limits = {batch: limit for batch, limit in self._limits.items() if batch in kept}

    def _swept_whole(self, batch: Batch) -> int:
        swept = self._swept_of.get(batch)
        if swept is None:
            swept = self._swept_of[batch] = min((self._swept.get(m, 0) for m in batch.members), default=0)
        return swept

    def _newest_landed(self, interface: Interface, call: Call, sent: float) -> None:
        before = self._account.asked.get(interface.name, {}).get(call.batch, 0.0)
        if before and (sent - before) * 1000 > alarms.length_ms(interface.max_span_ms):
            # Nobody looked for longer than a stretch: what was raised meanwhile may lie in older ones.
            self._sweep(call, {m: 0 for m in call.batch.members if m in self._swept})
        if self._listed is not None:
            self._listed.update(dict.fromkeys(call.batch.members, sent))

    def _sweep(self, call: Call, swept: Mapping[str, int]) -> None:
        account = self._account
        for member, number in swept.items():
            account.state.facts.put(account.name, SWEPT, member, str(number), account.clock.now())
            self._swept[member] = number
        self._swept_of.pop(call.batch, None)


def _dated(interface: Interface, batch: Batch, number: int, now: float) -> Ask:
    begin_ms, end_ms = alarms.stretch(number, now, alarms.length_ms(interface.max_span_ms))
    return Ask(batch, alarms.period_of(number), begin=begin_ms / 1000, end=end_ms / 1000)
