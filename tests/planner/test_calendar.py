from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import coverage, periods, planner
from collector.catalogue.fusionsolar import INTERFACES
from collector.coverage import Runs, State, state_after
from collector.model import Batch
from collector.planner import IDLE_S, LONG_AGO, Ask, Calendar, Left, Order, Past, Rest
from collector.zones import day_start

if TYPE_CHECKING:
    from collector.coverage import Held

HOUR = INTERFACES["getKpiStationHour"]
DAY = INTERFACES["getKpiStationDay"]
MONTH = INTERFACES["getKpiStationMonth"]
YEAR = INTERFACES["getKpiStationYear"]
ONE = Batch(("P",))
ZONES = (
    "Pacific/Pago_Pago",
    "America/Sao_Paulo",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
)
SETTLED_S = 5400.0


class Desk:
    """An account that always gets an answer with rows, and remembers what it holds."""

    def __init__(
        self,
        interface,
        zones: dict[str, str],
        batches: list[Batch],
        rows: int = 24,
        begins: date | None = None,
    ) -> None:
        self.interface, self.zones, self.batches, self.rows = interface, zones, batches, rows
        self.held: dict[str, dict[str, Held]] = defaultdict(dict)
        self.runs: dict[str, Runs] = defaultdict(Runs)
        self.asks: list[tuple[float, Ask]] = []
        self.begins = begins
        self.past = Past(self.runs, zones, lambda _: begins)
        self.calendar = Calendar(interface, self.held, self.past)

    def choose(self, now: float, **more) -> Ask | Rest:
        return self.calendar.next(self.batches, now, **more)

    def answer(self, ask: Ask, now: float) -> None:
        self.asks.append((now, ask))
        rows = dict.fromkeys(ask.batch.members, self.rows)
        read = coverage.after_read(self.interface.name, ask.period, rows, self.held, self.zones, asked_at=now)
        for held in read:
            self.held[held.member][held.period] = held
            number = 0 if ask.period == periods.LIFE else periods.number(ask.period)
            state = state_after(held, self.runs[held.member].state(number), self.zones.get(held.member, ""))
            if state is not None:
                self.runs[held.member].mark(number, number, state)
        self.calendar.touched(ask.batch.members)

    def run(self, now: float, end: float, gap_s: float) -> None:
        while now < end:
            choice = self.choose(now)
            if isinstance(choice, Ask):
                self.answer(choice, now)
                now += gap_s
            else:
                assert choice.until > now
                now = choice.until


def test_the_running_period_comes_first_of_all() -> None:
    """What was never read shows something at once: the running period comes before yesterday is closed."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    desk = Desk(HOUR, {"P": "Europe/Berlin"}, [ONE])
    first = desk.choose(now)
    assert first == Ask(ONE, "2026-11-20")
    desk.answer(first, now)
    assert desk.choose(now + 60) == Ask(ONE, "2026-11-19", closing=True)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 19), date(2026, 12, 31), date(2026, 4, 5)]
)
def test_yesterday_is_closed_once_ninety_minutes_after_local_midnight(zone: str, day: date) -> None:
    """In every zone, on days of 23, 24 and 25 hours, a day is asked for once more, and once only, after it has settled."""
    midnight = day_start(zone, day + timedelta(days=1))
    desk = Desk(HOUR, {"P": zone}, [ONE])
    desk.run(midnight - 86_400 * 2, midnight + 86_400, 900.0)
    closings = [at for at, ask in desk.asks if ask.period == day.isoformat() and at >= midnight]
    assert len(closings) == 1
    assert SETTLED_S <= closings[0] - midnight <= SETTLED_S + 1800
    assert desk.held["P"][day.isoformat()].closed


@pytest.mark.parametrize(
    ("interface", "last", "running"),
    [(DAY, "2026-12", "2027-01"), (MONTH, "2026", "2027"), (HOUR, "2026-12-31", "2027-01-01")],
)
def test_month_and_year_roll_over(interface, last: str, running: str) -> None:
    """At the turn of the year the last date, month and year are closed and the new ones are read."""
    turn = day_start("America/Sao_Paulo", date(2027, 1, 1))
    desk = Desk(interface, {"P": "America/Sao_Paulo"}, [ONE])
    desk.run(turn - 86_400, turn + 4 * 3600, 1800.0)
    assert desk.held["P"][last].closed
    assert not desk.held["P"][running].closed
    assert {ask.period for at, ask in desk.asks if at > turn + SETTLED_S + 1800} == {running}


def test_a_life_is_read_again_and_never_closed() -> None:
    """The period of all years has nothing to close; it is refreshed as often as the vendor allows."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    desk = Desk(YEAR, {"P": ""}, [ONE])
    desk.run(now, now + 7200, 3600.0)
    assert [ask for _, ask in desk.asks] == [Ask(ONE, "life"), Ask(ONE, "life")]
    assert not desk.held["P"]["life"].closed


def test_the_closing_that_helps_most_members_goes_first() -> None:
    """Of two closings the one for the most plants is worth most."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    small, large = Batch(("a",)), Batch(("b", "c"))
    desk = Desk(HOUR, {}, [small, large])
    for batch in (small, large):
        desk.answer(Ask(batch, "2026-11-20"), now - 400)
    assert desk.choose(now) == Ask(large, "2026-11-19", closing=True)


def test_without_plants_it_rests() -> None:
    """Nothing is asked while there are no plants."""
    assert Desk(HOUR, {}, []).choose(1000.0) == Rest(1000.0 + IDLE_S)


def test_what_is_of_no_use_is_passed_over() -> None:
    """A batch and period whose answers cannot be used neither blocks the others nor is asked before its time."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    bad, good = Batch(("a",)), Batch(("b",))
    resting = {(bad, "2026-11-20"): now + 1000, (bad, "2026-11-19"): now + 2000}
    desk = Desk(HOUR, {}, [bad, good])
    assert desk.choose(now, resting=resting) == Ask(good, "2026-11-20")
    assert Desk(HOUR, {}, [bad]).choose(now, resting=resting) == Rest(now + 1000)


@settings(max_examples=25, deadline=None)
@given(
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=12),
    size=st.integers(1, 4),
    interface=st.sampled_from([HOUR, DAY, MONTH, YEAR]),
    start_h=st.integers(0, 24 * 400),
    rows=st.sampled_from([0, 5]),
)
def test_no_batch_starves(zones: list[str], size: int, interface, start_h: int, rows: int) -> None:
    """At the documented pace every batch has its running period read within a day, and every plant's yesterday is closed."""
    members = {f"P{n:02}": zone for n, zone in enumerate(sorted(zones))}
    batches = planner.chunked(list(members), size)
    desk = Desk(interface, members, batches, rows)
    start = datetime(2026, 1, 1, tzinfo=UTC).timestamp() + start_h * 3600
    # 24 calls a day and one for each batch, as the formula gives with batches of 100.
    desk.run(start, start + 2 * 86_400, 86_400 / (24 + len(batches)))
    end = desk.asks[-1][0]
    seen = Counter(ask.batch for at, ask in desk.asks if at >= end - 86_400)
    assert set(seen) == set(batches)
    for member, zone in members.items():
        # What settled within the last hours may still wait for its turn, and what was empty for its second look.
        waits_s = (6 if rows else 12) * 3600
        settled = periods.before(periods.current(interface.span, zone, end - SETTLED_S - waits_s))
        if settled != "life":
            assert desk.held[member][settled].closed


def test_the_past_is_read_newest_first_back_to_where_it_begins() -> None:
    """With a known beginning every period down to it is asked for once, newest first, and none before it."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    desk = Desk(DAY, {"P": "Europe/Berlin"}, [ONE], begins=date(2025, 3, 9))
    desk.run(now, now + 2 * 86_400, 3456.0)
    back = [ask.period for _, ask in desk.asks if ask.period < "2026-11"]
    assert back == sorted(back, reverse=True)
    assert back[0] == "2026-10"
    assert back[-1] == "2025-03"
    assert len(set(back)) == len(back) == 20
    assert list(desk.runs["P"]) == [(2025 * 12 + 2, 2026 * 12 + 9, State.FINAL)]
    assert desk.calendar.left([ONE], now + 2 * 86_400) == Left(20, 20, 0)


def test_without_a_beginning_the_past_ends_where_there_has_long_been_nothing() -> None:
    """Nobody knows when the plant began: two years and more without any row, and no more is asked for."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    desk = Desk(MONTH, {"P": ""}, [ONE], begins=LONG_AGO)
    for _ in range(12):
        choice = desk.choose(now)
        assert isinstance(choice, Ask)
        desk.rows = 12 if choice.period >= "2023" else 0
        desk.answer(choice, now)
        now += 3456.0
    assert {ask.period for _, ask in desk.asks} == {"2026", "2025", "2024", "2023", "2022", "2021"}


def test_while_the_past_is_missing_what_runs_is_refreshed_at_leisure() -> None:
    """Today's hours are read every two hours while older ones are missing, and every call brings something."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    desk = Desk(HOUR, {"P": ""}, [ONE], begins=date(2020, 1, 1))
    for _ in range(25):
        choice = desk.choose(now, refresh_s=7200.0)
        assert isinstance(choice, Ask)
        desk.answer(choice, now)
        now += 3456.0
    today = [at for at, ask in desk.asks if ask.period in {"2026-11-20", "2026-11-21"}]
    assert 8 <= len(today) <= 13
    assert all(b - a >= 7200 or b - a == 3456.0 for a, b in pairwise(today))


@pytest.mark.parametrize(("batches", "calls", "most"), [(1, 25, 12), (10, 34, 6), (100, 124, 6)])
def test_refreshing_never_takes_more_than_half_of_what_closing_leaves(batches, calls, most) -> None:
    """Of the calls that closing leaves, refreshing takes half at most, of large fleets a quarter; the past has the rest."""
    every_s = planner.refresh_s(HOUR, batches, calls)
    assert batches * 86_400 / every_s <= most
    assert planner.refresh_s(YEAR, 1, 25) == 86_400.0


def test_a_day_read_soon_after_its_end_is_read_once_more_later() -> None:
    """Late corrections: two days after its end a day is asked for once more, after everything that is missing, and then no more."""
    midnight = day_start("Europe/Berlin", date(2026, 11, 20))
    desk = Desk(HOUR, {"P": "Europe/Berlin"}, [ONE], begins=date(2026, 11, 18))
    desk.run(midnight - 43_200, midnight + 5 * 86_400, 3456.0)
    asked = [at for at, ask in desk.asks if ask.period == "2026-11-19" and at > midnight + SETTLED_S]
    assert len(asked) == 2
    assert asked[0] - midnight <= SETTLED_S + 7200
    assert 2 * 86_400 <= asked[1] - midnight <= 3 * 86_400 + 7200


def test_what_somebody_ordered_comes_before_other_missing_days() -> None:
    """Ordered days go before younger ones that are missing as well, and only for the members named."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    a, b = Batch(("a",)), Batch(("b",))
    desk = Desk(HOUR, {}, [a, b], begins=date(2026, 1, 1))
    order = Order(date(2026, 3, 1), date(2026, 3, 2), frozenset({"b"}))
    desk.calendar = Calendar(HOUR, desk.held, replace(desk.past, orders=[order]))
    for _ in range(4):
        desk.answer(desk.choose(now, refresh_s=9e9), now)
    assert desk.choose(now, refresh_s=9e9) == Ask(b, "2026-03-02", closing=True)
    desk.answer(desk.choose(now, refresh_s=9e9), now)
    desk.answer(desk.choose(now, refresh_s=9e9), now)
    assert desk.choose(now, refresh_s=9e9).period == "2026-11-18"


def test_new_day_rows_are_read_once_a_day_by_the_largest_fleet() -> None:
    """A hundred batches: the month's days are read again after each midnight, although refreshing has no calls to spare."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
    batches = [Batch((f"P{n:03}",)) for n in range(100)]
    desk = Desk(DAY, {b.members[0]: "Europe/Berlin" for b in batches}, batches, begins=date(2016, 1, 1))
    every_s = planner.refresh_s(DAY, 100, 124)
    while now < datetime(2026, 11, 24, tzinfo=UTC).timestamp():
        choice = desk.choose(now, refresh_s=every_s)
        assert isinstance(choice, Ask)
        desk.answer(choice, now)
        now += 86_400 / 124
    midnight = day_start("Europe/Berlin", date(2026, 11, 23))
    fresh = {ask.batch for at, ask in desk.asks if ask.period == "2026-11" and at >= midnight + SETTLED_S}
    assert len(fresh) >= 95
