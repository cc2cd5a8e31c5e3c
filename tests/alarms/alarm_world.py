"""An account that does nothing but watch alarms, in virtual time, beside a simulated cloud whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.clock import VirtualClock
from collector.lineprotocol import parse_all
from collector.model import Answer
from collector.packing import unpack
from collector.settings import Account as AccountSettings
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.step import Account, Claims, Step
from collector.store import StateFile
from collector.vendors import vendor_for
from collector.virtual import Virtual

if TYPE_CHECKING:
    from collector.model import Request

START = 1_780_000_000.0
DAY_S = 86_400.0
ANSWER_S = 0.5


class Watch:
    """One account, its cloud and everything that was stored of its alarms."""

    def __init__(self, plants: int = 1, devices: int = 1, *, drawn: bool = False, start: float = START):
        self.clock = VirtualClock(start)
        self.fleet = SimFleet.make(plants, {38: devices}, 1, start)
        self.fleet.alarms.drawn = drawn
        self.cloud = Cloud(self.fleet, self.clock, hollow=True)
        self.state = StateFile.in_memory()
        self.stored: dict[tuple[object, ...], dict[str, float | str]] = {}
        self.ends_seen = 0
        self.begin()

    def begin(self) -> None:
        """Begin anew with nothing but the state file."""
        config = AccountSettings(
            vendor="fusionsolar",
            base_url="https://cloud.example",
            username="demo",
            password="demo",
            interfaces=["getAlarmList"],
        )
        self.account = Account(
            "home",
            config,
            plant_settings={},
            vendor=vendor_for("fusionsolar", "home", "demo", "demo", language="en_US", id_prefix=""),
            state=self.state,
            clock=self.clock,
            timeout_s=60.0,
            claims=Claims(),
            tell=lambda *_: None,
        )
        step = Step(self.account, self._send, lambda: None, self._wake)
        self.virtual = Virtual(self.clock, [step], self._after)

    def _wake(self) -> None:
        self.virtual.wake()

    async def _send(self, request: Request) -> Answer:
        sent_at = self.clock.now()
        said = self.cloud.handle(request.method, request.path, request.headers, request.body)
        self.clock.advance_to(sent_at + ANSWER_S)
        entry = self.cloud.journal.entries[-1]
        self.cloud.answered(entry, self.clock.now())
        return Answer(said.status, said.headers, said.body, sent_at, self.clock.now())

    async def _after(self) -> None:
        while (batch := self.state.spool.oldest()) is not None:
            for point in parse_all(b"\n".join(unpack(batch.body))):
                if point.measurement == "pv_alarm":
                    self.stored.setdefault((point.tags, point.time_ns), {}).update(point.fields)
            self.state.spool.settle(batch.id)

    async def live(self, days: float) -> None:
        """Let the account live. [d]"""
        await self.virtual.run_until(self.clock.now() + days * DAY_S)

    def of(self, raised: float) -> dict[str, float | str]:
        """Return what is stored of the alarm raised at a moment; empty where nothing is. [s since epoch, UTC]"""
        return next((f for (_, time_ns), f in self.stored.items() if time_ns == int(raised) * 10**9), {})

    def lawful(self) -> bool:
        """Tell whether every call kept the documented limits and none was refused."""
        journal = self.cloud.journal
        return not journal.violations and not any(entry.refused for entry in journal.entries)
