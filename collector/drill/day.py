"""One simulated day written by the real pipeline into a real database: counted and compared, then written again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from collector.catalogue.fusionsolar import envelope as key
from collector.drill.clocks import StageClock
from collector.drill.database import influx
from collector.drill.leaks import judge_secrets
from collector.drill.readback import stored_points
from collector.drill.report import Report
from collector.drill.stage import DATABASE, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from collector.drill.database import Influx
    from collector.simulator.members import SimDevice

    Points = dict[tuple[str, int], float]

BEGIN = datetime(2026, 6, 10, tzinfo=UTC).timestamp()
SLOT_S = 300
SETTLED_S = 5 * 3_600
HOUR_NS = 3_600 * 10**9
DRAIN_EVERY = 50

# What the vendor sends and what must be stored, retyped: type, vendor key, measurement, field, factor.
DEVICE_FIELDS = (
    (1, "active_power", "pv_inverter", "active_power_kw", 1.0),
    (1, "day_cap", "pv_inverter", "day_yield_kwh", 1.0),
    (1, "total_cap", "pv_inverter", "total_yield_kwh", 1.0),
    (38, "active_power", "pv_inverter", "active_power_kw", 1.0),
    (38, "day_cap", "pv_inverter", "day_yield_kwh", 1.0),
    (38, "total_cap", "pv_inverter", "total_yield_kwh", 1.0),
    (17, "active_power", "pv_meter", "active_power_kw", 0.001),
    (47, "active_power", "pv_meter", "active_power_kw", 0.001),
    (39, "ch_discharge_power", "pv_battery", "power_kw", 0.001),
    (39, "battery_soc", "pv_battery", "battery_soc_pct", 1.0),
    (41, "ch_discharge_power", "pv_battery", "power_kw", 0.001),
    (41, "battery_soc", "pv_battery", "battery_soc_pct", 1.0),
    (10, "radiant_line", "pv_emi", "irradiance_w_m2", 1.0),
)
OF_THE_DAY = (
    "getStationRealKpi",
    "getDevRealKpi",
    "getKpiStationHour",
    "getKpiStationDay",
    "getKpiStationMonth",
    "getKpiStationYear",
    "getAlarmList",
)
"""The past is left alone: its rows would stand between those that are counted."""
PLANT_FIELDS = (("day_power", "day_yield_kwh"), ("total_power", "total_yield_kwh"))


async def day(folder: Path, *, seed: int = 1, plants: int = 3, hours: float = 24.0) -> Report:
    """Write a simulated day twice, from nothing each time, and compare the database with the truth.

    Args:
        folder: Receives everything.
        seed: Decides fleet and weather.
        plants: Plants of the account.
        hours: Length of the day. [h]

    Raises:
        SinkUnavailable: influxd does not start.
    """
    report = Report(f"{hours:g} simulated hours of {plants} plants in a real InfluxDB (seed {seed})")
    async with influx(folder / "influxdb") as server:
        held: list[list[bytes]] = []
        for number in (1, 2):
            clock = StageClock(BEGIN)
            async with Stage.open(
                folder / f"writing-{number}", clock, seed=seed, plants=plants, shared=server
            ) as stage:
                lines = await _collect(stage, clock, BEGIN + hours * 3_600)
                held.append(sorted([line async for line in stored_points(stage)]))
                if number == 1:
                    calls = len(stage.cloud.journal.entries)
                    report.note(f"{calls} calls brought {lines} lines")
                    report.check(
                        not stage.cloud.journal.violations and not stage.cloud.journal.refused,
                        f"no call of {calls} broke a limit or was refused",
                    )
                    await _judge_devices(report, stage, server)
                    await _judge_plants(report, stage, server)
                    await _judge_days(report, stage, server)
                    await _judge_hours(report, stage, server, BEGIN + hours * 3_600)
                await judge_secrets(stage, report)
        changed = len(set(held[0]) ^ set(held[1]))
        report.check(
            bool(held[0]) and not changed,
            f"the same day written again leaves the same {len(held[0])} points ({changed} differ)",
        )
    return report


async def _collect(stage: Stage, clock: StageClock, end: float) -> int:
    """Live through the time until `end` on an empty state file; return the lines that were written."""
    from collector.app import assembled
    from collector.settings import load
    from collector.virtual import Virtual

    stage.interfaces = OF_THE_DAY
    stage.configure()
    async with assembled(load(stage.config, {}), clock=clock, hold=True) as app:
        steps = 0

        async def after() -> None:
            nonlocal steps
            steps += 1
            if steps % DRAIN_EVERY == 0:
                await drain()

        async def drain() -> None:
            while (due := await app.drain.step()) is not None and due <= clock.now():
                pass

        virtual = Virtual(clock, app.steps, after)
        app.on_wake(virtual.wake)
        await virtual.run_until(end)
        await drain()
    return len(stage.stored)


async def _points(server: Influx, measurement: str, field: str, tag: str) -> Points:
    """Return a field's values by member and time. [ns since epoch, UTC]"""
    series = await server.query(f'SELECT "{field}" FROM "{measurement}" GROUP BY "{tag}"', DATABASE)  # noqa: S608  our own names
    return {(str(one["tags"][tag]), int(row[0])): float(row[1]) for one in series for row in one["values"]}


async def _count(server: Influx, measurement: str, field: str) -> int:
    series = await server.query(f'SELECT count("{field}") FROM "{measurement}"', DATABASE)  # noqa: S608  our own names
    return int(series[0]["values"][0][1]) if series else 0


def _compare(report: Report, what: str, wanted: Points, found: Points, counted: int) -> None:
    missing, strange = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    wrong = [
        (name, wanted[name], found[name])
        for name in wanted.keys() & found.keys()
        if abs(wanted[name] - found[name]) > 1e-9 * max(1.0, abs(wanted[name]))
    ]
    examples = [str(one) for one in (*sorted(missing)[:1], *sorted(strange)[:1], *wrong[:1])]
    report.check(
        bool(wanted) and not (missing or strange or wrong) and counted == len(wanted),
        f"{what}: {counted} of {len(wanted)} served; {len(missing)} missing, {len(strange)} strange, {len(wrong)} wrong"
        + (f": {'; '.join(examples)}" if examples else ""),
    )


async def _judge_devices(report: Report, stage: Stage, server: Influx) -> None:
    asked: dict[tuple[int, int], int] = {}
    for entry in stage.cloud.journal.calls("getDevRealKpi"):
        for member in str(entry.params[key.DEVICE_IDS]).split(","):
            asked[int(member), int(entry.t) // SLOT_S] = int(entry.t * 1000)
    fields: dict[tuple[str, str], Points] = {}
    for (number, slot), moment_ms in asked.items():
        device = stage.cloud.fleet.device(number)
        assert device is not None
        _expect(fields, stage, device, slot, moment_ms)
    for (measurement, field), wanted in fields.items():
        found = await _points(server, measurement, field, "device_id")
        _compare(report, f"{measurement}.{field}", wanted, found, await _count(server, measurement, field))


def _expect(
    fields: dict[tuple[str, str], Points], stage: Stage, device: SimDevice, slot: int, moment_ms: int
) -> None:
    row = stage.cloud.truth.device_row(device, moment_ms, "getDevRealKpi")
    for type_id, vendor_key, measurement, field, factor in DEVICE_FIELDS:
        value = row.get(vendor_key) if type_id == device.type_id else None
        if value is not None:
            place = str(device.id), slot * SLOT_S * 10**9
            fields.setdefault((measurement, field), {})[place] = value * factor


async def _judge_plants(report: Report, stage: Stage, server: Influx) -> None:
    asked: dict[tuple[str, int], int] = {}
    for entry in stage.cloud.journal.calls("getStationRealKpi"):
        for member in str(entry.params[key.PLANT_CODES]).split(","):
            asked[member, int(entry.t) // SLOT_S] = int(entry.t * 1000)
    for vendor_key, field in PLANT_FIELDS:
        wanted: Points = {}
        for (code, slot), moment_ms in asked.items():
            plant = stage.cloud.fleet.plant(code)
            assert plant is not None
            value = stage.cloud.truth.plant_live(plant, moment_ms).get(vendor_key)
            if value is not None:
                wanted[code, slot * SLOT_S * 10**9] = value
        found = await _points(server, "pv_plant", field, "plant_id")
        _compare(report, f"pv_plant.{field}", wanted, found, await _count(server, "pv_plant", field))


async def _judge_days(report: Report, stage: Stage, server: Influx) -> None:
    """Hold the closed days of the running month: all of them, with their final values, stamped 00:00Z of the local date."""
    found = await _points(server, "pv_plant_day", "yield_kwh", "plant_id")
    wanted: Points = {}
    for plant in stage.cloud.fleet.plants:
        for number in range(1, 10):
            local = date(2026, 6, number)
            row = stage.cloud.truth.plant_day(plant, local)
            value = None if row is None else row.get("inverter_power")
            if value is not None:
                wanted[plant.code, _stamp(local)] = value
    first = _stamp(date(2026, 6, 1))
    closed = {name: value for name, value in found.items() if first <= name[1] < _stamp(date(2026, 6, 10))}
    _compare(report, "pv_plant_day.yield_kwh of closed days", wanted, closed, len(closed))


async def _judge_hours(report: Report, stage: Stage, server: Influx, end: float) -> None:
    """Hold every hour of the day that was over long enough before the end, at its true start."""
    found = await _points(server, "pv_plant_hour", "yield_kwh", "plant_id")
    settled_ns = int((end - SETTLED_S) * 1e9)
    wanted = {
        (plant.code, start_ms * 1_000_000): value
        for plant in stage.cloud.fleet.plants
        for local in (date(2026, 6, number) for number in (9, 10, 11))
        for start_ms, row in stage.cloud.truth.plant_hours(plant, local)
        if (value := row.get("inverter_power")) is not None
    }
    over: Callable[[Points], Points] = lambda points: {  # noqa: E731  a filter used twice
        name: value for name, value in points.items() if BEGIN * 1e9 <= name[1] < settled_ns - HOUR_NS
    }
    _compare(
        report, "pv_plant_hour.yield_kwh of hours that are over", over(wanted), over(found), len(over(found))
    )


def _stamp(local: date) -> int:
    return int(datetime(local.year, local.month, local.day, tzinfo=UTC).timestamp()) * 10**9
