"""The cloud is fast enough for months of virtual time. Measured in processor time, best of three."""

from __future__ import annotations

import time

import pytest

DAY_MS = 86_400_000


def best_ms(visitor, name: str, **asked) -> float:
    taken = []
    for _ in range(3):
        before = time.process_time()
        answer = visitor.send(name, **asked)
        taken.append((time.process_time() - before) * 1000)
        assert answer.fail_code == 0
    return min(taken)


@pytest.mark.parametrize("type_id", [1, 17, 38])
def test_a_hundred_live_devices_take_less_than_30_ms(visit, type_id):
    """One getDevRealKpi of 100 devices, once their day is drawn."""
    visitor = visit(plants=20, devices={type_id: 100, 62: 1})
    ids = ",".join(str(device.id) for device in visitor.cloud.fleet.of_type(type_id))
    assert best_ms(visitor, "getDevRealKpi", devIds=ids, devTypeId=type_id) < 30


def test_ten_devices_of_three_days_take_less_than_a_second(visit):
    """One getDevHistoryKpi of the largest size: 8 640 rows of up to 90 keys."""
    visitor = visit(plants=5, devices={1: 10})
    ids = ",".join(str(device.id) for device in visitor.cloud.fleet.of_type(1))
    asked = {"startTime": visitor.now_ms - 4 * DAY_MS, "endTime": visitor.now_ms - DAY_MS}
    assert best_ms(visitor, "getDevHistoryKpi", devIds=ids, devTypeId=1, **asked) < 1_000
