"""How far the past is read: of an account as it stands, and for a fleet that is only thought of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from collector import quota
from collector.catalogue.terms import Interface, Role, Span, Subject
from collector.report.budgets import sweep_calls
from collector.report.words import duration, iso
from collector.step.orders import level_of
from collector.step.progress import DAY_S, calls_a_day, eta_s, spare_calls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from collector.planner import Left
    from collector.quota import Fleet, Policy
    from collector.step import Account
    from collector.step.orders import StoredOrder

LIFE_Y = 10
"""Age of a plant in forecasts without an account. [years]"""

_PERIODS = {Span.DATE: 365 * LIFE_Y, Span.MONTH: 12 * LIFE_Y, Span.YEAR: LIFE_Y, Span.LIFE: 1}
_TITLES = {"hour": "hours", "day": "days", "month": "months", "year": "years", "5min": "5-minute readings"}
_UNITS = {"hour": "days", "day": "months", "month": "years", "5min": "days"}


# --- an account ---------------------------------------------------------------------------------------------------


def past_of(account: Account, now: float) -> list[dict[str, Any]]:
    """Return how far an account has come with the past, one entry an interface that tells of it.

    Args:
        account: The account.
        now: [s since epoch, UTC]
    """
    told = []
    for interface in account.interfaces():
        level = level_of(interface)
        if not level or interface.span is Span.LIFE or account.permissions.interface_denied(interface.name):
            continue
        left = account.past.left(interface, now)
        if not left.total:
            continue
        allowance = account.allowance(interface)
        used, _ = account.state.ledger.used(account.name, interface.name, now - allowance.window_s)
        floor = account.past.floor(interface)
        told.append(
            {
                "interface": interface.name,
                "level": level,
                "members": "devices" if interface.subject is Subject.DEVICE else "plants",
                "done": left.done,
                "total": left.total,
                "eta_s": eta_s(account, interface, left),
                "used": used,
                "calls": allowance.calls,
                "window_s": allowance.window_s,
                "reach": floor.isoformat() if floor is not None else None,
            }
        )
    return told


def orders_of(account: Account, now: float) -> list[dict[str, Any]]:
    """Return the orders that wait or are being carried out."""
    told = []
    for order in account.past.orders.stored:
        left = account.past.orders.left(order, now)
        told.append(
            {
                "since": iso(order.since),
                "from": order.first.isoformat(),
                "to": order.last.isoformat(),
                "levels": list(order.levels),
                "plants": list(order.plants),
                "begun": order.begun,
                "missing": left.total,
                "calls_left": left.calls,
                "eta_s": order_eta_s(account, order, now),
            }
        )
    return told


def order_eta_s(account: Account, order: StoredOrder, now: float) -> float | None:
    """Return how long an order will take: as long as its slowest level; None where it never ends. [s]"""
    rates: dict[str, float] = {}
    for interface in account.past.orders.interfaces(order):
        left = account.past.orders.left_at(order, interface, now)
        if not left.calls or account.permissions.interface_denied(interface.name):
            continue
        # Both interfaces of 5-minute history bring a part of the same days.
        level = level_of(interface) if interface.role is Role.HISTORY else interface.name
        rates[level] = rates.get(level, 0.0) + _order_rate(account, interface, left)
    if any(rate <= 0 for rate in rates.values()):
        return None
    return max((round(DAY_S / rate) for rate in rates.values()), default=0)


def progress_of(account: Account, now: float) -> str:
    """Return how far an account has come with its orders, in words; "" where it has none."""
    if not account.past.orders.stored:
        return ""
    used = [e for e in past_of(account, now) if e["interface"] in _ordered(account)]
    calls = ", ".join(f"{e['interface']} {e['used']} of {e['calls']} calls used today" for e in used)
    told = orders_of(account, now)
    left = sum(o["calls_left"] for o in told)
    etas = [o["eta_s"] for o in told]
    done = "never done" if None in etas else f"done {day_of(now + max(etas), now)}"
    return f"{account.name}: {calls + ', ' if calls else ''}{left} calls left, {done}"


def _ordered(account: Account) -> set[str]:
    orders = account.past.orders
    return {i.name for o in orders.stored for i in orders.interfaces(o)}


def calls_of_order(account: Account, order: StoredOrder, now: float) -> list[dict[str, Any]]:
    """Return the calls that an order needs, one entry an interface."""
    told = []
    for interface in account.past.orders.interfaces(order):
        left = account.past.orders.left_at(order, interface, now)
        if left.calls:
            rate = _order_rate(account, interface, left)
            told.append(
                {
                    "level": level_of(interface),
                    "interface": interface.name,
                    "calls": left.calls,
                    "eta_s": round(DAY_S / rate) if rate > 0 else None,
                }
            )
    return told


def _order_rate(account: Account, interface: Interface, left: Left) -> float:
    """Return which share of an order an interface brings in a day."""
    if interface.span is Span.LIFE:
        return calls_a_day(account.allowance(interface)) / left.calls
    calls = calls_a_day(account.allowance(interface), account.lesson(interface.name).stretch)
    batches = len(account.batches(interface))
    return spare_calls(interface, batches, calls, account.past.patience(interface)) / left.calls


def once_a_level(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first entry of each level and kind of members: two interfaces bring the same 5-minute readings."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in entries:
        found.setdefault((entry["level"], entry["members"]), entry)
    return list(found.values())


def line_of(entry: dict[str, Any], now: float) -> str:
    """Return one entry of `past_of` as text: "12 of 25 calls used today, 240 of 442 days held, done tomorrow 03:10 UTC"."""
    window = "today" if entry["window_s"] == DAY_S else f"in {duration(entry['window_s'])}"
    unit = _UNITS[entry["level"]]
    held = f"{entry['done']} of {entry['total']} {unit} of {entry['members']} held"
    if entry["done"] >= entry["total"]:
        return f"all {entry['total']} {unit} of {entry['members']} held"
    eta = entry["eta_s"]
    done = "never done at this allowance" if eta is None else f"done {day_of(now + eta, now)}"
    return f"{entry['used']} of {entry['calls']} calls used {window}, {held}, {done}"


def day_of(moment: float, now: float) -> str:
    """Return a moment as a person says it: today or tomorrow with the time, later the date alone. [s since epoch, UTC]"""
    then, today = (datetime.fromtimestamp(m, UTC) for m in (moment, now))
    if then.date() == today.date():
        return f"today {then:%H:%M} UTC"
    if then.date() == today.date() + timedelta(days=1):
        return f"tomorrow {then:%H:%M} UTC"
    return f"{then:%Y-%m-%d}"


def title(level: str) -> str:
    """Return a level in words."""
    return _TITLES[level]


# --- a fleet that is only thought of ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a level of the past of all plants is complete.

    Attributes:
        level: hour, day, month or year.
        days: After how long, from the first call; None: never. [d]
    """

    level: str
    days: float | None


def forecasts(
    interfaces: Iterable[Interface], fleet: Fleet, kpi_types: Collection[int], policy: Policy
) -> list[Forecast]:
    """Return when the past of plants of ten years is complete, level by level, at the documented pace."""
    told = []
    for interface in interfaces:
        if interface.role is not Role.CALENDAR or interface.subject is not Subject.PLANT:
            continue
        batches = sweep_calls(interface, fleet)
        if not batches:
            continue
        calls = calls_a_day(quota.allowance(interface, fleet, kpi_types, policy=policy))
        spare = calls if interface.span is Span.LIFE else spare_calls(interface, batches, calls)
        # The first call goes at once.
        days = (batches * _PERIODS[interface.span] - 1) / spare if spare > 0 else None
        told.append(Forecast(level_of(interface), days))
    return told


def sentences(told: Sequence[Forecast]) -> list[str]:
    """Return forecasts as sentences."""
    order = sorted(told, key=lambda f: f.days if f.days is not None else float("inf"))
    parts = [f"{title(f.level)} after {_days(f.days)}" for f in order]
    return [f"The past of plants of {LIFE_Y} years is all there: {', '.join(parts)}."] if parts else []


def _days(days: float | None) -> str:
    return "never" if days is None else duration(max(3_600.0, days * DAY_S))
