"""The document of `status` as text for a person."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from collector.report import tables
from collector.report.past import day_of, line_of, once_a_level, title
from collector.report.words import ago, ahead, duration, plural, size

if TYPE_CHECKING:
    from rich.console import Console

NEWS_SHOWN = 5


def show(document: dict[str, Any], calls: dict[str, list[Any]], console: Console, now: float) -> None:
    """Print the state.

    Args:
        document: What `status.status` returned.
        calls: The rows of each account's interfaces, by account.
        console: Where to print.
        now: [s since epoch, UTC]
    """
    facts = tables.facts()
    run = document["run"]
    beat = run["beat_age_s"]
    last = "it was never started on this state_dir" if beat is None else f"last beat {duration(beat)} ago"
    facts.add_row("run", f"alive, {last}" if run["alive"] else f"not running: {last}")
    facts.add_row("spool", _spool(document["spool"], now))
    facts.add_row("quarantine", _quarantine(document["quarantine"], now))
    console.print(facts)
    for account in document["accounts"]:
        _account(account, calls[account["account"]], console, now)
    if document["faults"]:
        console.print("What is wrong", style="bold")
        wrong = tables.facts()
        for fault in document["faults"]:
            since = _ago(fault["since"], now)
            subject = " ".join(filter(None, (fault["account"], fault["subject"])))
            wrong.add_row(
                subject, fault["words"] + (f" (since {since.removesuffix(' ago')})" if since else "")
            )
        console.print(wrong)
    elif document["good"]:
        console.print("No fault holds.")


def _account(account: dict[str, Any], rows: list[Any], console: Console, now: float) -> None:
    console.print()
    console.print(f"{account['account']}  {account['vendor']}, {account['address']}", style="bold")
    facts = tables.facts()
    facts.add_row("login", _login(account["login"], now))
    facts.add_row("plants", _plants(account))
    facts.add_row(
        "devices", ", ".join(f"{d['count']} × {d['title']}" for d in account["devices"]) or "none known yet"
    )
    age = account["newest_age_s"]
    facts.add_row("newest data", "none yet" if age is None else f"{duration(age)} old")
    counted = [f"{n} {name.replace('_', ' ')}" for name, n in account["counters"].items() if n]
    if counted:
        facts.add_row("left out", ", ".join(counted))
    for entry in once_a_level(account["history"]):
        if entry["done"] < entry["total"]:
            facts.add_row(f"{title(entry['level'])} of {entry['members']}", line_of(entry, now))
    for order in account["orders"]:
        facts.add_row("ordered", _order(order, now))
    for text in _news(account["news"], now)[-NEWS_SHOWN:]:
        facts.add_row("news", text)
    console.print(facts)
    console.print(tables.calls_table(rows, now))


def _order(order: dict[str, Any], now: float) -> str:
    what = f"{order['from']} to {order['to']} ({', '.join(order['levels'])})"
    whom = f" of {plural(len(order['plants']), 'plant')}" if order["plants"] else ""
    if order["eta_s"] is None:
        return f"{what}{whom}: never done at this allowance"
    return (
        f"{what}{whom}: {plural(order['calls_left'], 'call')} left, done {day_of(now + order['eta_s'], now)}"
    )


def _news(news: list[dict[str, Any]], now: float) -> list[str]:
    """Return one line a moment: a first list brings hundreds of plants at once."""
    told = []
    for at, group in groupby(news, key=lambda one: one["at"]):
        first, *rest = [one["text"] for one in group]
        more = f" and {len(rest)} more" if rest else ""
        told.append(f"{first}{more}, {_ago(at, now)}")
    return told


def _login(login: dict[str, Any], now: float) -> str:
    if login["state"] == "refused":
        return f"failed {_ago(login['since'], now)}; next try {_ahead(login['next_at'], now)}"
    if login["state"] == "logged in":
        return f"logged in {_ago(login['since'], now)}, last used {_ago(login['used_at'], now)}"
    return f"logged out; a login is allowed {_ahead(login['next_at'], now)}"


def _plants(account: dict[str, Any]) -> str:
    plants = account["plants"]
    if not plants:
        return "none known yet"
    told = [plural(len(plants), "plant")]
    closed = sum(p["access"] != "ok" for p in plants)
    if closed:
        told.append(f"{closed} not readable")
    others = sorted({p["read_by"] for p in plants} - {account["account"]})
    told += [f"{sum(p['read_by'] == other for p in plants)} read by account {other}" for other in others]
    alarms = sum(p["alarms"] for p in plants)
    if alarms:
        told.append(plural(alarms, "open alarm"))
    return ", ".join(told)


def _spool(spool: dict[str, Any], now: float) -> str:
    if not spool["batches"]:
        return "nothing waits for the database"
    told = f"{plural(spool['lines'], 'line')} in {plural(spool['batches'], 'batch', 'batches')} ({size(spool['bytes'])}) wait"
    told += f", the oldest fetched {_ago(spool['oldest_at'], now)}"
    if spool["tries"]:
        told += f"; next try {_ahead(spool['next_try_at'], now)}"
    return told


def _quarantine(quarantine: dict[str, Any], now: float) -> str:
    if not quarantine["lines"]:
        return "empty"
    return f"{plural(quarantine['lines'], 'line')}; the last {_ago(quarantine['last_at'], now)}: {quarantine['last_reason']}"


def _moment(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


def _ago(iso: str | None, now: float) -> str:
    return "" if iso is None else ago(_moment(iso), now)


def _ahead(iso: str | None, now: float) -> str:
    return ahead(None if iso is None else _moment(iso), now)
