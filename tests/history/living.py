"""A collector that lives through virtual days beside a simulated cloud, with a database that is a plain map."""

from __future__ import annotations

import zlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from collector.app import App, accounts_of, assembled
from collector.clock import VirtualClock
from collector.errors import SinkUnavailable, VendorUnreachable
from collector.lineprotocol import parse
from collector.model import Answer
from collector.settings import Account as AccountSettings
from collector.settings import PlantSettings, Settings
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.members import INVERTERS
from collector.store import StateFile
from collector.virtual import Virtual

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from collector.model import Request
    from collector.simulator.members import SimDevice, SimPlant
    from collector.step import Account

ACCOUNT = "home"
DAY_S = 86_400.0
SLOT_MS = 300_000
TOOK_S = 0.4
HANG_S = 60.0
MEASUREMENT = {1: "pv_inverter", 38: "pv_inverter", 47: "pv_meter", 17: "pv_meter", 39: "pv_battery"}

Fields = dict[str, float | str]


def fleet(zones: Sequence[str], devices: Mapping[int, int], start: float, days: int) -> SimFleet:
    """One plant a zone, connected some days before the start; every plant has every device.

    Args:
        zones: Zone names.
        devices: Device type to how many each plant has.
        start: [s since epoch, UTC]
        days: Age of the plants at the start. [d]
    """
    drawn = SimFleet.make(len(zones), {t: n * len(zones) for t, n in devices.items()}, 7, start)
    plants: dict[str, SimPlant] = {}
    for plant, zone in zip(drawn.plants, zones, strict=True):
        here = datetime.fromtimestamp(start, ZoneInfo(zone)) - timedelta(days=days)
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
        plants[plant.code] = replace(plant, place=replace(plant.place, zone=zone), connected=midnight)
    moved = [replace(d, plant=plants[d.plant.code]) for d in drawn.devices]
    return SimFleet(plants.values(), moved, 7)


@dataclass
class Database:
    """Keeps what InfluxDB would: identity, fields merged, the last value; may be down.

    Attributes:
        points: Identity to fields.
        down: Takes nothing.
        order: Moment of every write. [s since epoch, UTC]
    """

    name: str = "map"
    points: dict[tuple[str, tuple[tuple[str, str], ...], int], Fields] = field(default_factory=dict)
    down: bool = False

    async def write(self, body: bytes, lines: int) -> None:
        if self.down:
            raise SinkUnavailable("down")
        texts = zlib.decompress(body, 31).split(b"\n")
        assert len(texts) == lines
        for text in texts:
            point = parse(text)
            self.points.setdefault((point.measurement, point.tags, point.time_ns), {}).update(point.fields)

    async def probe(self) -> str:
        return ""

    async def close(self) -> None:
        return

    def rows(self, measurement: str, **tags: str) -> dict[int, Fields]:
        """Time to fields of one series. [ms since epoch, UTC]"""
        return {
            time_ns // 1_000_000: fields
            for (name, own, time_ns), fields in self.points.items()
            if name == measurement and tags.items() <= dict(own).items()
        }


class Living:
    """Clock, cloud, database and state file that outlive the collectors between them."""

    def __init__(
        self,
        cloud_fleet: SimFleet,
        start: float,
        *,
        zones: Mapping[str, str] | None = None,
        switches: frozenset[str] | None = None,
        hollow: bool = False,
        generous: float = 1.0,
        **config: Any,
    ) -> None:
        self.clock = VirtualClock(start)
        self.fleet = cloud_fleet
        more: dict[str, Any] = {} if switches is None else {"switches": switches}
        self.cloud = Cloud(cloud_fleet, self.clock, hollow=hollow, generous=generous, **more)
        self.database = Database()
        self.state = StateFile.in_memory()
        self.sent: list[tuple[float, str]] = []
        self.settings = Settings(
            accounts={
                ACCOUNT: AccountSettings(
                    vendor="fusionsolar",
                    base_url="https://cloud.invalid",
                    username="demo",
                    password=SecretStr("demo"),
                    **config,
                )
            },
            plants={code: PlantSettings(timezone=zone) for code, zone in (zones or {}).items()},
        )
        self.app: App | None = None

    async def send(self, request: Request) -> Answer:
        sent_at = self.clock.now()
        self.sent.append((sent_at, request.path.rsplit("/", 1)[-1]))
        if self.cloud.down in {"hang", "reset"}:
            self.clock.advance_to(sent_at + HANG_S)
            raise VendorUnreachable("no answer within 60 s")
        said = self.cloud.handle(request.method, request.path, request.headers, request.body)
        self.clock.advance_to(sent_at + TOOK_S)
        self.cloud.answered(self.cloud.journal.entries[-1], self.clock.now())
        return Answer(said.status, said.headers, said.body, sent_at, self.clock.now())

    @asynccontextmanager
    async def collector(self) -> AsyncIterator[Virtual]:
        """One life of the collector."""
        async with assembled(
            self.settings,
            clock=self.clock,
            hold=True,
            sink=self.database,  # type: ignore[arg-type]
            state=self.state,
            transports={ACCOUNT: self.send},
        ) as app:
            self.app = app
            virtual = Virtual(self.clock, app.steps, self._drain)
            app.on_wake(virtual.wake)
            yield virtual
            await self._drain()
        self.app = None

    def fresh(self) -> Account:
        """The account as a command beside the collector knows it: out of the state file."""
        return accounts_of(self.settings, self.state, self.clock)[ACCOUNT]

    async def live(self, seconds: float) -> None:
        """Let one collector live for a while. [s]"""
        async with self.collector() as virtual:
            await virtual.run_until(self.clock.now() + seconds)

    async def _drain(self) -> None:
        assert self.app is not None
        while (due := await self.app.drain.step()) is not None and due <= self.clock.now():
            pass

    # --- what there should be ---------------------------------------------------------------------------------------

    def days(self, plant: SimPlant, until: float) -> list[int]:
        """The plant's local days from its first to the last one that was over two days before a moment."""
        days = self.cloud.truth.days
        return list(range(days.connected(plant), days.day(plant, int((until - 2 * DAY_S) * 1000))))

    def wrong_days(self, device: SimDevice, until: float) -> list[str]:
        """What is wrong with a device's stored 5-minute rows of the days before a moment, in words."""
        truth, days, plant = self.cloud.truth, self.cloud.truth.days, device.plant
        rows = self.database.rows(MEASUREMENT[device.type_id], device_id=str(device.id))
        told = self.database.rows("collector_coverage", device_id=str(device.id))
        wrong = []
        for day in self.days(plant, until):
            begin, end = days.start_ms(plant, day), days.start_ms(plant, day + 1)
            served = dict(truth.device_rows(device, begin, end))
            holes = set(self.cloud.holes(device, begin, end))
            missing = set(served) - set(rows)
            if not missing <= holes:
                wrong.append(f"{day}: {len(missing - holes)} rows are missing that the vendor has")
            strangers = {stamp for stamp in rows if begin <= stamp < end} - set(served)
            if strangers:
                wrong.append(f"{day}: {len(strangers)} rows were never served")
            if device.type_id in INVERTERS:
                off = [
                    stamp
                    for stamp, row in served.items()
                    if stamp not in holes
                    and stamp in rows
                    and row["active_power"] is not None
                    and abs(float(rows[stamp].get("active_power_kw", -1)) - row["active_power"]) > 1e-6
                ]
                if off:
                    wrong.append(f"{day}: {len(off)} values are not the vendor's")
            stamp = (day - datetime(1970, 1, 1).toordinal()) * 86_400_000
            known = told.get(stamp)
            lacks = None if known is None else float(known["expected"]) - float(known["received"])
            if lacks != len(holes) + (end - begin) // SLOT_MS - len(served):
                wrong.append(f"{day}: coverage tells of {lacks} missing rows, not of {len(holes)}")
        return wrong
