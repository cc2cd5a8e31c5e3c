"""Clouds to ask: a small fleet under a clock that tests move."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from collector.clock import VirtualClock
from collector.simulator.cloud import Cloud
from collector.simulator.fleet import SimFleet
from collector.simulator.switches import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.simulator.answers import CloudAnswer

SUMMER = datetime(2026, 7, 15, 10, 0, tzinfo=UTC).timestamp()


@dataclass
class Visitor:
    """Asks a cloud as a client would, and reads the answers."""

    cloud: Cloud
    clock: VirtualClock
    token: str = ""

    def send(self, name: str, *, headers: dict[str, str] | None = None, **asked: Any) -> CloudAnswer:
        sent = {"xsrf-token": self.token} if headers is None else headers
        return self.cloud.handle("POST", f"/thirdData/{name}", sent, json.dumps(asked).encode())

    def ask(self, name: str, **asked: Any) -> dict[str, Any]:
        return json.loads(self.send(name, **asked).body)

    def log_in(self, user: str = "demo", password: str = "demo") -> CloudAnswer:
        answer = self.send("login", userName=user, systemCode=password)
        self.token = answer.headers.get("xsrf-token", self.token)
        return answer

    def code(self, name: str, **asked: Any) -> int | None:
        return self.send(name, **asked).fail_code

    def wait(self, seconds: float) -> None:
        self.clock.advance_to(self.clock.now() + seconds)

    def later(self, seconds: float) -> None:
        """Wait, and log in anew: for tests in which the session is not the matter."""
        self.wait(seconds)
        self.log_in()

    @property
    def now_ms(self) -> int:
        return int(self.clock.now() * 1000)


@pytest.fixture
def visit() -> Callable[..., Visitor]:
    """A function that opens a cloud and logs in: plants, devices, start and any argument of `Cloud`."""

    def opened(
        *, plants: int = 6, devices: dict[int, int] | None = None, start: float = SUMMER, more: set[str] = frozenset(),
        less: set[str] = frozenset(), **chosen: Any,
    ) -> Visitor:  # fmt: skip
        clock = VirtualClock(start)
        fleet = SimFleet.make(plants, SimFleet.usual(plants) if devices is None else devices, 11, start)
        chosen = {"switches": (DEFAULTS | more) - less, "generous": 0.0} | chosen
        visitor = Visitor(Cloud(fleet, clock, **chosen), clock)
        visitor.log_in()
        return visitor

    return opened
