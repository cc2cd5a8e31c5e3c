from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.inventory import devices_of, merge_devices, merge_plants
from collector.model import Device, Plant


def _plant(code: str, name: str = "", **known) -> Plant:
    return Plant("home", "fusionsolar", code, code, name, **known)


def _device(code: str, plant: str = "P", type_id: int = 1) -> Device:
    return Device("home", "fusionsolar", plant, plant, code, code, type_id, "inverter", f"name {code}")


def test_a_new_plant_is_told_by_its_name() -> None:
    """What came is told in words: by name, or by id where it has none."""
    plants, news = merge_plants([], [_plant("1", "Roof"), _plant("2")])
    assert [p.code for p in plants] == ["1", "2"]
    assert news == ["plant Roof came", "plant 2 came"]


def test_a_plant_is_gone_after_two_complete_lists() -> None:
    """One list without it may be the vendor's slip; the second is a fact."""
    plants, news = merge_plants([_plant("1", "Roof")], [])
    assert ([p.missed for p in plants], news) == ([1], [])
    plants, news = merge_plants(plants, [])
    assert (plants, news) == ([], ["plant Roof is gone"])


def test_a_plant_that_returns_is_as_if_it_had_never_left() -> None:
    """Absence is counted in a row: a plant that is listed again starts anew."""
    plants, _ = merge_plants([_plant("1")], [])
    plants, news = merge_plants(plants, [_plant("1")])
    assert ([p.missed for p in plants], news) == ([0], [])


def test_what_was_learned_of_a_plant_survives_a_list() -> None:
    """Access, a learned zone and what only the other list tells are kept; what the list tells anew is taken."""
    old = _plant(
        "1", "Old", zone="Asia/Kolkata", access="denied", access_since=5.0, latitude=1.0, connected="x"
    )
    (merged,), _ = merge_plants([old], [_plant("1", "New", capacity_kwp=9.9)])
    assert merged == replace(old, name="New", capacity_kwp=9.9)
    (moved,), _ = merge_plants([old], [_plant("1", zone="Etc/GMT-8", latitude=0.0)])
    assert (moved.zone, moved.latitude) == ("Asia/Kolkata", 0.0)
    (zoned,), _ = merge_plants([_plant("1")], [_plant("1", zone="Etc/GMT-8")])
    assert zoned.zone == "Etc/GMT-8"


def test_only_the_plants_asked_about_can_lose_devices() -> None:
    """A list of some plants' devices says nothing about those of the others."""
    devices, news = merge_devices([_device("1", "A"), _device("2", "B")], {"A"}, [])
    assert {(d.code, d.missed) for d in devices} == {("1", 1), ("2", 0)}
    devices, news = merge_devices(devices, {"A"}, [])
    assert ([d.code for d in devices], news) == (["2"], ["device name 1 is gone"])


def test_a_device_that_moved_is_kept_once() -> None:
    """A device found at another plant leaves its old one; it neither came nor counts twice."""
    devices, news = merge_devices([_device("1", "A")], {"B"}, [_device("1", "B")])
    assert ([(d.code, d.plant_code) for d in devices], news) == ([("1", "B")], [])


def test_what_a_list_names_twice_is_one() -> None:
    """A member named twice in a list would count twice in every budget: it is kept once."""
    assert len(merge_devices([], {"A"}, [_device("1", "A"), _device("1", "A")])[0]) == 1
    assert len(merge_plants([], [_plant("1"), _plant("1")])[0]) == 1


CODES = st.lists(st.integers(0, 8).map(str), max_size=8, unique=True)


@settings(max_examples=60, deadline=None)
@given(lists=st.lists(CODES, min_size=1, max_size=8))
def test_what_is_kept_was_in_one_of_the_last_two_lists(lists: list[list[str]]) -> None:
    """After any run of lists: what the last one named is present, and nothing lasts that two in a row did not name."""
    plants: list[Plant] = []
    for codes in lists:
        plants, _ = merge_plants(plants, [_plant(c) for c in codes])
    last, before = lists[-1], lists[-2] if len(lists) > 1 else []
    assert {p.code for p in plants if p.missed == 0} == set(last)
    assert {p.code for p in plants} == set(last) | set(before)
    assert len({p.code for p in plants}) == len(plants)


def test_devices_are_found_by_their_plant() -> None:
    """The devices of some plants are those, and no others."""
    assert [d.code for d in devices_of([_device("1", "A"), _device("2", "B")], {"B"})] == ["2"]
