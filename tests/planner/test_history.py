from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from fleets import device
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.catalogue.fusionsolar import INTERFACES
from collector.coverage import Runs, State, complete_days, next_state
from collector.model import Batch
from collector.planner import Ask, History, Left, Past, Rest, history_batches, patience
from collector.planner.history import Busy
from collector.zones import day_end, day_start

RANGE = INTERFACES["getDevHistoryKpi"]
DATE = INTERFACES["getDevFiveMinutes"]
BERLIN = "Europe/Berlin"
ONE = Batch(("d",), 1)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
SETTLED_S = 5400.0
WINDOW_S = 259_200.0


class Desk:
    """An account that always gets an answer, and remembers the days that it held whole."""

    def __init__(
        self, interface, zones: dict[str, str], batches: list[Batch], begins: date | None, floor=None
    ) -> None:
        self.interface, self.zones, self.batches = interface, zones, batches
        self.runs: dict[str, Runs] = defaultdict(Runs)
        self.share = 1.0
        self.asks: list[tuple[float, Ask]] = []
        self.history = History(interface, Past(self.runs, zones, lambda _: begins, floor))

    def choose(self, now: float, **more) -> Ask | Rest:
        return self.history.next(self.batches, now, **more)

    def answer(self, ask: Ask, now: float) -> None:
        self.asks.append((now, ask))
        for member in ask.batch.members:
            zone = self.zones.get(member, "")
            day = date.fromisoformat(ask.period)
            begin, end = ask.begin, ask.end
            if self.interface is DATE:
                begin, end = day_start(zone, day), day_end(zone, day)
            slots = range(int(begin) // 300, int(end) // 300)
            stamps = [n * 300_000 for n in slots if (n * 7 % 100) < 100 * self.share]
            for whole, received, expected in complete_days(zone, begin, min(end, now - SETTLED_S), stamps):
                number = whole.toordinal()
                state = next_state(self.runs[member].state(number), received, whole=received >= expected)
                self.runs[member].mark(number, number, state)
        self.history.touched(ask.batch.members)

    def run(self, now: float, end: float, gap_s: float, **more) -> None:
        while now < end:
            choice = self.choose(now, **more)
            if isinstance(choice, Ask):
                self.answer(choice, now)
                now += gap_s
            else:
                assert choice.until > now
                now = choice.until


def test_the_first_window_ends_with_yesterday() -> None:
    """The longest window that is allowed ends at the last local midnight that has settled, to the millisecond."""
    ask = Desk(RANGE, {"d": BERLIN}, [ONE], date(2020, 1, 1)).choose(NOW)
    assert isinstance(ask, Ask)
    assert ask.end == day_start(BERLIN, date(2026, 11, 20))
    assert ask.end - ask.begin == WINDOW_S
    assert ask.period == "2026-11-19"


def test_the_past_follows_newest_first_without_a_gap() -> None:
    """Windows go back in time and leave no day out, over the autumn change too, down to where the plant began."""
    desk = Desk(RANGE, {"d": BERLIN}, [ONE], date(2026, 9, 30))
    desk.run(NOW, NOW + 43_200, 1200.0)
    ends = [ask.end for _, ask in desk.asks]
    assert ends == sorted(ends, reverse=True)
    assert all(ask.end - ask.begin == WINDOW_S for _, ask in desk.asks)
    days = (date(2026, 11, 19) - date(2026, 9, 30)).days + 1
    assert desk.history.left([ONE], NOW) == Left(days, days, 0)
    assert len(desk.asks) == -(-(days + 1) // 3)  # one more: three days of October are 73 hours


def test_days_with_holes_are_read_twice_and_complete_ones_once() -> None:
    """The provider's holes are final after the second look; the daily window looks at the last three days for nothing."""
    desk = Desk(DATE, {"d": BERLIN}, [ONE], date(2026, 11, 16))
    desk.share = 0.9
    desk.run(NOW, NOW + 6 * 3600, 600.0)
    asked = [ask.period for _, ask in desk.asks]
    assert asked == [f"2026-11-{day}" for day in (19, 18, 17, 16, 18, 17, 16)]
    assert desk.runs["d"].state(date(2026, 11, 19).toordinal()) is State.HELD
    ranged = Desk(RANGE, {"d": BERLIN}, [ONE], date(2026, 11, 1))
    ranged.share = 0.9
    ranged.run(NOW, NOW + 3 * 86_400, 7200.0)
    first = date(2026, 11, 1).toordinal()
    assert ranged.runs["d"].count(first, first + 19, {State.FINAL}) == 20


@pytest.mark.parametrize("interface", [RANGE, DATE])
def test_silent_devices_are_given_up_after_two_looks(interface) -> None:
    """A device without any row costs two looks at each day, and no more."""
    desk = Desk(interface, {"d": BERLIN}, [ONE], date(2026, 11, 10))
    desk.share = 0.0
    desk.run(NOW, NOW + 20 * 3600, 600.0)
    first, last = date(2026, 11, 10).toordinal(), date(2026, 11, 18).toordinal()
    assert desk.runs["d"].count(first, last, {State.GIVEN_UP}) == 9
    asked = [ask.period for _, ask in desk.asks]
    assert max(asked.count(p) for p in asked) <= 2


def test_nothing_is_asked_that_the_vendor_no_longer_tells() -> None:
    """Once a date is known to be out of reach, no window begins before it."""
    floor = date(2026, 11, 11)
    desk = Desk(RANGE, {"d": BERLIN}, [ONE], date(2020, 1, 1), floor)
    desk.run(NOW, NOW + 43_200, 1200.0)
    assert min(ask.begin for _, ask in desk.asks) >= day_start(BERLIN, floor)
    assert desk.history.left([ONE], NOW) == Left(9, 9, 0)


def test_the_oldest_day_within_reach_is_read_in_every_zone() -> None:
    """Devices around the world in one batch: the first day that the vendor tells of is asked for whole, for each of them."""
    zones = {"w": "Pacific/Honolulu", "b": BERLIN, "k": "Asia/Kolkata"}
    batch = Batch(tuple(zones), 1)
    desk = Desk(RANGE, zones, [batch], date(2020, 1, 1), date(2026, 11, 11))
    desk.run(NOW, NOW + 43_200, 1200.0)
    left = desk.history.left([batch], NOW)
    assert left.total - left.done == 1  # yesterday waits for Honolulu, where it has just ended
    assert all(
        desk.runs[m].newest_missing(date(2026, 11, 11).toordinal(), date(2026, 11, 18).toordinal()) is None
        for m in zones
    )


def test_a_plant_of_no_known_age_is_left_alone_until_its_years_are_read() -> None:
    """While nobody knows when the past begins, nothing of it is asked for."""
    assert isinstance(Desk(RANGE, {"d": BERLIN}, [ONE], None).choose(NOW), Rest)


def test_two_interfaces_do_not_ask_for_the_same_days() -> None:
    """While one interface is being asked about some days, the other takes older ones, or other devices."""
    desk = Desk(DATE, {"d": BERLIN, "e": BERLIN}, [ONE, Batch(("e",), 1)], date(2026, 1, 1))
    end = day_start(BERLIN, date(2026, 11, 20))
    both = Busy(frozenset({"d", "e"}), end - WINDOW_S, end)
    assert desk.choose(NOW, busy=[both]).period == "2026-11-16"
    one = Busy(frozenset({"d"}), end - WINDOW_S, end)
    assert desk.choose(NOW, busy=[one]).batch == Batch(("e",), 1)
    assert desk.choose(NOW).batch == ONE


def test_only_devices_that_gain_by_it_are_asked_about() -> None:
    """A device that came late does not have its neighbours' past read again."""
    batch = Batch(("old", "new"), 1)
    desk = Desk(RANGE, {"old": BERLIN, "new": BERLIN}, [batch], date(2026, 10, 1))
    desk.runs["old"].mark(date(2026, 10, 1).toordinal(), date(2026, 11, 19).toordinal(), State.FINAL)
    assert desk.choose(NOW).batch == Batch(("new",), 1)


def test_zones_of_one_batch_are_closed_by_one_call_a_day() -> None:
    """Ten devices around the world: yesterday is read once for all, after it has ended for the last of them."""
    zones = {"w": "Pacific/Honolulu", "b": BERLIN, "k": "Asia/Kolkata", "n": "Pacific/Auckland"}
    batch = Batch(tuple(zones), 1)
    for interface in (RANGE, DATE):
        desk = Desk(interface, zones, [batch], date(2026, 11, 1))
        desk.run(NOW, NOW + 10 * 86_400, 1800.0)
        late = [at for at, _ in desk.asks if at > NOW + 4 * 86_400]
        assert len(late) <= 7
        for member, zone in zones.items():
            settled = (datetime.fromtimestamp(NOW + 9 * 86_400, UTC) - timedelta(days=2)).date().toordinal()
            assert desk.runs[member].newest_missing(date(2026, 11, 1).toordinal(), settled) is None, zone


@pytest.mark.parametrize(
    ("batches", "calls", "days"), [(2, 26, 1), (6, 30, 1), (24, 48, 2), (200, 224, 3), (2000, 2024, 3)]
)
def test_large_fleets_close_every_third_day(batches: int, calls: int, days: int) -> None:
    """Where reading each day as it ends would eat the allowance, up to three days are read together."""
    assert patience(RANGE, batches, calls) == days
    assert patience(DATE, batches, calls) == 1


def test_patience_ends_with_the_past() -> None:
    """Once nothing older is missing, every day is read as it ends."""
    desk = Desk(RANGE, {"d": BERLIN}, [ONE], date(2026, 11, 19))
    assert desk.choose(NOW, patience=3).period == "2026-11-19"


@settings(max_examples=30, deadline=None)
@given(
    zones=st.lists(
        st.sampled_from((BERLIN, "Asia/Kolkata", "Pacific/Auckland", "")), min_size=1, max_size=12
    ),
    begins=st.dates(date(2026, 9, 1), date(2026, 11, 18)),
    interface=st.sampled_from([RANGE, DATE]),
    share=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_every_day_of_every_device_is_read(zones: list[str], begins: date, interface, share: float) -> None:
    """Whatever the zones, sizes and holes: in the end no day is missing, and nothing was read more than thrice."""
    members = {f"d{n}": zone for n, zone in enumerate(sorted(zones))}
    batches = [Batch(tuple(members)[i : i + 5], 1) for i in range(0, len(members), 5)]
    desk = Desk(interface, members, batches, begins)
    desk.share = share
    desk.run(NOW, NOW + 2 * 86_400, 120.0)
    assert desk.history.left(batches, NOW).done == desk.history.left(batches, NOW).total > 0
    if interface is DATE:
        seen: dict[tuple[str, str], int] = defaultdict(int)
        for _, ask in desk.asks:
            for member in ask.batch.members:
                seen[member, ask.period] += 1
        assert max(seen.values()) <= 3


def test_batches_keep_zones_together_and_the_far_east_apart() -> None:
    """Devices whose days begin together share calls; a date names one day only up to UTC+12."""
    zones = {f"{n}": ("Pacific/Auckland" if n % 3 == 0 else BERLIN) for n in range(30)}
    devices = [device(code, 1) for code in zones]
    for interface in (RANGE, DATE):
        batches = history_batches(interface, devices, zones, NOW)
        assert sorted(m for b in batches for m in b.members) == sorted(zones)
    assert all(len({zones[m] for m in b.members}) == 1 for b in batches)
