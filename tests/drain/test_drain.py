"""The drain over pretended databases of every kind: no line is lost, no good line is refused, few requests."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import databases
from servers.databases import Database, narrow, packed, says

from collector.clock import VirtualClock
from collector.drain import FARTHEST_S, LONGEST_S, MISCONFIGURED_S, Drain
from collector.errors import LinesRejected, SinkMisconfigured, SinkUnavailable
from collector.model import Lane
from collector.packing import unpack
from collector.sinks.answers import WriteAnswer
from collector.sinks.influxdb1 import InfluxDB1
from collector.sinks.influxdb2 import InfluxDB2
from collector.sinks.transport import judge
from collector.store import SpoolBatch, StateFile

START = 1_764_000_000.0


def batch(lines, *, lane=Lane.LIVE, fetched_at=START, body=None, count=None):
    return SpoolBatch(
        account="home",
        interface="getDevRealKpi",
        lane=lane,
        fetched_at=fetched_at,
        lines=len(lines) if count is None else count,
        first_ns=0,
        last_ns=len(lines),
        body=packed(lines) if body is None else body,
    )


def good(count, word="ok", begin=0):
    return [b"m,k=%s f=%d.0 %d" % (word.encode(), n, n) for n in range(begin, begin + count)]


class Told:
    """A sink that does as it is told, call by call; afterwards it takes everything."""

    name = "told"

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.bodies = []

    async def write(self, body, lines):
        assert len(body) > 0 or lines == 0
        self.bodies.append(body)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome


OPENED: list[StateFile] = []


@pytest.fixture(autouse=True)
def _closed():
    yield
    while OPENED:
        OPENED.pop().close()


class Bench:
    """A state file, a clock and a drain over them."""

    def __init__(self, sink, max_bytes=2**31):
        self.state = StateFile.in_memory()
        OPENED.append(self.state)
        self.clock = VirtualClock(START)
        self.said = []
        self.given_up = []
        self.drain = Drain(
            self.state,
            sink,
            self.clock,
            max_bytes=max_bytes,
            on_change=self.said.append,
            chance=Random(1),
            on_given_up=self.given_up.extend,
        )

    def add(self, lines, **kind):
        return self.state.spool.append(batch(lines, **kind))

    async def run_dry(self, most=500):
        """Step until the spool is empty, jumping over the waits."""
        for _ in range(most):
            moment = await self.drain.step()
            if moment is None:
                return
            self.clock.advance_to(moment)
        pytest.fail("the spool does not empty")

    def quarantined(self):
        return {rejected.line for rejected in self.state.quarantine.list()}

    def balance(self):
        found = self.state.spool.balance()
        assert found.missing == 0
        return found


@pytest.fixture
async def over():
    """Makes a bench over a pretended database: its sink, served on loopback."""
    started = []

    async def make(profile, version=2, **bench):
        database = Database(profile)
        url = await database.start()
        if version == 2:
            sink = InfluxDB2(
                VirtualClock(START), url=url, org="home", bucket="solar", token="t0ken", timeout_s=5
            )
        else:
            sink = InfluxDB1(VirtualClock(START), url=url, database="solar", timeout_s=5)
        started.append((database, sink))
        return Bench(sink, **bench), database

    yield make
    for database, sink in started:
        await sink.close()
        await database.stop()


async def test_an_empty_spool_needs_no_step(over):
    """None means: nothing to do until something lands."""
    bench, database = await over(databases.v2)
    assert await bench.drain.step() is None
    assert database.requests == []


async def test_good_batches_are_settled_in_turn(over):
    """Live goes before history, each in the order of landing, one request each."""
    bench, database = await over(databases.v2)
    bench.add(good(3, "history"), lane=Lane.HISTORY)
    bench.add(good(2, "first"))
    bench.add(good(4, "second"))
    await bench.run_dry()
    assert database.sizes == [2, 4, 3]
    assert bench.balance().settled == 9
    assert bench.said == []


NAMING = [
    (databases.v2, 2, b"malformed", 2),
    (databases.v1, 1, b"malformed", 2),
    (databases.v3_list, 2, b"conflict", 2),
    (databases.v3_first, 2, b"conflict", 2),
]
SILENT = [
    (databases.v2, 2, b"conflict", 26),
    (databases.v1, 1, b"conflict", 26),
    (databases.proxied, 1, b"conflict", 26),
]


@pytest.mark.parametrize("place", [0, 1_234, 2_499, 2_500, 4_999])
@pytest.mark.parametrize("kind", NAMING + SILENT)
async def test_one_bad_line_of_5000(over, kind, place):
    """Only that line is quarantined, with the sink's reason; two requests where it is named, else at most 26."""
    profile, version, word, most = kind
    bench, database = await over(profile, version)
    lines = good(5_000)
    lines[place] = b"m,k=%s f=1.0 7" % word
    bench.add(lines)
    await bench.run_dry()
    assert bench.quarantined() == {lines[place]}
    assert database.stored == set(lines) - {lines[place]}
    assert len(database.requests) <= most
    assert bench.drain.requests == len(database.requests)
    (rejected,) = bench.state.quarantine.list()
    assert rejected.reason
    assert rejected.sink == bench.drain._sink.name
    assert (rejected.account, rejected.interface, rejected.fetched_at) == ("home", "getDevRealKpi", START)
    assert bench.balance().settled == 4_999


@given(
    st.lists(st.sampled_from(["ok", "ok", "ok", "malformed", "conflict", "old"]), min_size=1, max_size=40),
    st.sampled_from([databases.v1, databases.v2]),
)
@settings(max_examples=100, deadline=None)
async def test_every_mixture_of_faults_is_sorted_out(words, profile):
    """Good lines are stored, bad ones quarantined, old ones expired, whatever hides behind what."""
    database = Database(profile)
    bench = Bench(Direct(database))
    lines = [
        b"m,k=%s f=1.0 %d" % (word.encode(), n if word == "old" else 1_000 + n)
        for n, word in enumerate(words)
    ]
    bench.add(lines)
    await bench.run_dry()
    assert database.stored == {line for line in lines if b"k=ok" in line}
    assert bench.quarantined() == {line for line in lines if b"malformed" in line or b"conflict" in line}
    balance = bench.balance()
    assert (balance.settled, balance.expired) == (words.count("ok"), words.count("old"))


class Direct:
    """A sink that asks a pretended database without HTTP in between."""

    name = "direct"

    def __init__(self, database):
        self.database = database

    async def write(self, body, lines):
        asked = unpack(body)
        assert len(asked) == lines
        answer = self.database.profile(self.database, asked)
        await judge(WriteAnswer(answer.status, {}, answer.body or b""), body, START)


async def test_too_large_batches_are_halved_and_the_size_is_learned(over):
    """A 413 halves; the next batch of the size is cut before it is sent."""
    bench, database = await over(narrow(20_000))
    lines = good(4_000)
    bench.add(lines)
    await bench.run_dry()
    assert database.stored == set(lines)
    refused = len(database.requests)
    more = good(4_000, begin=4_000)
    bench.add(more)
    await bench.run_dry()
    assert database.stored == {*lines, *more}
    assert len(database.requests) - refused < refused
    assert bench.balance().settled == 8_000
    assert bench.said == []


async def test_a_single_line_too_large_is_quarantined(over):
    """What cannot be halved any more does not stop the rest."""
    bench, database = await over(narrow(1_000))
    huge = b'm s="%s" 1' % (b"x" * 2_000)
    bench.add([*good(5), huge, *good(5, begin=10)])
    await bench.run_dry()
    assert bench.quarantined() == {huge}
    assert len(database.stored) == 10


async def test_a_line_that_chokes_the_server_is_found(over):
    """A 500 is first taken for the server's fault, then pinned to the line that causes it."""
    bench, database = await over(databases.fragile)
    lines = good(1_000)
    lines[617] = b"m,k=choke f=1.0 7"
    bench.add(lines)
    await bench.run_dry()
    assert bench.quarantined() == {lines[617]}
    assert database.stored == set(lines) - {lines[617]}
    assert "internal error" in bench.state.quarantine.list()[0].reason
    assert len(database.requests) < 60
    assert bench.said == [bench.said[0], "sink up again"]


@pytest.mark.parametrize("places", [(0, 999), (499, 500), (3, 4, 5), (0, 250, 500, 750)])
async def test_several_lines_that_choke_the_server_are_found(over, places):
    """Faults in both halves do not pass for a server that is down."""
    bench, database = await over(databases.fragile)
    lines = good(1_000)
    for place in places:
        lines[place] = b"m,k=choke f=1.0 %d" % place
    bench.add(lines)
    await bench.run_dry()
    assert bench.quarantined() == {lines[place] for place in places}
    assert len(database.stored) == 1_000 - len(places)


async def test_a_server_that_fails_always_blames_no_line(over):
    """However long a 500 lasts, nothing is quarantined; when it ends everything is stored."""
    bench, database = await over(says(500, "{}"))
    bench.add(good(100))
    for _ in range(40):
        bench.clock.advance_to(await bench.drain.step())
    assert bench.quarantined() == set()
    assert bench.state.spool.stats().lines == 100
    assert len(bench.said) == 1
    database.profile = databases.v2
    await bench.run_dry()
    assert len(database.stored) == 100
    assert bench.said[1:] == ["sink up again"]


async def test_waits_grow_with_full_jitter_up_to_five_minutes():
    """Each wait lies between nothing and a ceiling that doubles; the ceiling holds."""
    sink = Told(*[SinkUnavailable("down") for _ in range(400)])
    bench = Bench(sink)
    bench.add(good(1))
    waits = []
    for _ in range(400):
        moment = await bench.drain.step()
        waits.append(moment - bench.clock.now())
        bench.clock.advance_to(moment)
    for tries, wait in enumerate(waits[:12]):
        assert 0.0 <= wait <= min(LONGEST_S, 2.0**tries)
    assert max(waits) <= LONGEST_S
    steady = waits[20:]
    assert min(steady) < 0.1 * LONGEST_S
    assert max(steady) > 0.9 * LONGEST_S
    assert 0.4 * LONGEST_S < sum(steady) / len(steady) < 0.6 * LONGEST_S


@pytest.mark.parametrize("header", ["90", "Mon, 24 Nov 2025 16:01:30 GMT"])
async def test_a_told_wait_is_kept(over, header):
    """Retry-After is obeyed, in seconds or as a date, also by what lands meanwhile."""
    bench, database = await over(says(503, headers={"Retry-After": header}))
    bench.add(good(1), lane=Lane.HISTORY)
    moment = await bench.drain.step()
    assert START + 90 <= moment <= START + 92
    bench.add(good(1, "later"))
    bench.clock.advance_to(START + 89)
    assert await bench.drain.step() == moment
    assert len(database.requests) == 1


async def test_nothing_is_sent_before_its_moment_after_a_restart(over):
    """The moment of the next try survives the process."""
    bench, database = await over(databases.v2)
    number = bench.add(good(1))
    bench.state.spool.postpone(number, START + 50, "down")
    assert await bench.drain.step() == START + 50
    assert database.requests == []


async def test_a_clock_set_back_does_not_silence_the_drain(over):
    """A moment farther off than any wait is no moment to wait for."""
    bench, database = await over(databases.v2)
    number = bench.add(good(1))
    bench.state.spool.postpone(number, START + FARTHEST_S + 1, "down")
    await bench.drain.step()
    assert len(database.requests) == 1


async def test_a_misconfigured_sink_is_tried_each_minute_and_told_once():
    """A wrong token costs one request a minute and one message, and keeps every line."""
    sink = Told(*[SinkMisconfigured("HTTP 401; check the token")] * 5)
    bench = Bench(sink)
    bench.add(good(1))
    for tries in range(5):
        assert await bench.drain.step() == START + MISCONFIGURED_S * (tries + 1)
        assert bench.drain.trouble == "HTTP 401; check the token"
        bench.clock.advance_to(START + MISCONFIGURED_S * (tries + 1))
    await bench.run_dry()
    assert bench.said == ["sink down: HTTP 401; check the token", "sink up again"]
    assert bench.drain.trouble == ""


async def test_a_damaged_batch_is_set_aside_whole():
    """Bytes that are no batch are kept raw, its lines booked as damaged, and the next batch goes."""
    sink = Told(LinesRejected("unexpected EOF"))
    bench = Bench(sink)
    bench.add([], body=b"no gzip", count=7)
    bench.add(good(2))
    await bench.run_dry()
    assert bench.quarantined() == {b"no gzip"}
    balance = bench.balance()
    assert (balance.damaged, balance.settled, balance.expired) == (7, 2, 0)


async def test_a_sink_that_vouches_for_the_rest_is_not_asked_again():
    """Named lines of a sink that has stored the others cost one request."""
    sink = Told(LinesRejected("conflict", {1: "conflict"}, rest_written=True))
    bench = Bench(sink)
    lines = good(3)
    bench.add(lines)
    await bench.run_dry()
    assert len(sink.bodies) == 1
    assert bench.quarantined() == {lines[1]}
    assert bench.balance().settled == 2


async def test_numbers_outside_the_batch_condemn_nothing():
    """A sink that names lines that are not there is treated as one that names none."""
    sink = Told(LinesRejected("odd", {7: "x", -1: "y"}))
    bench = Bench(sink)
    bench.add(good(2))
    await bench.run_dry()
    assert bench.quarantined() == set()
    assert bench.balance().settled == 2


async def test_a_doomed_half_is_asked_line_by_line_in_the_end():
    """A half that is not asked about as a whole blames no line that was not refused alone."""
    sink = Told(LinesRejected("passing fault"))
    bench = Bench(sink)
    bench.add(good(8))
    await bench.run_dry()
    assert bench.quarantined() == set()
    assert bench.balance().settled == 8


async def test_a_full_spool_gives_up_what_can_be_fetched_again():
    """While the sink is down the spool keeps within its bound, and says what it dropped."""
    sink = Told(*[SinkUnavailable("down")] * 50)
    bench = Bench(sink, max_bytes=1_000)
    for n in range(20):
        bench.add(good(30, f"b{n}"))
    await bench.drain.step()
    assert bench.state.spool.stats().bytes <= 1_000
    assert sum(given.lines for given in bench.given_up) == bench.balance().given_up > 0


async def test_live_lines_overtake_the_search_for_a_bad_one(over):
    """While history is taken apart, what lands live goes next."""
    bench, database = await over(databases.v2)
    lines = good(64, "past")
    lines[40] = b"m,k=conflict f=1.0 7"
    bench.add(lines, lane=Lane.HISTORY)
    await bench.drain.step()
    bench.add(good(1, "now"))
    await bench.drain.step()
    assert good(1, "now")[0] in database.stored
    await bench.run_dry()
    assert bench.quarantined() == {lines[40]}


async def test_a_dead_address_is_waited_for():
    """Nobody listening is a reason to wait, said once and without credentials."""
    sink = InfluxDB2(
        VirtualClock(START), url="http://127.0.0.1:9", org="o", bucket="b", token="t0ken", timeout_s=5
    )
    bench = Bench(sink)
    bench.add(good(1))
    moment = await bench.drain.step()
    assert not math.isnan(moment)
    assert bench.said == ["sink down: no connection to 127.0.0.1:9: Connection refused"]
    await sink.close()
