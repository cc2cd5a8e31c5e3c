"""Numbers that mean "no value" are told from readings."""

from __future__ import annotations

import pytest

from collector.catalogue.fusionsolar import fields_for, is_sentinel


def row(interface, type_id, key):
    return next(row for row in fields_for(interface, type_id) if row.key == key)


@pytest.mark.parametrize(
    ("type_id", "key", "sent"),
    [
        (17, "active_power", -66_550_000.0),
        (47, "active_power", -66_550_000.0),
        (17, "active_power_a", -66_550_000.0),
        (17, "active_power", -6.65e13),
        (1, "active_power", -99_999_999.0),
        (1, "active_power", 65_535.0),
        (1, "temperature", 65_535.0),
        (1, "inverter_state", 65_535.0),
        (38, "pv{n}_u", 65_535.0),
        (39, "battery_soc", 65_535.0),
        (1, "total_cap", 4_294_967_295.0),
        (17, "active_cap", 2_147_483_647.0),
    ],
)
def test_marks(type_id, key, sent):
    """What stands for a missing value is no reading."""
    assert is_sentinel(row("getDevRealKpi", type_id, key), sent)


@pytest.mark.parametrize(
    ("type_id", "key", "sent"),
    [
        (17, "active_power", -58_000_000.0),
        (17, "active_power", 0.0),
        (17, "active_power", 90_000_000.0),
        (1, "active_power", 66.55),
        (1, "total_cap", 65_535.0),
        (17, "active_cap", 65_535.0),
        (1, "open_time", 1_700_000_000_000.0),
        (1, "inverter_state", 49_152.0),
        (10, "temperature", -20.0),
    ],
)
def test_readings(type_id, key, sent):
    """What a device can mean stays a reading: a large plant's meter, a counter that passes 65535, a cold morning."""
    assert not is_sentinel(row("getDevRealKpi", type_id, key), sent)


def test_zero_is_a_reading_everywhere():
    """No field takes zero for a missing value."""
    for type_id in (1, 10, 17, 38, 39, 41, 47):
        assert not any(is_sentinel(field, 0.0) for field in fields_for("getDevRealKpi", type_id))
