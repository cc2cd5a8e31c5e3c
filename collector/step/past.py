"""The past of an account's plants and devices: what is held of it, where it begins, and what is planned of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from collector import planner
from collector.catalogue.terms import Interface, Role, Span, Subject
from collector.coverage import Held, Runs, State
from collector.periods import LIFE, number, number_of
from collector.planner import LONG_AGO, Past
from collector.step.orders import Orders
from collector.step.progress import calls_a_day
from collector.step.under_way import UnderWay
from collector.zones import day_start, local_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from collector.model import Call
    from collector.planner import Calendar, History, Left
    from collector.step.account import Account

FIVE_MINUTES = "5min"
"""Level of all interfaces that bring 5-minute history; a calendar interface is a level of its own."""

DAY = timedelta(days=1)
REACH = "reach"
"""Kind of the facts that say from which date on an interface tells anything."""

Mark = tuple[str, int, int, State]
"""Member, first and last period, state."""


class Pasts:
    """What is known of the past, in memory and in the state file.

    Args:
        account: Whose past.

    Attributes:
        runs: Level to member to what is known.
        orders: What somebody wants first.
        under_way: What is being asked about just now.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self.runs: dict[str, dict[str, Runs]] = {}
        self.orders = Orders(account)
        self._floors: dict[str, date] = {}
        self._version = 0
        self._calendars: dict[str, tuple[object, Calendar]] = {}
        self._histories: dict[str, tuple[object, History]] = {}
        self._begins: dict[str, date | None] = {}
        self._plant_of: dict[str, str] = {}
        self._stamp: object = None
        self.under_way = UnderWay()

    def reload(self) -> None:
        """Read everything again from the state file."""
        account = self._account
        self.runs = account.state.runs.load(account.name)
        self._floors = {
            f.subject: date.fromisoformat(f.value) for f in account.state.facts.all(account.name, REACH)
        }
        self.orders.reload()
        self._version += 1

    def notice_others(self) -> None:
        """Take up what another process has ordered."""
        if self.orders.reload():
            self._version += 1

    # --- plans ------------------------------------------------------------------------------------------------------

    def calendar(self, interface: Interface) -> Calendar:
        """Return the plan of a calendar interface."""
        stamp = self._refresh()
        known = self._calendars.get(interface.name)
        if known is None or known[0] != stamp:
            held = self._account.held.setdefault(interface.name, {})
            known = (stamp, planner.Calendar(interface, held, self._past(interface)))
            self._calendars[interface.name] = known
        return known[1]

    def history(self, interface: Interface) -> History:
        """Return the plan of an interface of 5-minute history."""
        stamp = self._refresh()
        known = self._histories.get(interface.name)
        if known is None or known[0] != stamp:
            known = (stamp, planner.History(interface, self._past(interface)))
            self._histories[interface.name] = known
        return known[1]

    def left(self, interface: Interface, now: float) -> Left:
        """Return how much of its past an interface has still to bring."""
        batches = self._account.batches(interface)
        if interface.role is Role.HISTORY:
            return self.history(interface).left(batches, now)
        return self.calendar(interface).left(batches, now)

    def of(self, interface: Interface, member: str) -> Runs:
        """Return what is known of a member at an interface."""
        return self.runs.get(_level(interface), {}).get(member) or Runs()

    def patience(self, interface: Interface) -> int:
        """Return how many days may end before they are read, while older ones are missing. [d]"""
        account = self._account
        calls = calls_a_day(account.allowance(interface))
        return planner.patience(interface, len(account.batches(interface)), calls)

    def _past(self, interface: Interface) -> Past:
        return Past(
            self.runs.setdefault(_level(interface), {}),
            self._account.zones(interface),
            self.begins_of(interface),
            self._floors.get(interface.name),
            self.orders.of(interface),
        )

    def _refresh(self) -> object:
        """Forget what was worked out from older lists; returns what the present ones are known by."""
        account = self._account
        stamp = (account.stamp, self._version)
        if stamp != self._stamp:
            self._stamp = stamp
            self._begins = {}
            self._plant_of = {d.code: d.plant_code for d in account.devices}
        return stamp

    # --- where it begins ----------------------------------------------------------------------------------------------

    def begins(self, plant_code: str) -> date | None:
        """Return the local date on which a plant's past begins; see `Past.begins`."""
        self._refresh()
        if plant_code not in self._begins:
            self._begins[plant_code] = self._begin(plant_code)
        return self._begins[plant_code]

    def _begin(self, code: str) -> date | None:
        plant = self._account.roster().by_code.get(code)
        connected = _date(plant.connected) if plant is not None else None
        lives = self._lives(Subject.PLANT)
        year = self._first_year(lives, code)
        if year is not None:
            return connected if connected is not None and connected.year == year else date(year, 1, 1)
        if connected is not None:
            return connected
        account = self._account
        asked = lives is not None and LIFE in account.held.get(lives.name, {}).get(code, {})
        waits = lives is not None and not asked and not account.permissions.interface_denied(lives.name)
        return None if waits else LONG_AGO

    def begins_of(self, interface: Interface) -> Callable[[str], date | None]:
        """Return what tells the local date on which the past of a member of an interface begins."""
        if interface.subject is not Subject.DEVICE:
            return self.begins
        lives = self._lives(Subject.DEVICE)

        def begins(member: str) -> date | None:
            begin = self.begins(self._plant_of.get(member, ""))
            year = self._first_year(lives, member)
            if year is None or begin is None or begin.year >= year:
                return begin
            return date(year, 1, 1)

        return begins

    def _lives(self, subject: Subject) -> Interface | None:
        """Return the interface that lists all years, where it is called."""
        return next(
            (
                i
                for i in self._account.interfaces()
                if i.role is Role.CALENDAR and i.span is Span.LIFE and i.subject is subject
            ),
            None,
        )

    def _first_year(self, lives: Interface | None, member: str) -> int | None:
        known = self.runs.get(lives.name, {}).get(member) if lives is not None else None
        return known.first() if known is not None else None

    # --- what is learned ------------------------------------------------------------------------------------------------

    def keep(self, interface: Interface, marks: Iterable[Mark]) -> None:
        """Keep states of periods, durably and in memory."""
        level = _level(interface)
        runs = self.runs.setdefault(level, {})
        begun: dict[str, int | None] = {}
        changed: dict[str, Runs] = {}
        for member, first, last, state in marks:
            known = runs.setdefault(member, Runs())
            begun.setdefault(member, known.first())
            known.mark(first, last, state)
            changed[member] = known
        self._account.state.runs.put(self._account.name, level, changed.items())
        if interface.span is Span.LIFE and any(runs[m].first() != first for m, first in begun.items()):
            self._version += 1
        self.touched(interface, changed)

    def floor(self, interface: Interface) -> date | None:
        """Return the local date before which the vendor tells of nothing; None while it is not known."""
        return self._floors.get(interface.name)

    def lowest(self, interface: Interface) -> int:
        """Return the number of the first day that the vendor is not known to refuse."""
        floor = self._floors.get(interface.name)
        return floor.toordinal() if floor is not None else 0

    def finish_orders(self, now: float) -> None:
        """Let orders go of which nothing is missing any more."""
        if self.orders.finish(now):
            self._version += 1

    def lose(self, interface: Interface, lost: Mapping[str, Iterable[tuple[int, int]]]) -> None:
        """Mark periods as missing again: what was read of them is gone, or wanted once more."""
        level = _level(interface)
        runs = self.runs.setdefault(level, {})
        changed = {}
        for member, ranges in lost.items():
            if member in runs:
                for first, last in ranges:
                    runs[member].clear(first, last)
                changed[member] = runs[member]
        self._account.state.runs.put(self._account.name, level, changed.items())
        self._version += 1

    def touched(self, interface: Interface, members: Iterable[str]) -> None:
        """Look anew at these members."""
        names = list(members)
        if interface.role is Role.HISTORY:
            for _, history in self._histories.values():
                history.touched(names)
        elif interface.name in self._calendars:
            self._calendars[interface.name][1].touched(names)

    def forget(self, members: Iterable[str]) -> None:
        """Forget the past of members that are gone."""
        gone = set(members)
        for level, runs in self.runs.items():
            found = runs.keys() & gone
            if found:
                self._account.state.runs.forget(self._account.name, level, found)
                for member in found:
                    del runs[member]

    def out_of_reach(self, interface: Interface, call: Call, now: float) -> None:
        """Note that the vendor no longer tells of a period, nor of anything older."""
        if interface.role is Role.HISTORY:
            self._raise_floor(interface, call, now)
            return
        self._account.hold(Held(interface.name, m, call.period, True, now, 1, 0) for m in call.batch.members)
        if interface.span is Span.LIFE:
            return
        runs = self.runs.setdefault(interface.name, {})
        low, high = number_of(interface.span, LONG_AGO), number(call.period)
        self.keep(
            interface,
            [
                (member, first, last, State.OUT_OF_REACH)
                for member in call.batch.members
                for first, last in list(runs.get(member, Runs()).missing(low, high))
            ],
        )

    def _raise_floor(self, interface: Interface, call: Call, now: float) -> None:
        """The oldest day of a refused range is out of reach; whether the others are, the next call shows."""
        zones = self._account.zones(interface)
        floor = max(date.fromisoformat(call.period) + DAY, self._floors.get(interface.name, date.min))
        if interface.span is Span.RANGE:
            names, begin = {zones.get(m, "") for m in call.batch.members}, call.begin_ms / 1000
            floor = max(
                min(local_date(name, begin) for name in names), self._floors.get(interface.name, date.min)
            )
            # The next range must begin later, for all zones of the batch.
            while min(day_start(name, floor) for name in names) <= begin:
                floor += DAY
        self._floors[interface.name] = floor
        self._account.state.facts.put(self._account.name, REACH, interface.name, floor.isoformat(), now)
        self._version += 1


def _level(interface: Interface) -> str:
    return FIVE_MINUTES if interface.role is Role.HISTORY else interface.name


def _date(stamp: str) -> date | None:
    """Return the date of a stamp as the vendor sent it; None where it has none."""
    try:
        return date.fromisoformat(stamp.strip()[:10])
    except ValueError:
        return None
