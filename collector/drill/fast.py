"""The real driver under an accelerated clock: hours of `run` in half a minute."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from collector.catalogue.fusionsolar import envelope as key
from collector.drill.clocks import FastClock, patient
from collector.drill.evidence import LIVE, SLOT_NS, Evidence
from collector.drill.leaks import judge_secrets
from collector.drill.life import happens
from collector.drill.peace import LONGEST_WAIT_S, silence
from collector.drill.report import Report
from collector.drill.stage import START, Stage

if TYPE_CHECKING:
    from pathlib import Path

WARM_UP_S = 1_200.0
"""Lists are read and every live interface was asked once. [simulated s]"""
SLIPPED = 0.1
"""Share of the 5-minute slots that may be slipped over, beside one: an answer that takes long, as all do at this speed,
moves the next call."""


async def fast(folder: Path, *, seed: int = 1, seconds: float = 30.0, speed: int = 300) -> Report:
    """Let `run` live fast beside a cloud that does too.

    Args:
        folder: Receives everything.
        seed: Decides the fleet.
        seconds: How long, by the machine's clock. [s]
        speed: Simulated seconds a second.

    Raises:
        ConfigurationError: libfaketime is not installed.
    """
    hours = seconds * speed / 3_600
    report = Report(f"{hours:.1f} h of a real run in {seconds:g} s (clock x{speed}, seed {seed})")
    clock = FastClock(START, speed)
    async with Stage.open(folder, clock, seed=seed, timeouts=patient(speed)) as stage:
        report.note(f"database: {stage.database_words}")
        evidence = Evidence(stage)
        stage.door.begin()
        life = await stage.live()
        report.check(await happens(lambda: stage.door.calls > 0, LONGEST_WAIT_S), "it calls")
        began = clock.now()
        await asyncio.sleep(seconds)
        report.check(life.lives, "it lives to the end")
        ended = clock.now()
        code, took_s = await life.terminate(LONGEST_WAIT_S)
        report.check(code == 0, f"it ends with exit code {code} at SIGTERM, after {took_s:.1f} s")
        await silence(stage)
        evidence.gather()
        faults = life.lines("warning") + life.lines("error")
        report.check(
            not faults, f"it has nothing to complain about ({len(faults)}): {' / '.join(faults[:2])}"
        )
        _judge_slots(report, stage, began + WARM_UP_S, ended)
        await evidence.judge(report)
        await judge_secrets(stage, report)
    return report


def _judge_slots(report: Report, stage: Stage, begin: float, end: float) -> None:
    """Hold the sweeps of live interfaces against the slots that went by."""
    slots = range(int(begin * 1e9) // SLOT_NS + 1, int(end * 1e9) // SLOT_NS)
    filled: dict[str, set[int]] = {}
    for entry in stage.cloud.journal.entries:
        if entry.interface in LIVE and entry.failCode == 0:
            member_key = LIVE[entry.interface][0]
            for member in str(entry.params[member_key]).split(","):
                filled.setdefault(f"{member_key} {member}", set()).add(int(entry.t * 1e9) // SLOT_NS)
    members = {f"{key.DEVICE_IDS} {d.id}" for d in stage.cloud.fleet.devices if d.type_id != 62}
    members |= {f"{key.PLANT_CODES} {p.code}" for p in stage.cloud.fleet.plants}
    shares = {m: len(filled.get(m, set()) & set(slots)) / max(1, len(slots)) for m in members}
    worst = min(shares, key=shares.__getitem__)
    mean = sum(shares.values()) / len(shares)
    report.check(
        len(slots) > 2 and shares[worst] * len(slots) >= len(slots) * (1 - SLIPPED) - 1,
        f"of {len(slots)} slots of {len(members)} plants and devices {mean:.1%} were asked for (worst: {shares[worst]:.1%}, {worst})",
    )
