from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from fleets import device, plant
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import periods, planner
from collector.catalogue.fusionsolar import INTERFACES
from collector.catalogue.terms import Subject
from collector.zones import local_date

ZONES = (
    "",
    "Pacific/Pago_Pago",
    "America/Sao_Paulo",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
PLANT_CALLS = [i for i in INTERFACES.values() if i.subject is Subject.PLANT]
DEVICE_CALLS = [i for i in INTERFACES.values() if i.subject is Subject.DEVICE]


@settings(max_examples=60, deadline=None)
@given(
    zones=st.lists(st.sampled_from(ZONES), max_size=330),
    interface=st.sampled_from(PLANT_CALLS),
)
def test_every_plant_is_in_exactly_one_batch_of_allowed_size(zones: list[str], interface) -> None:
    """However many plants there are, each is asked about once and no call names more than the vendor takes."""
    plants = [plant(f"P{n}", zone) for n, zone in enumerate(zones)]
    batches = planner.plant_batches(interface, plants, NOW)
    members = [m for b in batches for m in b.members]
    assert sorted(members) == sorted(p.code for p in plants)
    assert all(0 < len(b.members) <= interface.batch_size for b in batches)


@settings(max_examples=60, deadline=None)
@given(
    types=st.lists(st.sampled_from((1, 10, 17, 38, 39, 41, 47, 62, 63, 23070)), max_size=250),
    interface=st.sampled_from(DEVICE_CALLS),
)
def test_every_served_device_is_in_exactly_one_batch_of_its_type(types: list[int], interface) -> None:
    """A call names devices of one type, which the interface serves; every such device is asked about once."""
    devices = [device(f"D{n}", t, sn=f"S{n}") for n, t in enumerate(types)]
    batches = planner.device_batches(interface, devices)
    key = "sn" if interface.batch_key == "sns" else "code"
    kinds = {getattr(d, key): d.type_id for d in devices}
    served = [getattr(d, key) for d in devices if d.type_id in interface.device_types]
    assert sorted(m for b in batches for m in b.members) == sorted(served)
    assert all(0 < len(b.members) <= interface.batch_size for b in batches)
    assert all(kinds[m] == b.type_id for b in batches for m in b.members)


def test_a_fleet_takes_the_fewest_calls() -> None:
    """Two hundred plants take two calls, not three."""
    plants = [plant(f"P{n}", "Europe/Berlin") for n in range(200)]
    assert len(planner.plant_batches(INTERFACES["getStationRealKpi"], plants, NOW)) == 2


def test_a_device_without_a_serial_number_is_not_asked_for_by_it() -> None:
    """The interface that names serial numbers leaves out devices that have none."""
    devices = [device("1", 1, sn="A"), device("2", 1, sn="")]
    batches = planner.device_batches(INTERFACES["getInventerRealKpi"], devices)
    assert [b.members for b in batches] == [("A",)]


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("day", [1, 5, 15, 27])
def test_one_stamp_names_one_date_for_a_whole_batch_of_hours(month: int, day: int) -> None:
    """Today and yesterday are named rightly for every plant of every batch, also around changes of clocks."""
    noon = datetime(2026, month, day, 12, tzinfo=UTC).timestamp()
    zones = {f"P{n}": zone for n, zone in enumerate(ZONES)}
    interface = INTERFACES["getKpiStationHour"]
    for batch in planner.plant_batches(interface, [plant(c, z) for c, z in zones.items()], noon):
        far_east = planner.is_far_east(batch, zones, noon)
        for key in (date(2026, month, day).isoformat(), periods.before(date(2026, month, day).isoformat())):
            stamp = periods.collect_time(key, far_east=far_east, now=noon) / 1000
            assert {local_date(zones[m], stamp).isoformat() for m in batch.members} == {key}
