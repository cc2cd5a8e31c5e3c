"""The state of a collector, from its state file alone: as one document that `status --json` prints and the text is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector.catalogue.fusionsolar import DEVICE_TYPES
from collector.report.calls import calls_of
from collector.report.past import orders_of, past_of
from collector.report.troubles import Trouble, account_faults, title, troubles
from collector.report.words import iso, plain
from collector.step.login import SUBJECT as LOGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.step import Account
    from collector.store import NewestRow, StateFile

FRESH_S = 120.0
NEWS_S = 7 * 86_400.0
COUNTED = ("unreadable", "sentinels", "unknown_keys", "strangers")


def status(
    state: StateFile, accounts: Mapping[str, Account], now: float, beat_age_s: float | None
) -> dict[str, Any]:
    """Return the whole state.

    Args:
        state: The state file.
        accounts: Those of the settings, by name.
        now: [s since epoch, UTC]
        beat_age_s: Age of the last proof of life of `run`; None where there never was one. [s]
    """
    alive = beat_age_s is not None and beat_age_s < FRESH_S
    wrong = troubles(state, accounts)
    return {
        "at": iso(now),
        "good": alive and not wrong,
        "run": {"alive": alive, "beat_age_s": None if beat_age_s is None else round(beat_age_s, 1)},
        "faults": [t.document() for t in wrong],
        "accounts": [_account(a, now) for a in accounts.values()],
        "spool": _spool(state, now),
        "lines": _lines(state),
        "quarantine": _quarantine(state),
        "raw_answers": len(state.answers.list()),
    }


def _account(account: Account, now: float) -> dict[str, Any]:
    newest = account.state.newest.all()
    age = _Ages(newest, now)
    alarms = account.state.alarms.active(account.name)
    members: dict[str, list[str]] = {}
    counts: dict[int, int] = {}
    for device in account.devices:
        members.setdefault(device.plant_id, []).append(device.device_id)
        counts[device.type_id] = counts.get(device.type_id, 0) + 1
    plants = [
        {
            "plant_id": p.plant_id,
            "name": title(p),
            "capacity_kwp": account.presented(p).capacity_kwp,
            "zone": account.zone_of(p),
            "access": plain(p.access),
            "access_since": iso(p.access_since or None),
            "read_by": account.claims.owner(p.plant_id) or account.name,
            "devices": len(members.get(p.plant_id, ())),
            "alarms": alarms.get(p.plant_id, 0),
            "missed": p.missed,
            **age.of([p.plant_id, *members.get(p.plant_id, ())]),
        }
        for p in account.plants
    ]
    kept = account.state.counters.of(account.name)
    return {
        "account": account.name,
        "vendor": account.vendor.name,
        "address": account.config.base_url,
        "policy": account.config.policy,
        "login": _login(account, now),
        "faults": [t.document() for t in account_faults(account)],
        "plants": plants,
        "devices": [
            {"type_id": t, "title": DEVICE_TYPES[t].title if t in DEVICE_TYPES else f"Type {t}", "count": n}
            for t, n in sorted(counts.items())
        ],
        **age.of([key for p in account.plants for key in (p.plant_id, *members.get(p.plant_id, ()))]),
        "news": [
            {"at": iso(at), "text": plain(text)}
            for at, text in account.state.inventory.news(account.name, now - NEWS_S)
        ],
        "interfaces": [c.document() for c in calls_of(account, now)],
        "history": past_of(account, now),
        "orders": orders_of(account, now),
        "counters": {name: kept.get(name, 0) for name in COUNTED},
    }


def _login(account: Account, now: float) -> dict[str, Any]:
    session = account.state.sessions.get(account.name)
    fault = next((t for t in account_faults(account) if t.subject == LOGIN), Trouble("", "", ""))
    state = "refused" if fault.words else "logged in" if session is not None else "logged out"
    next_at = account.next_free(account.vendor.interfaces[account.vendor.login], now)
    return {
        "state": state,
        "since": iso(fault.since if fault.words else session.since if session is not None else None),
        "used_at": iso(session.used) if session is not None else None,
        "words": fault.words,
        "next_at": iso(next_at) if next_at < float("inf") else None,
    }


class _Ages:
    """Ages of the newest readings of members, by stored id."""

    def __init__(self, newest: Mapping[tuple[str, str], NewestRow], now: float) -> None:
        self._now = now
        self._times: dict[str, float] = {}
        for (key, _), row in newest.items():
            self._times[key] = max(self._times.get(key, 0.0), row.time_ns / 1e9)

    def of(self, keys: list[str]) -> dict[str, Any]:
        """Return moment and age of the newest reading of any of the members."""
        moment = max((self._times.get(key, 0.0) for key in keys), default=0.0)
        if not moment:
            return {"newest_at": None, "newest_age_s": None}
        return {"newest_at": iso(moment), "newest_age_s": round(self._now - moment)}


def _spool(state: StateFile, now: float) -> dict[str, Any]:
    stats, head = state.spool.stats(), state.spool.head()
    oldest = stats.oldest_fetched_at
    return {
        "batches": stats.batches,
        "lines": stats.lines,
        "bytes": stats.bytes,
        "oldest_at": iso(oldest),
        "oldest_age_s": None if oldest is None else round(now - oldest),
        "tries": head.tries if head is not None else 0,
        "reason": plain(head.reason) if head is not None else "",
        "next_try_at": iso(head.not_before or None) if head is not None else None,
    }


def _lines(state: StateFile) -> dict[str, int]:
    balance = state.spool.balance()
    return {
        "landed": balance.landed,
        "settled": balance.settled,
        "quarantined": balance.quarantined,
        "expired": balance.expired,
        "given_up": balance.given_up,
        "damaged": balance.damaged,
        "pending": balance.pending,
    }


def _quarantine(state: StateFile) -> dict[str, Any]:
    kept = state.quarantine.list()
    newest = max(kept, key=lambda r: (r.rejected_at, r.id), default=None)
    return {
        "lines": len(kept),
        "replayable": sum(not r.covered for r in kept),
        "last_reason": plain(newest.reason) if newest is not None else "",
        "last_at": iso(newest.rejected_at) if newest is not None else None,
    }
