"""What the stamps of a plant's own days show about its zone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from collector.zones import fixed_zone

if TYPE_CHECKING:
    from collector.model import Plant
    from collector.normaliser import Report
    from collector.step.account import Account

DAY_S = 86_400.0


def learn_zones(account: Account, report: Report) -> None:
    """Give a plant without a zone of the user's the offset that its own day stamps show; contradictions are told once."""
    if not report.offsets:
        return
    learned = {}
    roster = account.roster()
    for code, offset in report.offsets.items():
        plant = roster.by_code.get(code)
        if plant is None:
            continue
        if account.set_zone_of(plant):
            _contradict(account, plant, report)
            continue
        try:
            name = fixed_zone(round(offset / 60))
        except ValueError:
            continue
        if name != plant.zone:
            learned[plant.code] = name
    if learned:
        account.plants = [replace(p, zone=learned.get(p.code, p.zone)) for p in account.plants]
        account.state.inventory.save_plants(account.name, account.plants)
        account.inventory_changed()


def _contradict(account: Account, plant: Plant, report: Report) -> None:
    subject = f"zone of {plant.name or plant.plant_id}"
    if plant.code not in report.zone_conflicts:
        account.faults.end(subject)
        return
    hours = report.zone_conflicts[plant.code] / 3600
    words = f"the vendor's stamps say UTC{hours:+g} h, not {account.set_zone_of(plant)}"
    account.faults.begin(subject, f"{words}. Mend plants.{plant.plant_id}.timezone", account.clock.now())
