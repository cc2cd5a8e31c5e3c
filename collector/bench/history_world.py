"""A simulated account that begins with nothing and reads its whole past, and the moments at which each level is complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from collector.app import assembled
from collector.bench.quota_world import (
    ACCOUNT,
    DAY_S,
    INVERTER,
    LOGGER,
    METER,
    START,
    CloudClock,
    Nowhere,
    Patient,
    Week,
    Wire,
    account_settings,
    drained,
    thin_history,
)
from collector.catalogue.terms import Role, Span, Subject
from collector.clock import VirtualClock
from collector.periods import number_of
from collector.settings import Settings
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.journal import Journal
from collector.simulator.limits import Window
from collector.simulator.switches import DEFAULTS, DENIED_INTERFACE
from collector.step.orders import level_of
from collector.store import StateFile
from collector.virtual import Virtual
from collector.zones import local_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.app import App
    from collector.bench.quota_world import Sent
    from collector.catalogue.terms import Interface
    from collector.step import Account

OLDER = "getDevFiveMinutes"
DRAIN_EVERY = 50
LOOK_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """One run of the bench.

    Attributes:
        plants: Plants; each has an inverter, and from two plants on a meter and a data logger too.
        older: Whether the cloud grants the older of the two interfaces of 5-minute history.
        live: Whether the live interfaces are called.
        past: Whether the past is read.
        days: The run ends then at the latest. [d]
        seed: Decides fleet, answer times and moments of counting.
    """

    plants: int
    older: bool = True
    live: bool = True
    past: bool = True
    days: float = 30.0
    seed: int = 1

    def devices(self) -> dict[int, int]:
        """Return the devices of the fleet by type."""
        return {INVERTER: 1} if self.plants == 1 else dict.fromkeys((INVERTER, METER, LOGGER), self.plants)


@dataclass(slots=True)
class Record:
    """What a run brought.

    Attributes:
        fleet: The run.
        sent: Calls by interface.
        violations: What the simulator's judge objected to.
        listed_at: When the first inventory was complete. [s since epoch, UTC]
        done_at: Interface to when nothing of its past was missing any more. [s since epoch, UTC]
        levels: Interface to its level and whom it is about.
        left: Interface to (done, total) at the end.
        ended_at: When the run ended. [s since epoch, UTC]
    """

    fleet: Fleet
    sent: dict[str, Sent] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    listed_at: float = float("inf")
    done_at: dict[str, float] = field(default_factory=dict)
    levels: dict[str, tuple[str, str]] = field(default_factory=dict)
    left: dict[str, tuple[int, int]] = field(default_factory=dict)
    ended_at: float = 0.0


class HistoryWorld:
    """One run.

    Args:
        fleet: The run.
        until: Levels after which the run may end, e.g. ``5min``; it ends at the latest after its days.
        progress: Receives the virtual moment now and then. [s since epoch, UTC]
    """

    def __init__(self, fleet: Fleet, until: frozenset[str], progress: Callable[[float], None]) -> None:
        self._fleet = fleet
        self._until = until
        self._progress = progress
        self._clock = VirtualClock(START)
        cloud_clock = CloudClock(START)
        members = SimFleet.make(fleet.plants, fleet.devices(), fleet.seed, START)
        self._size = (len(members.plants), len(members.devices))
        self._journal = Journal(keep=1)
        switches = DEFAULTS if fleet.older else DEFAULTS | {f"{DENIED_INTERFACE}{OLDER}"}
        cloud = Cloud(
            members, cloud_clock, window=Window.ROLLING, journal=self._journal, hollow=True, switches=switches
        )
        thin_history(cloud)
        week = Week(fleet.plants, Window.ROLLING, fleet.days, 0, fleet.seed)
        self._wire = Wire(week, self._clock, cloud_clock, cloud)
        self._record = Record(fleet, self._wire.sent)
        self._steps = 0

    async def live(self) -> Record:
        """Live until the past is read and return what it brought."""
        record, state = self._record, StateFile.in_memory()
        async with assembled(
            Settings(accounts={ACCOUNT: account_settings().model_copy(update={"interfaces": []})}),
            clock=self._clock,
            hold=True,
            sink=Nowhere(),
            state=state,
            transports={ACCOUNT: self._wire.send},
        ) as app:
            account = app.accounts[ACCOUNT]
            account.only = self._wanted(account)
            virtual = Virtual(
                self._clock,
                [Patient(step, self._wire, self._clock) for step in app.steps],
                partial(self._after, app),
            )
            app.on_wake(virtual.wake)
            end = START + self._fleet.days * DAY_S
            while self._clock.now() < end and not self._finished():
                await virtual.run_until(min(end, self._clock.now() + LOOK_S))
                self._look(account)
                self._progress(self._clock.now())
            await drained(app)
        record.ended_at = self._clock.now()
        record.violations = [each.reason for each in self._journal.violations]
        state.close()
        return record

    def _wanted(self, account: Account) -> frozenset[str]:
        """Return the interfaces of this run."""
        roles = {Role.PLANTS, Role.DEVICES}
        roles |= {Role.LIVE, Role.ALARMS} if self._fleet.live else set()
        roles |= {Role.CALENDAR, Role.HISTORY} if self._fleet.past else set()
        return frozenset(i.name for i in account.interfaces() if i.role in roles)

    def _look(self, account: Account) -> None:
        """Note what is complete."""
        record, now = self._record, self._clock.now()
        if record.listed_at == float("inf"):
            return
        for interface in account.interfaces():
            level = level_of(interface)
            if not level or account.permissions.interface_denied(interface.name):
                continue
            whom = "devices" if interface.subject is Subject.DEVICE else "plants"
            record.levels[interface.name] = (level, whom)
            done, total = record.left[interface.name] = _held(account, interface)
            if total and done == total:
                record.done_at.setdefault(interface.name, now)

    def _finished(self) -> bool:
        record = self._record
        waiting = [n for n, (level, _) in record.levels.items() if level in self._until]
        return bool(waiting) and all(name in record.done_at for name in waiting)

    async def _after(self, app: App) -> None:
        if self._record.listed_at == float("inf"):
            account = app.accounts[ACCOUNT]
            if (len(account.plants), len(account.devices)) == self._size:
                self._record.listed_at = self._wire.quiet_at
        self._steps += 1
        if self._steps % DRAIN_EVERY == 0:
            await drained(app)


def _held(account: Account, interface: Interface) -> tuple[int, int]:
    """Return how many periods are held of those that had ended at the start, and how many there are; of lives, the members read."""
    members = [m for b in account.batches(interface) for m in b.members]
    if interface.span is Span.LIFE:
        held = account.held.get(interface.name, {})
        return sum(m in held for m in members), len(members)
    begins, zones = account.past.begins_of(interface), account.zones(interface)
    floor = account.past.lowest(interface)
    done = total = 0
    for member in members:
        day = begins(member)
        if day is None:
            return 0, 1
        low = max(number_of(interface.span, day), floor)
        high = number_of(interface.span, local_date(zones.get(member, ""), START)) - 1
        total += max(0, high - low + 1)
        done += account.past.of(interface, member).count(low, high)
    return done, total
