"""Plants and devices for tests of the planner."""

from __future__ import annotations

from collector.model import Device, Plant


def plant(code: str, zone: str = "", **known: object) -> Plant:
    return Plant(
        account="home",
        vendor="fusionsolar",
        plant_id=code,
        code=code,
        name=f"Plant {code}",
        zone=zone,
        **known,  # type: ignore[arg-type]  # tests name what they need
    )


def device(code: str, type_id: int = 1, plant_code: str = "P", sn: str = "") -> Device:
    return Device("home", "fusionsolar", plant_code, plant_code, code, code, type_id, "inverter", code, sn)
