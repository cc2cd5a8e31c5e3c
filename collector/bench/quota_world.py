"""A simulated account over virtual days: the collector's own parts, a cloud that counts, answers that take their time, restarts."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from pydantic import SecretStr

from collector.app import assembled
from collector.clock import VirtualClock
from collector.model import Answer
from collector.settings import Settings
from collector.settings.accounts import Account as AccountSettings
from collector.simulator.answers import NOT_LOGGED_IN
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.hollow import HollowTruth
from collector.simulator.journal import Journal
from collector.simulator.limits import Window
from collector.store import StateFile
from collector.virtual import Virtual

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection

    from collector.app import App
    from collector.model import Request
    from collector.step import Account, Step

ACCOUNT = "bench"
DAY_S = 86_400.0
START = 1_780_000_000.0
"""Where virtual time begins; any moment would do, and a fixed one gives the same figures again. [s since epoch, UTC]"""

INVERTER, METER, LOGGER = 38, 47, 62
FLEET = (INVERTER, METER, LOGGER)
"""One of each at every plant; data loggers have no data to ask for and count for alarms only."""

LIVE = ("getStationRealKpi", "getDevRealKpi", "getAlarmList")
"""Asked again and again: after the sweep is before the sweep."""

DAILY = ("getKpiStationHour", "getKpiStationDay", "getKpiStationMonth", "getKpiStationYear")
"""Daily allowances with work that always waits: an open period may be read again 300 s after it was."""

RESTART_S = 2.0
"""From the end of one life to the beginning of the next. [s]"""

DRAIN_EVERY = 250
THIN_MS = 8 * 3_600_000
OUT_OF_REACH = 20026
"""How a cloud answers about more than a year ago: once, to learn where the past ends."""


@dataclass(frozen=True, slots=True)
class Week:
    """One run of the bench.

    Attributes:
        plants: Plants of the account.
        reading: How the cloud enforces its limits.
        days: How long it lasts. [d]
        restarts: How often the collector is restarted; every second time while a call is under way.
        seed: Decides fleet, answer times, moments of counting and restarts.
        answer_s: Least and greatest answer time. [s]
    """

    plants: int
    reading: Window
    days: float = 7.0
    restarts: int = 20
    seed: int = 1
    answer_s: tuple[float, float] = (0.2, 3.0)

    @property
    def end(self) -> float:
        """When it ends. [s since epoch, UTC]"""
        return START + self.days * DAY_S


@dataclass(slots=True)
class Sent:
    """The calls of one interface, as the bench saw them pass.

    Attributes:
        calls: Moment of sending and answer time of every call that was answered and not refused. [s since epoch, UTC; s]
        refused: Calls that the cloud refused as one too many.
        expired: Calls that found their session ended by half an hour without a call; the collector then logs in again.
        failed: Calls answered with any other error.
        lost: Calls whose answer no one was there to take.
    """

    calls: list[tuple[float, float]] = field(default_factory=list)
    refused: int = 0
    expired: int = 0
    failed: int = 0
    lost: int = 0


@dataclass(slots=True)
class Record:
    """What a week brought.

    Attributes:
        week: The run.
        sent: By interface.
        violations: What the simulator's journal objected to, in words.
        complete_at: When the first inventory was complete; infinite where it never was. [s since epoch, UTC]
        settled: Lines that came to rest.
    """

    week: Week
    sent: dict[str, Sent] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    complete_at: float = float("inf")
    settled: int = 0


class Killed(BaseException):
    """The process ends between sending and answer; no ``except`` of the collector may see it as an error."""


class Wire:
    """The way to the cloud and back: takes its time, and may end the process on the way.

    The collector's clock stands still while an answer is under way, so that interfaces do not wait for each other; only a
    login is waited for. The cloud's own clock is set to the moment at which each call is counted.

    Attributes:
        answered_at: When the answer to the newest call is complete. [s since epoch, UTC]
        quiet_at: When every answer so far is complete. [s since epoch, UTC]
        sent: What passed, by interface.
        doomed: Whether the next call ends the process.
    """

    def __init__(self, week: Week, clock: VirtualClock, cloud_clock: CloudClock, cloud: Cloud) -> None:
        self.answered_at = 0.0
        self.quiet_at = 0.0
        self.doomed = False
        self.sent: dict[str, Sent] = {}
        self._clock = clock
        self._cloud_clock = cloud_clock
        self._cloud = cloud
        self._chance = Random(f"answers {week.seed}")  # noqa: S311  answer times, no secret
        self._ends_only = week.reading is not Window.REFILL
        self._answer_s = week.answer_s

    async def send(self, request: Request) -> Answer:
        """Take a request to the cloud and bring its answer.

        Raises:
            Killed: The process ends while the answer is under way.
        """
        chance, sent_at = self._chance, self._clock.now()
        took = chance.uniform(*self._answer_s)
        # A window may count a call at its sending or at its answer, whichever is worse; an allowance flows back from its arrival.
        share = chance.randrange(2) if self._ends_only else chance.random()
        answered_at = sent_at + took
        self._cloud_clock.set_to(sent_at + share * took)
        said = self._cloud.handle(request.method, request.path, request.headers, request.body)
        entry = self._cloud.journal.entries[-1]
        self._cloud.answered(entry, answered_at)
        sent = self.sent.setdefault(entry.interface, Sent())
        if self.doomed:
            self.doomed = False
            sent.lost += 1
            self._clock.advance_to(sent_at + chance.random() * took)
            raise Killed
        self.answered_at = answered_at
        self.quiet_at = max(self.quiet_at, answered_at)
        if entry.refused:
            sent.refused += 1
        elif said.fail_code == NOT_LOGGED_IN:
            sent.expired += 1
        elif said.fail_code not in (None, 0, OUT_OF_REACH):
            sent.failed += 1
        else:
            sent.calls.append((sent_at, took))
        if entry.interface == "login":
            self._clock.advance_to(answered_at)
        return Answer(said.status, said.headers, said.body, sent_at, answered_at)


class CloudClock:
    """The cloud's clock: set to the moment at which each call is counted, which need not follow the order of sending."""

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        """Return the moment. [s since epoch, UTC]"""
        return self._now

    def monotonic(self) -> float:
        """Return the moment. [s]"""
        return self._now

    def set_to(self, moment: float) -> None:
        """Set it, forward or back. [s since epoch, UTC]"""
        self._now = moment


class Patient:
    """A step that does not begin again before the answer to its last call is complete, as `run` would not."""

    def __init__(self, step: Step, wire: Wire, clock: VirtualClock) -> None:
        self._step = step
        self._wire = wire
        self._clock = clock
        self._busy: dict[str, float] = {}

    @property
    def account(self) -> Account:
        """The account of the step."""
        return self._step.account

    async def run(self, name: str) -> float:
        """Take one step and return when to take the next. [s since epoch, UTC]"""
        busy = self._busy.get(name, 0.0)
        if busy > self._clock.now():
            return busy
        self._wire.answered_at = 0.0
        following = await self._step.run(name)
        self._busy[name] = self._wire.answered_at
        return max(following, self._wire.answered_at)


class Nowhere:
    """A sink that takes everything and keeps a count."""

    name = "bench"

    def __init__(self) -> None:
        self.lines = 0

    async def write(self, body: bytes, lines: int) -> None:  # noqa: ARG002  the protocol's argument
        """Count the lines."""
        self.lines += lines

    async def probe(self) -> str:
        """Say that everything is fine."""
        return "keeps nothing"

    async def points(
        self,
        begin_ns: int,  # noqa: ARG002  the protocol's argument
        end_ns: int,  # noqa: ARG002  as above
        measurements: Collection[str] | None = None,  # noqa: ARG002  as above
    ) -> AsyncIterator[bytes]:
        """Yield nothing."""
        nothing: tuple[bytes, ...] = ()
        for line in nothing:
            yield line

    async def close(self) -> None:
        """Do nothing."""


class World:
    """One week, lived in as many lives as there are restarts and one.

    Args:
        week: The run.
        progress: Receives the virtual moment after every few steps. [s since epoch, UTC]
    """

    def __init__(self, week: Week, progress: Callable[[float], None]) -> None:
        self._progress = progress
        self._week = week
        self._clock = VirtualClock(START)
        cloud_clock = CloudClock(START)
        fleet = SimFleet.make(week.plants, dict.fromkeys(FLEET, week.plants), week.seed, START)
        self._size = (len(fleet.plants), len(fleet.devices))
        self._journal = Journal(keep=1)
        self._cloud = Cloud(fleet, cloud_clock, window=week.reading, journal=self._journal, hollow=True)
        thin_history(self._cloud)
        self._wire = Wire(week, self._clock, cloud_clock, self._cloud)
        self._state = StateFile.in_memory()
        self._sink = Nowhere()
        self._settings = Settings(accounts={ACCOUNT: account_settings()})
        self._complete_at = float("inf")
        self._steps = 0

    async def live(self) -> Record:
        """Live through the week and return what it brought."""
        chance = Random(f"restarts {self._week.seed}")  # noqa: S311  moments, no secret
        moments = sorted(chance.uniform(START, self._week.end) for _ in range(self._week.restarts))
        for number, moment in enumerate(moments):
            await self._life(moment, cut=number % 2 == 1)
        await self._life(self._week.end, cut=False)
        return Record(
            self._week,
            self._wire.sent,
            [each.reason for each in self._journal.violations],
            self._complete_at,
            self._sink.lines,
        )

    async def _life(self, until: float, *, cut: bool) -> None:
        """Run a collector until a moment, or, where it is `cut`, into the first call after it."""
        async with assembled(
            self._settings,
            clock=self._clock,
            hold=True,
            sink=self._sink,
            state=self._state,
            transports={ACCOUNT: self._wire.send},
        ) as app:
            steps = [Patient(step, self._wire, self._clock) for step in app.steps]
            virtual = Virtual(self._clock, steps, partial(self._after, app))
            app.on_wake(virtual.wake)
            await virtual.run_until(until)
            if cut:
                self._wire.doomed = True
                with contextlib.suppress(Killed):
                    await virtual.run_until(self._week.end)
                self._wire.doomed = False
            await drained(app)
        # What other interfaces had under way was taken in before the end: a life ends when those answers are complete.
        self._clock.advance_to(min(self._week.end, max(self._clock.now(), self._wire.quiet_at) + RESTART_S))

    async def _after(self, app: App) -> None:
        """After every step: see whether the inventory is complete, and now and then empty the spool."""
        if self._complete_at == float("inf"):
            account = app.accounts[ACCOUNT]
            if (len(account.plants), len(account.devices)) == self._size:
                self._complete_at = self._wire.quiet_at
        self._steps += 1
        if self._steps % DRAIN_EVERY == 0:
            await drained(app)
            self._progress(self._clock.now())


def account_settings() -> AccountSettings:
    """Return the one account's settings: the defaults, with what is measured and the lists as the only interfaces.

    History and device calendars are paced as the plants' calendars are, and their answers of up to 8 640 rows would take most
    of a bench that is about calls.
    """
    return AccountSettings(
        vendor="fusionsolar",
        base_url="https://bench.invalid",
        username="demo",
        password=SecretStr("demo"),
        interfaces=[*LIVE, *DAILY],
    )


def thin_history(cloud: Cloud) -> None:
    """Let a hollow cloud send three rows of 5-minute history a day: the calls count, and the days that they bring."""
    assert isinstance(cloud.truth, HollowTruth)
    cloud.truth.history_step_ms = THIN_MS


async def drained(app: App) -> None:
    """Empty the spool into the sink."""
    while await app.drain.step() is not None:
        pass
