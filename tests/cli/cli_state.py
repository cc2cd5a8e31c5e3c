"""A small state made by hand, and what commands leave."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.model import Device, Lane, Plant
from collector.packing import pack
from collector.quota import Lesson
from collector.store import Rejected, Session, SpoolBatch, StateFile

if TYPE_CHECKING:
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


def fill(state_dir: Path) -> None:
    """Write a state as a healthy day leaves it: two plants, three devices, calls, one line waiting, one refused."""
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
