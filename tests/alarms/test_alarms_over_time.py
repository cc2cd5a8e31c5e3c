from __future__ import annotations

import pytest
from alarm_world import DAY_S, START, Watch


def _place(watch: Watch, raised: float, ended: float | None = None, device: int = 0) -> None:
    more = () if ended is None else (int(ended * 1000),)
    watch.fleet.alarms.place(watch.fleet.devices[device], int(raised * 1000), *more)


async def test_an_alarm_of_a_hundred_days_stays_open_and_one_that_clears_on_day_fifty_is_closed() -> None:
    """Long after it left the newest stretch an alarm is still open while the cloud lists it, and closed within a day once it does not."""
    watch = Watch()
    long, fifty = START + 3_600, START + 7_200
    _place(watch, long, START + 102 * DAY_S)
    _place(watch, fifty, fifty + 50 * DAY_S)
    await watch.live(50)
    assert watch.of(long)["active"] == 1.0
    assert watch.of(fifty)["active"] == 1.0
    await watch.live(2)
    assert watch.of(fifty)["active"] == 0.0
    assert 0 <= watch.of(fifty)["end_s"] - (fifty + 50 * DAY_S) <= DAY_S
    assert watch.of(fifty)["duration_s"] == pytest.approx(watch.of(fifty)["end_s"] - fifty)
    await watch.live(49)
    assert watch.of(long)["active"] == 1.0
    assert "end_s" not in watch.of(long)
    await watch.live(3)
    assert watch.of(long)["active"] == 0.0
    assert 0 <= watch.of(long)["end_s"] - (START + 102 * DAY_S) <= DAY_S
    assert watch.lawful()


async def test_the_first_polls_find_what_was_raised_within_a_year() -> None:
    """An account's first day finds an alarm of 360 days, and each of its ends within a day after; one of two years stays unknown."""
    watch = Watch()
    raised = [START - age * DAY_S for age in (1, 31, 62, 200, 360)]
    for moment in raised:
        _place(watch, moment, START + 3 * DAY_S)
    ancient = START - 730 * DAY_S
    _place(watch, ancient)
    await watch.live(1)
    assert [watch.of(moment).get("active") for moment in raised] == [1.0] * 5
    assert watch.of(ancient) == {}
    await watch.live(3)
    assert [watch.of(moment).get("active") for moment in raised] == [0.0] * 5
    assert all(watch.of(moment)["end_s"] - (START + 3 * DAY_S) <= DAY_S for moment in raised)
    assert watch.lawful()


async def test_three_batches_look_back_within_their_budget() -> None:
    """With 250 plants and an old alarm in each batch every end is stored within a day, and the newest alarms within the hour or two."""
    watch = Watch(250, 250)
    old = {number: START - (300 + number / 10) * DAY_S for number in (0, 120, 249)}
    for number, moment in old.items():
        _place(watch, moment, START + 2 * DAY_S, number)
    await watch.live(1.5)
    assert [watch.of(moment).get("active") for moment in old.values()] == [1.0] * 3
    fresh = watch.clock.now() + 60
    _place(watch, fresh, device=130)
    await watch.live(1.3 / 24)
    assert watch.of(fresh)["active"] == 1.0
    await watch.live(1.5)
    assert all(watch.of(moment)["active"] == 0.0 for moment in old.values())
    assert watch.of(fresh)["active"] == 1.0
    assert watch.lawful()


async def test_nothing_ends_while_nobody_can_know() -> None:
    """A cloud that is down for two days and a collector that is restarted close nothing; afterwards the truth is stored."""
    watch = Watch()
    old, ends = START - 100 * DAY_S, START - 40 * DAY_S
    _place(watch, old)
    _place(watch, ends, START + 2 * DAY_S)
    await watch.live(1)
    watch.cloud.down = "html"
    await watch.live(2)
    watch.begin()
    await watch.live(0.2)
    assert (watch.of(old)["active"], watch.of(ends)["active"]) == (1.0, 1.0)
    watch.cloud.down = None
    await watch.live(1)
    assert (watch.of(old)["active"], watch.of(ends)["active"]) == (1.0, 0.0)


async def test_what_is_stored_is_what_was_true() -> None:
    """Over six weeks every alarm that was seen at a look at the truth, four times a day, is stored, and its end within two hours."""
    watch = Watch(3, 9, drawn=True)
    truth: dict[tuple[str, int], int] = {}
    for _ in range(42 * 4):
        await watch.live(0.25)
        now_ms = int(watch.clock.now() * 1000)
        for device in watch.fleet.devices:
            for alarm in watch.fleet.alarms.of(device, now_ms):
                truth[str(device.id), alarm.raised_ms * 1_000_000] = alarm.ends_ms
    await watch.live(3)
    now_s = watch.clock.now()
    stored = {(dict(tags)["device_id"], time_ns): fields for (tags, time_ns), fields in watch.stored.items()}
    assert len(truth) > 10
    assert truth.keys() <= stored.keys()
    for name, ends_ms in truth.items():
        if ends_ms / 1000 > now_s:
            assert stored[name]["active"] == 1.0
        elif ends_ms / 1000 < now_s - 7_200:
            assert stored[name]["active"] == 0.0
            assert 0 <= stored[name]["end_s"] - ends_ms / 1000 <= 7_200
    assert watch.lawful()
