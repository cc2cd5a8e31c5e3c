"""What the demo shows in the terminal: plants, power now, calls used of the budget, the spool."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from collector.report.calls import calls_of
from collector.report.tables import calls_table, table
from collector.report.words import duration
from collector.zones import zone

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from collector.app import App
    from collector.store.newest import NewestRow

STALE_S = 900.0


def live_table(app: App, now: float) -> RenderableType:
    """Return the demo's picture at a moment. [s since epoch, UTC]"""
    newest = {key: row for (key, _), row in app.state.newest.all().items()}
    parts: list[RenderableType] = [_plants(app, newest, now)]
    parts += [calls_table(calls_of(account, now), now) for account in app.accounts.values()]
    return Group(*parts, _spool(app, now))


def _plants(app: App, newest: dict[str, NewestRow], now: float) -> Table:
    made = table(
        "Plant",
        "Local",
        "kWp",
        "kW now",
        "kWh today",
        "SOC %",
        "Alarms",
        "Data age",
        right=(2, 3, 4, 5, 6, 7),
    )
    for account in app.accounts.values():
        alarms = app.state.alarms.active(account.name)
        for plant in account.plants:
            devices = [d for d in account.devices if d.plant_id == plant.plant_id and d.device_id in newest]
            fresh = {
                d: newest[d.device_id].fields for d in devices if _age(newest[d.device_id], now) < STALE_S
            }
            power = [
                f["active_power_kw"]
                for d, f in fresh.items()
                if d.device_type == "inverter" and "active_power_kw" in f
            ]
            charge = [f["battery_soc_pct"] for f in fresh.values() if "battery_soc_pct" in f]
            own = newest.get(plant.plant_id)
            age = min((_age(newest[d.device_id], now) for d in devices), default=None)
            made.add_row(
                plant.name or plant.plant_id,
                datetime.fromtimestamp(now, zone(account.zone_of(plant))).strftime("%H:%M"),
                _number(plant.capacity_kwp, 1),
                _number(sum(power) if power else None, 2),
                _number(own.fields.get("day_yield_kwh") if own is not None else None, 1),
                _number(sum(charge) / len(charge) if charge else None, 0),
                str(alarms.get(plant.plant_id, 0) or ""),
                "" if age is None else duration(age),
            )
    return made


def _age(row: NewestRow, now: float) -> float:
    return now - row.time_ns / 1e9


def _spool(app: App, now: float) -> Text:
    stats = app.state.spool.stats()
    at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    trouble = f", sink: {app.drain.trouble}" if app.drain.trouble else ""
    return Text(f"{at} · spool: {stats.batches} batches, {stats.lines} lines waiting{trouble}")


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"
