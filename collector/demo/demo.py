"""The demo's parts: simulated cloud, collector and clock. No reading reaches a store by another way than `run`'s."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collector.app import App, assembled
from collector.demo.clock import CatchUpClock
from collector.errors import ConfigurationError
from collector.scheduler import Scheduler
from collector.settings import load
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.journal import Journal
from collector.simulator.serve import address, serve
from collector.simulator.switches import DEFAULTS
from collector.virtual import Virtual

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from collector.settings import Settings

DAY_S = 86_400.0
MARK = ".solar-collector-demo"
# A demo promises a reading of every device in every slot: no inverter is silent at night.
SWITCHES = DEFAULTS - {"night_gaps"}
DRAIN_EVERY = 20
# A word of its own: whatever contains a password is masked, and "demo" stands in paths.
PASSWORD = "only-simulated"  # noqa: S105  the simulated cloud guards nothing


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What the demo is asked for.

    Attributes:
        folder: Where its state, store, journal and configuration go; made anew each time.
        days: How far back it begins. [d]
        plants: Plants of the simulated account.
        devices: Device type to number of devices; empty: the usual mix.
        seed: Decides the fleet, its weather and its faults.
        sink: The configuration of the sink; empty: the embedded store.
    """

    folder: Path
    days: float = 1.0
    plants: int = 3
    devices: Mapping[int, int] = field(default_factory=dict)
    seed: int = 1
    sink: Mapping[str, str] = field(default_factory=dict)


class Demo:
    """A collector beside a simulated cloud.

    Attributes:
        app: The collector.
        cloud: What it reads.
        clock: Theirs.
        start: Where virtual time began. [s since epoch, UTC]
    """

    def __init__(self, app: App, cloud: Cloud, clock: CatchUpClock, start: float) -> None:
        self.app = app
        self.cloud = cloud
        self.clock = clock
        self.start = start

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, plan: DemoPlan) -> AsyncIterator[Demo]:
        """Put the demo together and take it apart again; its folder stays.

        Raises:
            ConfigurationError: The folder holds something else, or the sink cannot be used.
        """
        start = time.time() - plan.days * DAY_S
        prepare(plan.folder)
        clock = CatchUpClock(start)
        fleet = SimFleet.make(
            plan.plants, dict(plan.devices) or SimFleet.usual(plan.plants), plan.seed, start
        )
        journal = Journal(plan.folder / "journal.jsonl")
        cloud = Cloud(fleet, clock, password=PASSWORD, switches=SWITCHES, journal=journal)
        runner = await serve(cloud, "127.0.0.1", 0)
        try:
            settings = configure(plan, address(runner))
            async with assembled(settings, clock=clock, hold=True) as app:
                yield cls(app, cloud, clock, start)
        finally:
            await runner.cleanup()
            journal.close()

    async def catch_up(self, progress: Callable[[float], None]) -> None:
        """Live through the past until now.

        Args:
            progress: Receives the virtual moment now and then. [s since epoch, UTC]
        """
        steps = 0

        async def after() -> None:
            nonlocal steps
            steps += 1
            if steps % DRAIN_EVERY == 0:
                await self._drain()
                progress(self.clock.now())

        virtual = Virtual(self.clock, self.app.steps, after)
        self.app.on_wake(virtual.wake)
        while time.time() - self.clock.now() > 1.0:
            await virtual.run_until(time.time())
        await self._drain()
        self.app.forget_listeners()
        self.clock.go_live()

    async def _drain(self) -> None:
        drain = self.app.drain
        while (due := await drain.step()) is not None:
            if due > self.clock.now():
                # The sink is real and so is its trouble: wait for it in real time.
                await asyncio.sleep(0.2)
                self.clock.advance_to(min(due, time.time()))

    async def go_on(self, stop: asyncio.Event, every_s: float, show: Callable[[], None]) -> None:
        """Go on in real time until stopped, calling `show` every `every_s`. [s]"""
        app = self.app
        scheduler = Scheduler(self.clock, app.steps, app.drain, app.beat, app.jumped)
        app.on_wake(scheduler.wake)
        app.on_landed(scheduler.landed)
        scheduler.start()
        while not stop.is_set():
            show()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)
        await scheduler.stop(app.settings.timeouts.drain_s)


def prepare(folder: Path) -> None:
    """Make the demo's folder anew; nothing but an earlier demo is ever removed.

    Raises:
        ConfigurationError: It holds something else.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise ConfigurationError(
                "--folder", f"{folder} holds something else than a demo", "Name an empty folder."
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def configure(plan: DemoPlan, base_url: str) -> Settings:
    """Write the demo's own configuration and return it as settings, so that every other command works beside it."""
    import yaml

    content = {
        "accounts": {
            "demo": {
                "vendor": "fusionsolar",
                "base_url": base_url,
                "username": "demo",
                "password": PASSWORD,
            }
        },
        "state_dir": str(plan.folder.resolve()),
        "sink": dict(plan.sink) or {"kind": "sqlite"},
    }
    path = plan.folder / "collector.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    path.chmod(0o600)
    return load(path, {})
