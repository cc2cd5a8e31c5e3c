"""One suite over all sinks: the embedded store means what InfluxDB means."""

from __future__ import annotations

import pytest
from servers.shim import Shim

from collector import lineprotocol
from collector.clock import VirtualClock
from collector.errors import LinesRejected
from collector.packing import pack
from collector.sinks.influxdb1 import InfluxDB1
from collector.sinks.influxdb2 import InfluxDB2
from collector.sinks.sqlite import SqliteStore

NOON = 1_764_000_000_000_000_000
EVER = (-(2**62), 2**62)
TAGS = (("device_id", "100"), ("plant_id", "NE=1"))


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("influxdb1", marks=pytest.mark.influxd),
        pytest.param("influxdb2 over 1.x", marks=pytest.mark.influxd),
        pytest.param("influxdb2", marks=pytest.mark.influx2),
    ]
)
async def sink(request, tmp_path):
    clock, shim = VirtualClock(0.0), None
    if request.param == "sqlite":
        made = SqliteStore(tmp_path / "store.db")
    elif request.param == "influxdb2":
        made = InfluxDB2(clock, **request.getfixturevalue("influx2"))
    else:
        url, database = request.getfixturevalue("influxd"), request.getfixturevalue("influx_database")()
        if request.param == "influxdb1":
            made = InfluxDB1(clock, url=url, database=database)
        else:
            shim = Shim(url, "t0ken")
            made = InfluxDB2(clock, url=await shim.start(), org="home", bucket=database, token="t0ken")
    yield made
    await made.close()
    if shim:
        await shim.stop()


def point(fields, *, tags=TAGS, at=NOON, measurement="pv_inverter"):
    return lineprotocol.line(measurement, tags, list(fields.items()), at)


async def write(sink, *lines):
    await sink.write(pack(lines), len(lines))


async def stored(sink, begin=EVER[0], end=EVER[1], measurements=None):
    return [lineprotocol.parse(line) async for line in sink.points(begin, end, measurements)]


async def test_written_twice_is_stored_once(sink):
    """Writing a batch again changes nothing."""
    lines = [point({"p": float(n)}, at=NOON + n) for n in range(50)]
    await write(sink, *lines)
    once = await stored(sink)
    await write(sink, *lines)
    assert await stored(sink) == once == [lineprotocol.parse(line) for line in lines]


async def test_fields_of_one_identity_merge(sink):
    """Two lines of the same measurement, tags and time become one point with the fields of both."""
    await write(sink, point({"p": 1.0, "state": "on"}))
    await write(sink, point({"u": 400.0}))
    assert [p.fields for p in await stored(sink)] == [{"p": 1.0, "state": "on", "u": 400.0}]


async def test_the_last_value_wins(sink):
    """A field written again has the later value, between batches and inside one."""
    await write(sink, point({"p": 1.0}), point({"p": 2.0}))
    assert [p.fields for p in await stored(sink)] == [{"p": 2.0}]
    await write(sink, point({"p": 3.0}))
    assert [p.fields for p in await stored(sink)] == [{"p": 3.0}]


async def test_the_order_of_tags_is_no_identity(sink):
    """Tags are a set."""
    await write(sink, b"m,a=1,b=2 p=1.0 5", b"m,b=2,a=1 u=2.0 5")
    assert [p.fields for p in await stored(sink)] == [{"p": 1.0, "u": 2.0}]


async def test_different_tags_or_times_are_different_points(sink):
    """Measurement, each tag and each nanosecond tell points apart."""
    lines = [
        point({"p": 1.0}),
        point({"p": 2.0}, at=NOON + 1),
        point({"p": 3.0}, tags=(("device_id", "101"), ("plant_id", "NE=1"))),
        point({"p": 4.0}, measurement="pv_meter"),
    ]
    await write(sink, *lines)
    assert sorted(p.fields["p"] for p in await stored(sink)) == [1.0, 2.0, 3.0, 4.0]


async def test_a_conflict_of_types_costs_only_its_line(sink):
    """A text where numbers are refuses its own line, all of it, and no other."""
    await write(sink, point({"p": 1.0}))
    bad = point({"u": 1.0, "p": "high"}, at=NOON + 1)
    with pytest.raises(LinesRejected) as refused:
        await write(sink, point({"p": 2.0}, at=NOON + 2), bad, point({"p": 3.0}, at=NOON + 3))
    assert not refused.value.expired
    assert set(refused.value.rejected) <= {1}
    assert "conflict" in str(refused.value)
    assert [p.fields["p"] for p in await stored(sink)] == [1.0, 2.0, 3.0]


async def test_a_batch_of_conflicts_only_names_every_line(sink):
    """Where all lines are refused each is named, so that no bisection follows."""
    await write(sink, point({"p": 1.0}))
    with pytest.raises(LinesRejected) as refused:
        await write(sink, *(point({"p": "x"}, at=NOON + n) for n in range(3)))
    assert set(refused.value.rejected) == {0, 1, 2}


async def test_a_malformed_line_is_named(sink):
    """A line that is none is named by its number, with a reason."""
    lines = [point({"p": 1.0}), b"pv_inverter,device_id=100 p= 7", point({"p": 2.0}, at=NOON + 1)]
    with pytest.raises(LinesRejected) as refused:
        await write(sink, *lines)
    assert list(refused.value.rejected) == [1]
    assert refused.value.rejected[1]


@pytest.mark.parametrize(
    "text",
    [
        'say "hello"',
        "back\\slash, comma and = sign",
        "two\nlines\r\nor three",
        "Überstrom ⚡ 光伏 \N{PILE OF POO}",
        " leading and trailing ",
        "tab\there 'quoted'",
        "",
    ],
)
async def test_texts_round_trip(sink, text):
    """Any text comes back as it was written, as a field and, unless empty, as a tag."""
    tags = (("plant_id", text),) if text else TAGS
    await write(sink, point({"name": text}, tags=tags))
    (found,) = await stored(sink)
    assert found.fields == {"name": text}
    assert found.tags == tags


@pytest.mark.parametrize(
    "number", [0.0, -0.0, 1.0, 0.1, 1e16, 123_456_789_012.5, 1.7976931348623157e308, 5e-324, -2.5e-7]
)
async def test_numbers_round_trip(sink, number):
    """Every finite float comes back as the same float."""
    await write(sink, point({"p": number}))
    (found,) = await stored(sink)
    assert found.fields == {"p": number}


async def test_reading_is_bounded_by_time_and_measurement(sink):
    """The end is not included, and only the measurements asked for come."""
    await write(
        sink, *(point({"p": float(n)}, at=NOON + n) for n in range(4)), point({"p": 9.0}, measurement="m,x y")
    )
    assert [p.fields["p"] for p in await stored(sink, NOON + 1, NOON + 3)] == [1.0, 2.0]
    assert [p.fields["p"] for p in await stored(sink, measurements={"m,x y"})] == [9.0]
    assert await stored(sink, measurements=set()) == []


async def test_thousands_of_points_come_back(sink):
    """Reading goes on past the first chunk, in the order of time."""
    await write(sink, *(point({"p": float(n)}, at=NOON + n) for n in range(2_500)))
    assert [p.fields["p"] for p in await stored(sink)] == [float(n) for n in range(2_500)]


async def test_probing_says_where_writes_go_and_writes_nothing(sink):
    """A probe tries, in words without credentials."""
    words = await sink.probe()
    assert "takes writes" in words
    assert "t0ken" not in words
    assert await stored(sink) == []
