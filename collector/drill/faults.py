"""Faults that may heal and faults that may not: one clear line each, no second login, recovery without help."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

from collector.drill.clocks import FastClock, ShiftedClock, patient
from collector.drill.leaks import judge_secrets
from collector.drill.life import happens
from collector.drill.peace import LONGEST_WAIT_S, goes_on
from collector.drill.report import Report
from collector.drill.stage import DEAD, START, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from collector.drill.life import Life
    from collector.simulator.cloud import Down

LOGIN_REST_S = 1_800
CALM_S = 1.0
SPEED = 300
SILENT_S = 3.0
MOST_CALLS = 40
NOWHERE = "https://nowhere.invalid"


def complaints(life: Life) -> list[str]:
    """Return the lines with which a life complains."""
    return [line for line in life.text().splitlines() if "[warning" in line or "[error" in line]


async def _one_line(report: Report, life: Life, *words: str, what: str) -> None:
    """Hold a life to one clear line, no traceback, and to staying up."""
    said = await life.says(*words, within_s=LONGEST_WAIT_S)
    await asyncio.sleep(CALM_S)
    lines = complaints(life)
    report.check(
        said and len(lines) == 1, f"{what}: one line: {' / '.join(lines) or life.text()[-300:] or 'nothing'}"
    )
    report.check("Traceback" not in life.text(), f"{what}: no traceback")
    report.check(life.lives, f"{what}: it stays up")


async def _ends(report: Report, life: Life, what: str) -> None:
    code, _ = await life.terminate(LONGEST_WAIT_S)
    report.check(code == 0, f"{what}: exit code {code} at SIGTERM")


async def password(folder: Path, *, seed: int = 1) -> Report:
    """Give a wrong password: told once, not tried again for 30 minutes, whatever is restarted."""
    report = Report("wrong password")
    clock = ShiftedClock(START)
    async with Stage.open(folder, clock, seed=seed, real=False) as stage:
        stage.password = "not the \"right' one"  # noqa: S105  that is the drill
        for off_s, logins in ((0, 1), (600, 1), (LOGIN_REST_S - 700, 1), (200, 2)):
            clock.skip(off_s)
            life = await stage.live()
            await life.says("collector started", within_s=LONGEST_WAIT_S)
            if not off_s:
                await _one_line(report, life, "login failed", what="wrong password")
            await happens(lambda wanted=logins: _logins(stage) >= wanted, LONGEST_WAIT_S)  # type: ignore[misc]
            await asyncio.sleep(CALM_S)
            report.check(
                _logins(stage) == logins and stage.door.calls == logins,
                f"{(clock.now() - START) / 60:.0f} min after the first login: {_logins(stage)} logins so far, no other call",
            )
            await life.kill()
        times = [entry.t for entry in stage.cloud.journal.calls("login")]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        report.check(min(gaps, default=0.0) >= LOGIN_REST_S, f"logins are {gaps} s apart")
        await judge_secrets(stage, report)
    return report


async def restless(folder: Path, *, seed: int = 1, seconds: float = 9.0) -> Report:
    """Give a wrong password to one long life: the driver itself keeps the half hour."""
    report = Report(f"wrong password, {seconds * SPEED / 60:.0f} min in one life")
    clock = FastClock(START, SPEED)
    async with Stage.open(folder, clock, seed=seed, real=False, timeouts=patient(SPEED)) as stage:
        stage.password = "still not the right one"  # noqa: S105  that is the drill
        life = await stage.live()
        await life.says("login failed", within_s=LONGEST_WAIT_S)
        first = clock.now()
        await asyncio.sleep(seconds)
        allowed = 1 + int((clock.now() - first) / LOGIN_REST_S)
        times = [entry.t for entry in stage.cloud.journal.calls("login")]
        gaps = [round(later - earlier) for earlier, later in pairwise(times)]
        report.check(
            1 <= len(times) <= allowed and min(gaps, default=LOGIN_REST_S) >= LOGIN_REST_S,
            f"{len(times)} logins, {gaps} s apart",
        )
        report.check(len(complaints(life)) == 1, f"told once ({len(complaints(life))} lines)")
        await life.kill()
    return report


async def addresses(folder: Path, *, seed: int = 1) -> Report:
    """Name a cloud that is not there: refused port, unknown name, TLS spoken to a plain port."""
    report = Report("wrong address of the cloud")
    for number, (what, words) in enumerate(
        (
            ("refused port", "no connection"),
            ("unknown name", "cannot be resolved"),
            ("TLS to a plain port", "TLS handshake"),
        )
    ):
        async with Stage.open(folder / str(number), seed=seed, real=False) as stage:
            plain = stage.door.url.replace("http://", "https://")
            stage.base_url = (DEAD, NOWHERE, plain)[number]
            life = await stage.live()
            await _one_line(report, life, words, what=what)
            await _ends(report, life, what)
            report.check(stage.door.calls == 0, f"{what}: the cloud was not called")
            await judge_secrets(stage, report)
    return report


async def settings(folder: Path, *, seed: int = 1) -> Report:
    """Write a key that does not exist: exit code 2 and one line that names it."""
    report = Report("unknown key in the configuration")
    async with Stage.open(folder, seed=seed, real=False) as stage:
        stage.configure(intervall=5)
        life = await stage.live()
        code = await life.ends(LONGEST_WAIT_S)
        said = life.text().strip().splitlines()
        report.check(code == 2, f"exit code {code}")
        report.check(len(said) == 1 and "intervall" in said[0], f"one line: {' / '.join(said)}")
        report.check(stage.door.calls == 0, "the cloud was not called")
    return report


async def databases(folder: Path, *, seed: int = 1) -> Report:
    """Name a database server that is not there, and a database that it does not have."""
    report = Report("wrong address and wrong name of the database")
    for what, words in (("unreachable database", "no connection"), ("wrong database", "HTTP 404")):
        async with Stage.open(folder / words, seed=seed, real=words == "HTTP 404") as stage:
            if words == "HTTP 404" and stage.gate is None:
                report.note("influxd is absent: only an unreachable server was tried")
                continue
            url = DEAD if stage.gate is None else stage.gate.url
            stage.sink = {"kind": "influxdb1", "database": "nonesuch", "url": url}
            life = await stage.live()
            await _one_line(report, life, "sink down", words, what=what)
            while await goes_on(stage):
                pass
            await _ends(report, life, what)
            kept = life.lines("collector stopped")
            report.check(
                bool(kept) and "lines_waiting=0" not in kept[0],
                f"{what}: {kept[0].rpartition(' ')[2] if kept else 'not told'}",
            )
            report.check(not stage.stored, f"{what}: nothing was stored")
            await judge_secrets(stage, report)
    return report


async def vendor(folder: Path, *, seed: int = 1, ill_s: float = 2.0) -> Report:
    """Let the cloud answer 403 or a web page, or reset connections: `run` backs off and recovers."""
    return await _sick(folder, ("403", "html", "reset"), patient(SPEED), seed, ill_s)


async def silence(folder: Path, *, seed: int = 1) -> Report:
    """Let the cloud take calls and never answer: `run` gives them up, backs off and recovers."""
    return await _sick(
        folder, ("hang",), {**patient(SPEED), "vendor_s": SILENT_S * SPEED}, seed, SILENT_S + 2
    )


async def _sick(
    folder: Path, kinds: Sequence[Down], timeouts: Mapping[str, float], seed: int, ill_s: float
) -> Report:
    report = Report(f"a cloud out of order ({', '.join(kinds)}) for {ill_s * SPEED / 60:.0f} min each")
    clock = FastClock(START, SPEED)
    async with Stage.open(folder, clock, seed=seed, real=False, timeouts=timeouts) as stage:
        life = await stage.live()
        await happens(lambda: len(_good(stage)) > 8, LONGEST_WAIT_S)
        for down in kinds:
            told, calls = len(complaints(life)), len(stage.cloud.journal.entries)
            stage.cloud.down = down
            await asyncio.sleep(ill_s)
            stage.cloud.down = None
            asked = len(stage.cloud.journal.entries) - calls
            await stage.door.quiet()
            good, ended = len(_good(stage)), clock.now()
            works = await happens(lambda well=good: len(_good(stage)) > well + 6, LONGEST_WAIT_S)  # type: ignore[misc]
            lines = complaints(life)[told:]
            report.check(
                life.lives and works, f"{down}: it recovers within {(clock.now() - ended) / 60:.0f} min"
            )
            report.check(0 < asked <= MOST_CALLS, f"{down}: {asked} calls while it lasted")
            report.check(
                0 < len(lines) <= len(stage.cloud.fleet.devices) and "Traceback" not in life.text(),
                f"{down}: {len(lines)} lines, as {lines[0][:170] if lines else 'nothing'}",
            )
        broken = stage.cloud.journal.violations
        # A call that is given up and that a stalled machine delivers later still is counted late: no fault of the quota's.
        report.check(not broken or "hang" in kinds, f"no limit was broken: {broken[:2]}")
        await _ends(report, life, "in the end")
        await judge_secrets(stage, report)
    return report


def _good(stage: Stage) -> list[float]:
    return [entry.t for entry in stage.cloud.journal.entries if entry.failCode == 0]


def _logins(stage: Stage) -> int:
    return len(stage.cloud.journal.calls("login"))
