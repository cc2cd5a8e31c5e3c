"""What the demo shows in the terminal: plants, power now, calls used of the budget, the spool."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.columns import Columns
from rich.console import Group
from rich.table import Table
from rich.text import Text

from collector.catalogue.terms import Role
from collector.zones import zone

if TYPE_CHECKING:
    from rich.console import RenderableType

    from collector.app import App
    from collector.store.newest import NewestRow

STALE_S = 900.0


def live_table(app: App, now: float) -> RenderableType:
    """Return the demo's picture at a moment. [s since epoch, UTC]"""
    newest = {key: row for (key, _), row in app.state.newest.all().items()}
    return Group(_plants(app, newest, now), Columns([_calls(app, now)]), _spool(app, now))


def _plants(app: App, newest: dict[str, NewestRow], now: float) -> Table:
    table = Table(title="Plants", title_justify="left", header_style="bold")
    for heading in ("Plant", "Local time", "kWp", "Power now kW", "Today kWh", "Battery %", "Alarms", "Age"):
        table.add_column(heading, justify="left" if heading in ("Plant", "Local time") else "right")
    for account in app.accounts.values():
        alarms = app.state.alarms.active(account.name)
        for plant in account.plants:
            rows = [
                (d, newest[d.device_id])
                for d in account.devices
                if d.plant_id == plant.plant_id and d.device_id in newest
            ]
            fresh = [(d, r) for d, r in rows if now - r.time_ns / 1e9 < STALE_S]
            power = [
                r.fields["active_power_kw"]
                for d, r in fresh
                if d.device_type == "inverter" and "active_power_kw" in r.fields
            ]
            soc = [r.fields["battery_soc_pct"] for d, r in fresh if "battery_soc_pct" in r.fields]
            own = newest.get(plant.plant_id)
            day = own.fields.get("day_yield_kwh") if own is not None else None
            age = now - max((r.time_ns / 1e9 for _, r in rows), default=now)
            local = datetime.fromtimestamp(now, zone(account.zone_of(plant)))
            table.add_row(
                plant.name or plant.plant_id,
                local.strftime("%H:%M"),
                _number(plant.capacity_kwp, 1),
                _number(sum(power) if power else None, 2),
                _number(day, 1),
                _number(sum(soc) / len(soc) if soc else None, 0),
                str(alarms.get(plant.plant_id, 0) or ""),
                f"{age / 60:.0f} min",
            )
    return table


def _calls(app: App, now: float) -> Table:
    table = Table(title="Calls used of the vendor's budget", title_justify="left", header_style="bold")
    for heading in ("Interface", "Used", "of", "in", "Refused", "Next"):
        table.add_column(heading, justify="left" if heading == "Interface" else "right")
    for account in app.accounts.values():
        for interface in account.interfaces():
            if interface.role is Role.LOGIN:
                continue
            allowance = account.allowance(interface)
            used, refused = app.state.ledger.used(account.name, interface.name, now - allowance.window_s)
            wait = account.next_free(interface, now) - now
            following = "idle" if wait == float("inf") else f"{max(0, wait):.0f} s"
            table.add_row(
                interface.name,
                str(used),
                str(allowance.calls),
                _window(allowance.window_s),
                str(refused),
                following,
            )
    return table


def _spool(app: App, now: float) -> Text:
    stats = app.state.spool.stats()
    at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    trouble = f", sink: {app.drain.trouble}" if app.drain.trouble else ""
    return Text(f"{at} · spool: {stats.batches} batches, {stats.lines} lines waiting{trouble}")


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _window(seconds: float) -> str:
    return {86_400.0: "day", 3_600.0: "hour"}.get(seconds, f"{seconds / 60:.0f} min")
