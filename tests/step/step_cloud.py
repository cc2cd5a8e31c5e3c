"""A scripted cloud and an account that talks to it: plain functions, a clock that stands still until it is set."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from collector.lineprotocol import parse_all
from collector.model import Answer, Request
from collector.packing import unpack
from collector.settings import Account as AccountSettings
from collector.step import Account, Claims, Step
from collector.store import StateFile
from collector.vendors import vendor_for
from collector.virtual import Virtual
from collector.zones import day_start, local_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.clock import VirtualClock
    from collector.lineprotocol import Point

NOON = 1_795_176_000.0  # Fri, 20 Nov 2026 12:00:00 GMT
OK = {"success": True, "failCode": 0, "message": None, "data": None}

Reply = "dict[str, Any] | Answer | Exception | Callable[[dict[str, Any]], Any]"


def refused(code: int, **more: Any) -> dict[str, Any]:
    """An answer that says no."""
    return {"success": False, "failCode": code, "message": None, "data": None, "params": None, **more}


@dataclass
class Sent:
    """One request as the cloud saw it."""

    at: float
    interface: str
    body: dict[str, Any]
    token: str

    @property
    def members(self) -> list[str]:
        named = self.body.get("stationCodes") or self.body.get("devIds") or ""
        return named.split(",") if named else []


@dataclass
class Cloud:
    """Answers like a healthy cloud, but for what is scripted.

    Attributes:
        clock: Shared with the account.
        plants: Plant code to time zone.
        devices: Device id to (plant code, device type).
        alarms: Rows of the alarm list.
        script: Interface to the replies that come next, before healthy ones.
        always: Interface to a reply that comes every time.
        latency_s: How long an answer takes.
    """

    clock: VirtualClock
    plants: dict[str, str] = field(default_factory=lambda: {"A": "", "B": ""})
    devices: dict[int, tuple[str, int]] = field(default_factory=lambda: {11: ("A", 1), 12: ("B", 1)})
    alarms: list[dict[str, Any]] = field(default_factory=list)
    latency_s: float = 0.5
    sent: list[Sent] = field(default_factory=list)
    script: dict[str, deque[Any]] = field(default_factory=dict)
    always: dict[str, Any] = field(default_factory=dict)
    before: Callable[[], None] | None = None

    def next(self, interface: str, *replies: Any) -> None:
        self.script.setdefault(interface, deque()).extend(replies)

    def calls(self, interface: str) -> list[Sent]:
        return [s for s in self.sent if s.interface == interface]

    async def __call__(self, request: Request) -> Answer:
        await asyncio.sleep(0)
        interface = request.path.rsplit("/", 1)[-1]
        body = json.loads(request.body)
        sent = Sent(self.clock.now(), interface, body, request.headers.get("xsrf-token", ""))
        self.sent.append(sent)
        if self.before is not None:
            self.before()
        waiting = self.script.get(interface)
        reply = waiting.popleft() if waiting else self.always.get(interface)
        if callable(reply):
            reply = reply(body)
        if reply is None:
            reply = self._healthy(interface, sent)
        self.clock.advance_to(sent.at + self.latency_s)
        if isinstance(reply, BaseException):
            raise reply
        if isinstance(reply, Answer):
            return Answer(reply.status, reply.headers, reply.body, sent.at, self.clock.now())
        headers = (
            {"xsrf-token": f"x-token-{len(self.calls('login'))}"}
            if interface == "login" and reply["success"]
            else {}
        )
        return Answer(200, headers, json.dumps(reply).encode(), sent.at, self.clock.now())

    def _healthy(self, interface: str, sent: Sent) -> dict[str, Any]:
        return {
            **OK,
            "data": self._data(interface, sent),
            "params": {"currentTime": int(self.clock.now() * 1000)},
        }

    def _data(self, interface: str, sent: Sent) -> Any:  # noqa: PLR0911  one return an interface
        body, members = sent.body, sent.members
        if interface == "stations":
            rows = [{"plantCode": c, "plantName": f"Plant {c}", "capacity": 10} for c in self.plants]
            return {"list": rows, "pageCount": 1, "pageNo": 1, "total": len(rows)}
        if interface == "getStationList":
            return [{"stationCode": c, "stationName": f"Plant {c}", "capacity": 0.01} for c in self.plants]
        if interface == "getDevList":
            return [
                {
                    "id": i,
                    "devName": f"D{i}",
                    "stationCode": p,
                    "esnCode": f"SN{i}",
                    "devTypeId": t,
                }
                for i, (p, t) in self.devices.items()
                if p in members
            ]
        if interface == "getStationRealKpi":
            return [{"stationCode": c, "dataItemMap": {"day_power": 5.5}} for c in members]
        if interface == "getDevRealKpi":
            return [{"devId": int(c), "dataItemMap": {"active_power": 1.5}} for c in members]
        if interface.startswith("getKpiStation"):
            return [
                {
                    "stationCode": c,
                    "collectTime": int(
                        day_start(self.plants[c], local_date(self.plants[c], body["collectTime"] / 1000))
                        * 1000
                    ),
                    "dataItemMap": {"inverter_power": 3.0},
                }
                for c in members
                if c in self.plants
            ]
        if interface == "getAlarmList":
            return [a for a in self.alarms if a["stationCode"] in members]
        return None


class Home:
    """One account, its state file and its cloud."""

    def __init__(self, cloud: Cloud, state: StateFile | None = None, **config: Any) -> None:
        self.cloud, self.clock = cloud, cloud.clock
        self.state = state or StateFile.in_memory()
        self.config = AccountSettings(
            vendor="fusionsolar", base_url="https://cloud.example", username="u", password="p", **config
        )
        self.told: list[tuple[str, str]] = []
        self.woken = 0
        self.restart()

    def restart(self) -> None:
        """Begin anew with nothing but the state file."""
        self.account = Account(
            "home",
            self.config,
            plant_settings={},
            vendor=vendor_for("fusionsolar", "home", "u", "p", language="en_US", id_prefix=""),
            state=self.state,
            clock=self.clock,
            timeout_s=60.0,
            claims=Claims(),
            tell=lambda _, event, words: self.told.append((event, words)),
        )
        self.step = Step(self.account, self.cloud, lambda: None, self._wake)
        self.virtual = Virtual(self.clock, [self.step], self._after)

    def _wake(self) -> None:
        self.woken += 1
        self.virtual.wake()

    async def _after(self) -> None:
        return

    async def run(self, name: str) -> float:
        return await self.step.run(name)

    async def settle(self, *names: str) -> None:
        """Log in and read the lists."""
        for name in names or ("stations", "getDevList"):
            await self.step.run(name)

    async def drive(self, seconds: float) -> None:
        """Let the account live through virtual time. [s]"""
        await self.virtual.run_until(self.clock.now() + seconds)

    def wait(self, seconds: float) -> None:
        self.clock.advance_to(self.clock.now() + seconds)

    def points(self) -> list[Point]:
        """Take every line out of the spool."""
        found: list[Point] = []
        while (batch := self.state.spool.oldest()) is not None:
            found += parse_all(b"\n".join(unpack(batch.body)))
            self.state.spool.settle(batch.id)
        return found

    def events(self) -> Counter[str]:
        return Counter(event for event, _ in self.told)
