"""A configuration with secrets and a small state, made by hand; nothing is sent anywhere."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from collector import logs
from collector.cli import boundary
from collector.model import Device, Lane, Plant
from collector.packing import pack
from collector.quota import Lesson
from collector.store import Rejected, Session, SpoolBatch, StateFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PASSWORD = "Pa55-of-the-roof"
SINK_TOKEN = "t0ken-of-the-database"
SESSION_TOKEN = "x-t0ken-of-the-session"
SECRETS = (PASSWORD, SINK_TOKEN, SESSION_TOKEN)


@dataclass
class Outcome:
    """What a command left: exit code and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file with one account and the embedded store."""
    file = tmp_path / "collector.yaml"
    file.write_text(
        f"""
accounts:
  home:
    vendor: fusionsolar
    base_url: https://vendor.example
    username: northbound
    password: {PASSWORD}
  roof:
    vendor: fusionsolar
    base_url: https://other.example
    username: northbound
    password: {PASSWORD}
state_dir: {tmp_path / "state"}
"""
    )
    return file


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Outcome]]:
    """Runs the command line as a process would, in a terminal of 80 columns; secrets must never show."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("SOLAR_CONFIG", raising=False)

    def call(*arguments: object) -> Outcome:
        code = boundary([str(a) for a in arguments])
        shown = capsys.readouterr()
        for secret in SECRETS:
            assert secret not in shown.out + shown.err
        return Outcome(code, shown.out, shown.err)

    yield call
    logs.configure("error")


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """Where the state of `config` is kept."""
    return tmp_path / "state"


def plant(number: int, account: str = "home", **more: object) -> Plant:
    """Return a plant."""
    code = f"NE={number}"
    return Plant(account, "fusionsolar", code, code, f"Roof {number}", 10.0, zone="Etc/GMT-1", **more)


def device(number: int, plant_number: int, type_id: int = 1, kind: str = "inverter") -> Device:
    """Return a device of the account home."""
    code = f"NE={plant_number}"
    return Device(
        "home", "fusionsolar", code, code, str(number), str(number), type_id, kind, f"Device {number}"
    )


@pytest.fixture
def filled(state_dir: Path) -> Path:
    """A state as a healthy day leaves it: two plants, three devices, calls, one line waiting, one refused."""
    now = time.time()
    with StateFile.open(state_dir) as state:
        state.inventory.save_plants("home", [plant(1), plant(2)])
        state.inventory.save_devices("home", [device(11, 1), device(12, 2), device(13, 2, 17, "meter")])
        state.inventory.tell("home", now - 7_200, "plant Roof 2 came")
        state.sessions.put("home", Session(SESSION_TOKEN, now - 3_600, now - 30))
        state.sessions.put("roof", Session(SESSION_TOKEN, now - 3_600, now - 30))
        for age in (250.0, 10_000.0):
            spend = state.ledger.spend("home", "getStationRealKpi", now - age)
            state.ledger.answered(spend, now - age + 1, refused=False)
        refused = state.ledger.spend("home", "getDevRealKpi", now - 100)
        state.ledger.answered(refused, now - 99, refused=True)
        state.ledger.set_lesson(
            "home", "getDevRealKpi", Lesson(1.5, now + 50, "called too often", 0, True, now - 99)
        )
        state.newest.put(
            [
                ("11", "live", int((now - 240) * 1e9), now - 230, {"active_power_kw": 1.0}),
                ("NE=2", "live", int((now - 900) * 1e9), now - 890, {"day_yield_kwh": 3.0}),
            ]
        )
        state.counters.add("home", "unreadable", 3)
        body = pack([b"pv_plant,plant_id=NE\\=1 day_yield_kwh=1.0 1700000000000000000"])
        state.spool.append(
            SpoolBatch("home", "getStationRealKpi", Lane.LIVE, now - 60, 1, 17 * 10**17, 17 * 10**17, body)
        )
        state.quarantine.add(
            Rejected(
                b"pv_inverter,device_id=11 active_power_kw=1.0 1700000000000000000",
                "field type conflict",
                "sqlite store.db",
                now - 500,
                now - 400,
                "home",
                "getDevRealKpi",
            )
        )
    (state_dir / "beat").touch()
    return state_dir
