"""Read a case folder: what was asked, what came, and what is to be made of it."""

from __future__ import annotations

import json
from pathlib import Path

from collector.catalogue.fusionsolar import INTERFACES, VENDOR
from collector.model import Identity
from collector.normaliser import Context, Report, normalise

CASES = Path(__file__).parent / "cases"


def identity(plant_id="NE=1", device_id="", device_type="", type_id=None, zone=""):
    return Identity(VENDOR, plant_id, device_id, device_type, type_id, zone)


def context(interface, identities, **settings):
    return Context(INTERFACES[interface], identities, **settings)


def inverter(interface="getDevHistoryKpi", **settings):
    """A context of one inverter, 7."""
    return context(interface, {"7": identity("NE=1", "7", "inverter", 1)}, type_id=1, **settings)


def history(*rows, device=7):
    """An answer of 5-minute history: pairs of minutes after the first row, and indicators."""
    data = [
        {"devId": device, "collectTime": 1501862400000 + minutes * 60_000, "dataItemMap": items}
        for minutes, items in rows
    ]
    return json.dumps({"success": True, "data": data, "params": {}}).encode()


def read(body, asked, **settings):
    """All lines as text, and the report."""
    report = Report()
    lines = [line.decode() for lines in normalise(body, asked, report, **settings) for line in lines]
    return lines, report


def case_context(folder):
    told = json.loads((folder / "context.json").read_text())
    identities = {code: identity(**tags) for code, tags in told.pop("identities").items()}
    told["units"] = {int(type_id): unit for type_id, unit in told.get("units", {}).items()}
    told["strings_shown"] = {key: frozenset(shown) for key, shown in told.get("strings_shown", {}).items()}
    return context(told.pop("interface"), identities, **told)


def told(lines, report):
    """Lines, and what the report counts, as `expected.txt` holds them."""
    counted = {
        "unreadable": report.unreadable,
        "sentinels": report.sentinels,
        "strangers": report.strangers,
        "unknown_keys": dict(sorted(report.unknown_keys.items())),
        "strings_shown": {key: sorted(shown) for key, shown in report.strings_shown.items()},
        "zone_conflicts": report.zone_conflicts,
    }
    return [*lines, *(f"# {name} {value}" for name, value in counted.items() if value)]
