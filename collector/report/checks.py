"""Everything that `check` tries, in order: state directory, database, each account, clock, what is known to be wrong, units."""

from __future__ import annotations

import shutil
from contextlib import aclosing
from typing import TYPE_CHECKING

from collector import lineprotocol
from collector.errors import SinkError
from collector.report.clocks import Clocks
from collector.report.exporting import stored
from collector.report.findings import Finding, Verdict
from collector.report.trial import Trial
from collector.report.troubles import DATABASE, other_host, troubles
from collector.report.units import POWER, Balances
from collector.report.words import clock as moment_in_words
from collector.report.words import plain, plural, size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from collector.model import Answer, Request
    from collector.sinks import Sink
    from collector.step import Account
    from collector.store import StateFile

ROOM_BYTES = 100 * 2**20
READ_S = 600
UNITS_S = 86_400
UNITS_LINES = 100_000


async def checks(
    state_dir: Path,
    state: StateFile,
    accounts: Mapping[str, Account],
    sink: Sink,
    *,
    transports: Mapping[str, Callable[[Request], Awaitable[Answer]]],
    now: float,
) -> AsyncIterator[Finding]:
    """Try everything, one after the other, and yield what is found as soon as it is.

    Args:
        state_dir: Directory of the state file.
        state: The state file.
        accounts: By name.
        sink: The database.
        transports: By account name, what sends a request to its cloud.
        now: [s since epoch, UTC]

    Raises:
        StateError: The state file does not take what must be kept.
    """
    clocks = Clocks()
    transports = clocks.listening(transports)
    told = [_state(state_dir, state), *await _sink(sink, now)]
    for finding in told:
        yield finding
    for name, account in accounts.items():
        for finding in (*await Trial(account, transports[name]).run(), *_shared(account, accounts)):
            told.append(finding)
            yield finding
    for finding in clocks.findings():
        yield finding
    for finding in _known(state, accounts, told):
        yield finding
    for finding in await units_findings(accounts, sink, now):
        yield finding


def _state(state_dir: Path, state: StateFile) -> Finding:
    with state.transaction():
        pass
    free = shutil.disk_usage(state_dir).free
    if free < ROOM_BYTES:
        words = f"only {size(free)} are free on the disk of {state_dir}. Make room"
        return Finding("", "state", Verdict.WRONG, words)
    return Finding("", "state", Verdict.GOOD, f"{state_dir} can be written, {size(free)} free")


async def _sink(sink: Sink, now: float) -> list[Finding]:
    """Try to write, then to read: `run` lives by writing alone, `export` and the units below do not."""
    try:
        writes = Finding("", DATABASE, Verdict.GOOD, plain(await sink.probe()))
    except SinkError as fault:
        return [Finding("", DATABASE, Verdict.WRONG, plain(str(fault)))]
    end_ns = int(now * 1e9)
    try:
        async with aclosing(stored(sink, end_ns - READ_S * 10**9, end_ns, ["pv_plant"])) as points:
            async for _ in points:
                break
    except SinkError as fault:
        words = f"what is written cannot be read back: {plain(str(fault))}. Let the token or user read, too"
        return [writes, Finding("", "reading", Verdict.NOTE, words)]
    return [writes, Finding("", "reading", Verdict.GOOD, "what is written can be read back")]


def _shared(account: Account, accounts: Mapping[str, Account]) -> list[Finding]:
    """Tell which plants another account reads; where its host differs, `troubles` tells it as a fault."""
    owners = [account.claims.owner(p.plant_id) for p in account.plants if not account.mine(p)]
    return [
        Finding(
            account.name,
            "plants",
            Verdict.NOTE,
            f"{plural(owners.count(owner), 'plant')} listed here too, but read by account {owner},"
            " which stands first in the configuration",
        )
        for owner in sorted(set(owners))
        if not other_host(account, accounts[owner])
    ]


def _known(state: StateFile, accounts: Mapping[str, Account], told: Sequence[Finding]) -> list[Finding]:
    """Tell what is wrong as `run` has found out, and the trials have not told already."""
    found = []
    for trouble in troubles(state, accounts):
        if any(f.account == trouble.account and trouble.words in f.words for f in told):
            continue
        since = "" if trouble.since is None else f" (since {moment_in_words(trouble.since)})"
        # A batch still waits for its next try, but the database may have come back by now.
        mended = trouble.subject == DATABASE and any(
            f.subject == DATABASE and f.verdict is Verdict.GOOD for f in told
        )
        verdict = Verdict.NOTE if mended else Verdict.WRONG
        found.append(Finding(trouble.account, trouble.subject, verdict, trouble.words + since))
    kept = state.quarantine.count()
    if kept:
        last = max(state.quarantine.list(), key=lambda r: (r.rejected_at, r.id))
        words = f"the database refused {plural(kept, 'line')}, the last because: {plain(last.reason)}. See `quarantine list`"
        found.append(Finding("", "quarantine", Verdict.NOTE, words))
    return found


async def units_findings(accounts: Mapping[str, Account], sink: Sink, now: float) -> list[Finding]:
    """Compare power and counters of meters and batteries over the last day, as far as it is stored.

    Args:
        accounts: By name; their devices say which type a device is of.
        sink: The database.
        now: [s since epoch, UTC]
    """
    balances = Balances()
    end_ns = int(now * 1e9)
    left = UNITS_LINES
    try:
        async with aclosing(stored(sink, end_ns - UNITS_S * 10**9, end_ns, list(POWER))) as points:
            async for line in points:
                balances.add(lineprotocol.parse(line))
                left -= 1
                if not left:
                    break
    except SinkError as fault:
        return [Finding("", "units", Verdict.NOTE, f"not compared: {plain(str(fault))}")]
    wrong: dict[tuple[str, int, str], int] = {}
    for account in accounts.values():
        for device in account.devices:
            balance = balances.of.get(device.device_id)
            if balance is not None and balance.unit:
                key = (account.name, device.type_id, balance.unit)
                wrong[key] = wrong.get(key, 0) + 1
    if wrong:
        return [
            Finding(
                name,
                "units",
                Verdict.WRONG,
                f"the power of {plural(count, 'device')} of type {type_id} is about 1000 times off its own counters."
                f" Set accounts.{name}.units: {{{type_id}: {unit}}}",
            )
            for (name, type_id, unit), count in wrong.items()
        ]
    compared = sum(1 for b in balances.of.values() if b.from_counters_kwh and b.from_power_kwh)
    if not compared:
        return [
            Finding(
                "", "units", Verdict.LATER, "nothing to compare yet: no meter or battery has a day of data"
            )
        ]
    return [Finding("", "units", Verdict.GOOD, f"power fits the counters of {plural(compared, 'device')}")]
