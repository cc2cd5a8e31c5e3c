"""The stage of a drill: a folder, a simulated cloud behind its door, a database behind its gate, a configuration."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from collector.drill import database
from collector.drill.clocks import PlainClock
from collector.drill.door import Door
from collector.drill.gate import Gate
from collector.drill.life import Life
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.journal import Journal
from collector.simulator.switches import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from collector.drill.clocks import SharedClock
    from collector.drill.database import Influx

START = datetime(2026, 6, 10, 9, 0, tzinfo=UTC).timestamp()
"""A summer morning: every device has something to say. [s since epoch, UTC]"""
ACCOUNT = "drill"
USER = "drill-user"
PASSWORD = "Kw7\"gq!x9 &päss'word"  # noqa: S105  guards nothing; its letters try every way of quoting
DATABASE = "drill"
COMMAND_S = 30.0
DEAD = "http://127.0.0.1:9"  # the port that discards: nobody listens
# Every device answers at every moment, so that what was asked for and not stored is lost and nothing else.
SWITCHES = DEFAULTS - {"night_gaps"}


@dataclass(slots=True)
class Stage:
    """What a drill plays on.

    Attributes:
        folder: Everything that it leaves behind.
        clock: The cloud's; children can be given it too.
        cloud: The simulated cloud.
        door: Serves it.
        influx: The database; None: the embedded store stands in.
        gate: Before the database, where there is one.
        stored: Lines that the database confirmed through the gate, oldest first.
        timeouts: As in the configuration.
        sink: The sink's configuration.
        base_url: Where the collector believes the cloud to be.
        password: What the collector takes for the account's password.
        further: Secrets beside that password and the cloud's tokens.
        interfaces: The only ones that the account is to call; empty: as it sees fit.
        lives: Every process that was started.
    """

    folder: Path
    clock: SharedClock
    cloud: Cloud
    door: Door
    influx: Influx | None
    gate: Gate | None
    stored: list[bytes]
    timeouts: dict[str, float]
    sink: dict[str, Any]
    base_url: str
    password: str = PASSWORD
    further: set[str] = field(default_factory=set)
    interfaces: Sequence[str] = ()
    lives: list[Life] = field(default_factory=list)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        folder: Path,
        clock: SharedClock | None = None,
        *,
        seed: int = 1,
        plants: int = 3,
        real: bool = True,
        timeouts: Mapping[str, float] | None = None,
        shared: Influx | None = None,
    ) -> AsyncIterator[Stage]:
        """Put a stage up and clear it away; the folder stays, no process does.

        Args:
            folder: Must not exist or be empty.
            clock: The cloud's; None: the machine's.
            seed: Decides fleet, weather and faults.
            plants: Plants of the account.
            real: Whether a real database is wanted; without one installed the embedded store stands in.
            timeouts: As in the configuration.
            shared: A database that runs already.
        """
        clock = clock or PlainClock()
        for name in ("log", "secrets"):
            (folder / name).mkdir(parents=True)
        async with contextlib.AsyncExitStack() as stack:
            journal = Journal(folder / "journal.jsonl")
            stack.callback(journal.close)
            fleet = SimFleet.make(plants, SimFleet.usual(plants), seed, clock.now())
            cloud = Cloud(fleet, clock, user=USER, password=PASSWORD, switches=SWITCHES, journal=journal)
            door = Door(cloud)
            await door.open()
            stack.push_async_callback(door.close)
            stored: list[bytes] = []
            influx, gate, sink = None, None, {"kind": "sqlite"}
            if real and (shared is not None or database.installed()):
                own = database.influx(folder / "influxdb")
                server = await stack.enter_async_context(own) if shared is None else shared
                await server.make(DATABASE)
                influx, gate = server, Gate(server.url, stored.extend)
                await gate.open()
                stack.push_async_callback(gate.close)
                sink = {"kind": "influxdb1", "url": gate.url, "database": DATABASE}
            stage = cls(
                folder, clock, cloud, door, influx, gate, stored, dict(timeouts or {}), sink, door.url
            )
            stack.push_async_callback(stage.clear)
            yield stage

    @property
    def state_dir(self) -> Path:
        """The collector's state."""
        return self.folder / "state"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "collector.yaml"

    @property
    def database_words(self) -> str:
        """Which database it is."""
        return "a real InfluxDB 1.x" if self.influx is not None else "the embedded store (influxd is absent)"

    def configure(self, **more: Any) -> None:
        """Write the configuration; `more` replaces or adds whole sections."""
        import yaml

        secret = self.folder / "secrets" / "password"
        secret.write_text(self.password, encoding="utf-8")
        content: dict[str, Any] = {
            "accounts": {
                ACCOUNT: {
                    "vendor": "fusionsolar",
                    "base_url": self.base_url,
                    "username": USER,
                    "password_file": str(secret.resolve()),
                }
            },
            "state_dir": str(self.state_dir.resolve()),
            "sink": self.sink,
            "timeouts": self.timeouts,
            **more,
        }
        if self.interfaces:
            content["accounts"][ACCOUNT]["interfaces"] = list(self.interfaces)
        self.config.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    async def live(self) -> Life:
        """Start one more life of `run`."""
        if not self.config.exists():
            self.configure()
        log = self.folder / "log" / f"life-{len(self.lives) + 1:03}.log"
        life = await Life.start(self.config, log, self.clock.environment())
        self.lives.append(life)
        return life

    async def play(self, *arguments: str) -> tuple[int, str]:
        """Run one short command beside whatever lives; return exit code and what it printed."""
        log = self.folder / "log" / f"command-{'-'.join(arguments).replace('/', '_')}.txt"
        life = await Life.start(self.config, log, self.clock.environment(), command=arguments)
        code = await life.ends(COMMAND_S)
        return code, life.text()

    async def clear(self) -> None:
        """Kill whatever still lives."""
        for life in self.lives:
            if life.lives:
                await life.kill()
