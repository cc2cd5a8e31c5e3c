"""Everything put together: settings in, a running collector out."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from collector import logs
from collector.catalogue.terms import Role, Subject
from collector.client import Client
from collector.clock import WallClock
from collector.drain import Drain
from collector.errors import StateFull
from collector.scheduler import Scheduler
from collector.sinks.choice import sink_for
from collector.step import Account, Claims, Step
from collector.step.given_up import missing_again
from collector.step.loss import rest_after_loss
from collector.store import StateFile
from collector.vendors import vendor_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping

    from collector.clock import Clock
    from collector.model import Answer, Request
    from collector.settings import Settings
    from collector.sinks import Sink

TIDY_EVERY_S = 60.0
FAULTS_TOLD = 10  # at a start; `status` has them all

FULL_PAUSE_S = 15.0

log = logs.get("collector")


@dataclass(slots=True)
class App:
    """The parts of a collector.

    Attributes:
        settings: What the user set.
        clock: Where time comes from.
        state: The state file.
        sink: Where lines go.
        accounts: By name, in the order of the file.
        steps: One an account.
        drain: Spool to sink.
    """

    settings: Settings
    clock: Clock
    state: StateFile
    sink: Sink
    accounts: dict[str, Account]
    steps: list[Step]
    drain: Drain
    _wakers: list[Callable[[], None]]
    _landers: list[Callable[[], None]]
    _tidied: float = float("-inf")

    def on_wake(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever an inventory changed."""
        self._wakers.append(wake)

    def on_landed(self, landed: Callable[[], None]) -> None:
        """Call `landed` whenever something new lies in the spool."""
        self._landers.append(landed)

    def forget_listeners(self) -> None:
        """Call nobody any more: another driver takes over."""
        self._wakers.clear()
        self._landers.clear()

    def beat(self) -> None:
        """Touch the proof of life that `health` looks at, and keep the state file small."""
        (self.settings.state_dir / "beat").touch()
        if self.clock.monotonic() - self._tidied >= TIDY_EVERY_S:
            self._tidied = self.clock.monotonic()
            self.state.tidy(self.clock.now())

    def end_beat(self) -> None:
        """Take the proof of life away: the collector has stopped on purpose."""
        (self.settings.state_dir / "beat").unlink(missing_ok=True)

    def jumped(self, delta_s: float) -> None:
        """Move every durable moment along with a jump of the wall clock. [s]"""
        self.state.shift(delta_s)
        for account in self.accounts.values():
            account.reload_ledger()


def tell(account: str, event: str, words: str) -> None:
    """Log one change of state."""
    level = log.warning if words else log.info
    level(event, **{k: v for k, v in (("account", account), ("why", words)) if v})


def _tell_sink(words: str) -> None:
    event, _, why = words.partition(": ")
    tell("", event, why)


def accounts_of(settings: Settings, state: StateFile, clock: Clock) -> dict[str, Account]:
    """Return every account with what the state file knows of it; sends nothing."""
    claims = Claims()
    accounts = {}
    for name, config in settings.accounts.items():
        vendor = vendor_for(
            config.vendor,
            name,
            config.username,
            config.password.get_secret_value(),
            language=config.language,
            id_prefix=config.id_prefix,
        )
        accounts[name] = Account(
            name,
            config,
            plant_settings=settings.plants,
            vendor=vendor,
            state=state,
            clock=clock,
            timeout_s=settings.timeouts.vendor_s,
            claims=claims,
            tell=tell,
        )
    return accounts


@asynccontextmanager
async def assembled(
    settings: Settings,
    *,
    clock: Clock | None = None,
    hold: bool = False,
    sink: Sink | None = None,
    state: StateFile | None = None,
    transports: Mapping[str, Callable[[Request], Awaitable[Answer]]] | None = None,
) -> AsyncIterator[App]:
    """Put a collector together and take it apart again.

    Args:
        settings: What the user set.
        clock: In place of the machine's.
        hold: Whether this is the one `run` of the state file.
        sink: In place of the one that the settings name.
        state: In place of the file in ``state_dir``.
        transports: By account name, in place of HTTP.

    Raises:
        ConfigurationError: The settings cannot be used, or another `run` holds the state file.
    """
    clock = clock or WallClock()
    own_state = state is None
    state = state or StateFile.open(settings.state_dir, hold=hold)
    accounts = accounts_of(settings, state, clock)
    if state.salvaged and hold:
        log.warning(
            "state file was damaged", consequence="every interface waits for one gap, the login half an hour"
        )
        rest_after_loss(accounts.values(), clock.now())
        state.heed_salvage()
    if hold:
        state.ledger.rebase(clock.now())
        state.spool.rebase(clock.now())
        for account in accounts.values():
            account.reload_ledger()
    sink = sink or sink_for(settings, clock)
    wakers: list[Callable[[], None]] = []
    landers: list[Callable[[], None]] = []
    clients = []
    steps = []
    for name, account in accounts.items():
        send = (transports or {}).get(name)
        if send is None:
            config = settings.accounts[name]
            client = Client(clock, timeout_s=settings.timeouts.vendor_s, ca_file=config.ca_file)
            clients.append(client)
            send = partial(client.send, config.base_url)
        steps.append(Step(account, send, partial(_call_all, landers), partial(_call_all, wakers)))
    drain = Drain(
        state,
        sink,
        clock,
        max_bytes=int(settings.spool.max_bytes),
        refetchable=refetchable(accounts.values()),
        on_change=_tell_sink,
        on_given_up=partial(missing_again, accounts),
    )
    try:
        yield App(settings, clock, state, sink, accounts, steps, drain, wakers, landers)
    finally:
        for client in clients:
            await client.close()
        await sink.close()
        if own_state:
            state.close()


def refetchable(accounts: Iterable[Account]) -> frozenset[str]:
    """Return the interfaces whose rows a vendor still holds later: calendar rows, history, and what history covers."""
    kinds = (Role.CALENDAR, Role.HISTORY)
    return frozenset(
        interface.name
        for account in accounts
        for interface in account.vendor.interfaces.values()
        if interface.role in kinds or (interface.role is Role.LIVE and interface.subject is Subject.DEVICE)
    )


async def run(settings: Settings) -> int:
    """Collect until SIGTERM or SIGINT, then drain and return 0.

    A disk without room for the state file may heal: it is waited for.

    Raises:
        ConfigurationError: The settings cannot be used, or another `run` holds the state file.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    told = False
    while not stop.is_set():
        try:
            await _run(settings, stop)
        except StateFull as fault:
            if not told:
                tell("", "state failed", str(fault))
            told = True
            # A first beat may find no room either: then `health` says what is true, that nothing works.
            with suppress(OSError):
                (settings.state_dir / "beat").touch()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FULL_PAUSE_S)
    return 0


async def _run(settings: Settings, stop: asyncio.Event) -> None:
    """Collect until told to stop, then drain."""
    async with assembled(settings, hold=True) as app:
        scheduler = Scheduler(app.clock, app.steps, app.drain, app.beat, app.jumped)
        app.on_wake(scheduler.wake)
        app.on_landed(scheduler.landed)
        async with AsyncExitStack() as stack:
            if settings.web.port is not None:
                from collector.web.server import serving

                await stack.enter_async_context(
                    serving(settings.web.host, settings.web.port, partial(_status, app))
                )
            await _collect(app, scheduler, stop)


def _status(app: App) -> Mapping[str, Any]:
    from collector.report.status import status

    return status(app.state, app.accounts, app.clock.now(), 0.0)


async def _collect(app: App, scheduler: Scheduler, stop: asyncio.Event) -> None:
    settings = app.settings
    scheduler.start()
    log.info("collector started", accounts=len(app.accounts), sink=app.sink.name)
    for account in app.accounts.values():
        for fault in account.faults.open()[:FAULTS_TOLD]:
            log.warning("still failing", account=account.name, subject=fault.subject, why=fault.value)
    await stop.wait()
    log.info("collector stopping", drain_s=settings.timeouts.drain_s)
    await scheduler.stop(settings.timeouts.drain_s)
    app.end_beat()
    stats = app.state.spool.stats()
    log.info("collector stopped", lines_waiting=stats.lines)


def _call_all(listeners: list[Callable[[], None]]) -> None:
    for listener in listeners:
        listener()
