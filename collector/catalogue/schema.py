"""What is stored beside the vendors' indicators: measurements, their tags and times, and the fields that the collector makes.

The names hold for ever. Vendors' own indicators stand in each vendor's fields; both together are the schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PLANT_TAGS: Final = ("vendor", "plant_id")
DEVICE_TAGS: Final = ("vendor", "plant_id", "device_id", "device_type")

_GRID: Final = (
    "5-minute grid, UTC: the row's own stamp, or for live rows the answer's clock floored to the grid."
)
_DATE: Final = "00:00Z of the plant-local date on which the period begins."


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement.

    Attributes:
        name: For ever.
        title: What a row of it is.
        tags: Tags of every row.
        time: What the time of a row is.
    """

    name: str
    title: str
    tags: tuple[str, ...]
    time: str


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field that the collector makes itself.

    Attributes:
        name: Stored field name.
        stored: Unit; "" for counts, states, coordinates and texts.
        title: What it means, with its formula where it has one.
        text: True for a text; otherwise a number.
    """

    name: str
    stored: str
    title: str
    text: bool = False


_MEASUREMENTS: Final = (
    Measurement("pv_plant", "A plant, every 5 minutes", PLANT_TAGS, _GRID),
    Measurement("pv_plant_hour", "An hour of a plant", PLANT_TAGS, "True UTC start of the hour."),
    Measurement("pv_plant_day", "A day of a plant", PLANT_TAGS, _DATE),
    Measurement("pv_plant_month", "A month of a plant", PLANT_TAGS, _DATE),
    Measurement("pv_plant_year", "A year of a plant", PLANT_TAGS, _DATE),
    Measurement("pv_device_day", "A day of an inverter or battery", DEVICE_TAGS, _DATE),
    Measurement("pv_device_month", "A month of an inverter or battery", DEVICE_TAGS, _DATE),
    Measurement("pv_device_year", "A year of an inverter or battery", DEVICE_TAGS, _DATE),
    Measurement("pv_inverter", "An inverter, every 5 minutes", DEVICE_TAGS, _GRID),
    Measurement("pv_string", "A string of an inverter, every 5 minutes", (*DEVICE_TAGS, "string"), _GRID),
    Measurement("pv_mppt", "An MPPT of an inverter, every 5 minutes", (*DEVICE_TAGS, "mppt"), _GRID),
    Measurement("pv_meter", "A meter, every 5 minutes", DEVICE_TAGS, _GRID),
    Measurement("pv_battery", "A battery, every 5 minutes", DEVICE_TAGS, _GRID),
    Measurement("pv_emi", "An environmental monitor, every 5 minutes", DEVICE_TAGS, _GRID),
    Measurement(
        "pv_alarm",
        "An alarm",
        (*DEVICE_TAGS, "alarm_id", "cause_id", "severity"),
        "Moment at which the alarm was raised, UTC.",
    ),
    Measurement(
        "pv_plant_info", "What a plant is", PLANT_TAGS, "When it was written; the newest row counts."
    ),
    Measurement(
        "pv_device_info", "What a device is", DEVICE_TAGS, "When it was written; the newest row counts."
    ),
    Measurement(
        "collector_api", "Calls of an interface", ("account", "interface"), "When it was counted, UTC."
    ),
    Measurement(
        "collector_coverage",
        "How many 5-minute readings of a device's day are held",
        ("account", *DEVICE_TAGS),
        _DATE,
    ),
    Measurement(
        "collector_fault",
        "A fault of the collector begins or ends: one row at each change",
        ("account", "subject"),
        "The collector's clock at the change, UTC.",
    ),
    Measurement(
        "collector_job", "Progress of filling history", ("account", "interface"), "When it was counted, UTC."
    ),
)

MEASUREMENTS: Final[Mapping[str, Measurement]] = {row.name: row for row in _MEASUREMENTS}

_CALENDAR: Final = (
    OwnField("local_date", "", "Plant-local date on which the period begins, as 2026-11-20", text=True),
    OwnField("year", "", "Plant-local year"),
    OwnField("month", "", "Plant-local month, 1 to 12"),
)
_NAMES: Final = (
    OwnField("name", "", "Display name", text=True),
    OwnField("label", "", '"name|id", for choices on dashboards', text=True),
)

OWN_FIELDS: Final[Mapping[str, tuple[OwnField, ...]]] = {
    "pv_plant": (
        OwnField(
            "today_yield_kwh",
            "kWh",
            "`day_yield_kwh`, absent from local midnight until the plant has shown power that day: until then the cloud may still show yesterday's",
        ),
        OwnField("power_kw", "kW", "Output of all inverters together"),
        OwnField(
            "pv_power_kw",
            "kW",
            "Power from the strings: DC power of each inverter that sends one, else its output",
        ),
        OwnField("grid_power_kw", "kW", "Power at all meters together: + export, − import"),
        OwnField("battery_power_kw", "kW", "Power of all batteries together: + charging, − discharging"),
        OwnField(
            "load_power_kw",
            "kW",
            "Consumption: pv − grid − battery; the battery counts as 0 where none is listed",
        ),
        OwnField("power_kwp_ratio", "ratio", "`power_kw` / installed capacity: kW per kWp"),
        OwnField("data_age_s", "s", "Age of the newest reading of any of the plant's devices"),
        OwnField(
            "alarms_active", "", "Number of open alarms; absent where their list was not read for 2 hours"
        ),
        OwnField(
            "pr_7d_pct",
            "%",
            "Performance ratio of the last 7 closed days: sum of yield / sum of theory, over the days with theory above 0",
        ),
        OwnField(
            "yield_7d_delta_pct",
            "%",
            "Mean specific yield of the last 7 closed days against that of the plant's own last 30; absent while one of them is missing",
        ),
        OwnField(
            "worst_string_ratio",
            "ratio",
            "The least, over the plant, of a string's current summed today / the median of its inverter's strings; rows whose median is above 1 A count",
        ),
    ),
    "pv_plant_hour": _CALENDAR,
    "pv_plant_day": _CALENDAR,
    "pv_plant_month": _CALENDAR,
    "pv_plant_year": _CALENDAR,
    "pv_device_day": _CALENDAR,
    "pv_device_month": _CALENDAR,
    "pv_device_year": _CALENDAR,
    "pv_string": (
        OwnField(
            "dev_pct",
            "%",
            "Deviation from the median current of the inverter's strings in the same row; only where that median is above 1 A",
        ),
    ),
    "pv_alarm": (
        OwnField("active", "", "1 while the alarm is in the list, 0 once a complete list came without it"),
        OwnField("name", "", "Alarm in words", text=True),
        OwnField("cause", "", "Cause in words", text=True),
        OwnField("repair", "", "What to do, in words", text=True),
        OwnField("end_s", "s", "Moment of the first complete list without it, seconds since 1970, UTC"),
        OwnField("duration_s", "s", "From raised to ended"),
    ),
    "pv_plant_info": (
        *_NAMES,
        OwnField("tz", "", "Time zone in which the plant's days begin, as a name", text=True),
        OwnField("capacity_kwp", "kWp", "Installed capacity"),
        OwnField("latitude", "", "Degrees north"),
        OwnField("longitude", "", "Degrees east"),
        OwnField("group", "", "Free label from the settings", text=True),
        OwnField("account", "", "Account that reads it", text=True),
        OwnField("currency", "", "Currency from the settings", text=True),
        OwnField(
            "access",
            "",
            '"ok", or why no data may be read and since when; also written at the moment of a change',
            text=True,
        ),
    ),
    "pv_device_info": (
        *_NAMES,
        OwnField("plant", "", "Display name of its plant", text=True),
        OwnField("account", "", "Account that reads it", text=True),
        OwnField("sn", "", "Serial number", text=True),
        OwnField("model", "", "Model", text=True),
        OwnField("software", "", "Software version", text=True),
        OwnField("type_id", "", "Device type number of the vendor"),
    ),
    "collector_api": (
        OwnField("calls", "", "Calls since the last row"),
        OwnField("budget", "", "Calls allowed in a window"),
        OwnField("rate_limited", "", "Calls refused as too frequent since the last row"),
        OwnField("next_allowed_s", "s", "Moment of the next possible call, seconds since 1970, UTC"),
    ),
    "collector_coverage": (
        OwnField("received", "", "5-minute readings held of that day"),
        OwnField("expected", "", "5-minute readings that the day has: 288, on days of 23 or 25 h 276 or 300"),
    ),
    "collector_fault": (
        OwnField("active", "", "1 where the fault begins or its words change, 0 where it ends"),
        OwnField("words", "", "What is wrong, or was, in words", text=True),
    ),
    "collector_job": (
        OwnField("done", "", "Periods fetched"),
        OwnField("total", "", "Periods to fetch in all"),
        OwnField("eta_s", "s", "Time until done at the allowed pace"),
    ),
}
