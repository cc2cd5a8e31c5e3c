"""The grid's half of the board of battery and grid: power and energy at the meters."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import colours
from collector.render.dashboards.live_queries import curve
from collector.render.dashboards.panels import (
    KW,
    KWH,
    Panel,
    column,
    row,
    series,
)
from collector.render.dashboards.parts import FORTNIGHT
from collector.render.dashboards.period_queries import counted
from collector.render.dashboards.query import DEVICE, Part

GRID = row(
    9,
    series(
        "Import and export",
        "Power at the grid meters: above zero export, below zero import.",
        8,
        [
            curve(
                "grid",
                "pv_meter",
                [
                    Part("export_kw", "active_power_kw", 1),
                    Part("import_kw", "active_power_kw", -1, down=True),
                ],
                per=DEVICE,
            )
        ],
        KW,
        fill=40,
        overrides=[
            column("export_kw", "Export", colour=colours.EXPORT),
            column("import_kw", "Import", colour=colours.IMPORT),
        ],
    ),
    series(
        "Imported and exported per day",
        "What the meters' lifetime counters grew by, per plant-local day; a counter that begins anew counts from there. The last 14 days.",
        8,
        [counted("days", "pv_meter", ["export_kwh", "import_kwh"], down=("import_kwh",))],
        KWH,
        bars=True,
        interval="1d",
        timeFrom=FORTNIGHT,
        hideTimeOverride=True,
        stacked=True,
        overrides=[
            column("export_kwh", "Exported", colour=colours.EXPORT),
            column("import_kwh", "Imported", colour=colours.IMPORT),
        ],
    ),
    series(
        "Power of each phase",
        "At the grid meters. Phases far apart: large loads or a single-phase inverter on one of them.",
        8,
        [
            curve(
                "phases",
                "pv_meter",
                ["phase_a_active_power_kw", "phase_b_active_power_kw", "phase_c_active_power_kw"],
                per=DEVICE,
            )
        ],
        KW,
        fill=0,
        overrides=[
            column("phase_a_active_power_kw", "Phase A", colour=colours.PRODUCTION),
            column("phase_b_active_power_kw", "Phase B", colour=colours.CONSUMPTION),
            column("phase_c_active_power_kw", "Phase C", colour=colours.DISCHARGE),
        ],
    ),
)


_TARIFFS: Final = {
    "sharp": ("Sharp", colours.FAULT),
    "peak": ("Peak", colours.IMPORT),
    "shoulder": ("Shoulder", colours.WARNING),
    "offpeak": ("Off-peak", colours.CONSUMPTION),
}


def _tariffs(direction: str, title: str) -> Panel:
    return series(
        title,
        "By tariff period, as far as the meter counts them apart. The last 14 days.",
        8,
        [counted("days", "pv_meter", [f"{direction}_{name}_kwh" for name in _TARIFFS])],
        KWH,
        bars=True,
        interval="1d",
        timeFrom=FORTNIGHT,
        hideTimeOverride=True,
        stacked=True,
        lowest=0,
        overrides=[
            column(f"{direction}_{name}_kwh", text, colour=colour)
            for name, (text, colour) in _TARIFFS.items()
        ],
    )


METERS = row(
    8,
    _tariffs("import", "Imported per day, by tariff"),
    _tariffs("export", "Exported per day, by tariff"),
    series(
        "Voltage at the meter, and power factor",
        "Highest voltage of each phase within each interval; power factor on the right axis.",
        8,
        [
            curve(
                "volts",
                "pv_meter",
                ["phase_a_v", "phase_b_v", "phase_c_v"],
                per=("plant_id",),
                by=("plant_id",),
                fn="max",
            ),
            curve("factor", "pv_meter", ["power_factor_ratio"], per=("plant_id",), by=("plant_id",)),
        ],
        "volt",
        fill=0,
        overrides=[
            column("phase_a_v", "Phase A", colour=colours.PRODUCTION),
            column("phase_b_v", "Phase B", colour=colours.CONSUMPTION),
            column("phase_c_v", "Phase C", colour=colours.DISCHARGE),
            column(
                "power_factor_ratio",
                "Power factor",
                "none",
                colour=colours.EXPECTED,
                custom__axisPlacement="right",
            ),
        ],
    ),
)
