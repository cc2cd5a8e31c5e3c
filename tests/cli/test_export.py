from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
import time

import pytest

from collector.lineprotocol import parse
from collector.packing import pack
from collector.report.counting import Counting
from collector.report.exporting import iso_ns
from collector.sinks.sqlite import SqliteStore

T0 = 1_700_000_100
LINES = [
    b'pv_meter,device_id=13,plant_id=NE\\=1 active_power_kw=0.5,note="a \\"b\\", c" %d' % (T0 * 10**9),
    b"pv_plant,plant_id=NE\\=1 day_yield_kwh=1.5 %d" % (T0 * 10**9),
    b"pv_plant,plant_id=NE\\=1 day_yield_kwh=2.5,total_yield_kwh=9.0 %d" % ((T0 + 300) * 10**9),
    b"pv_string,device_id=11,plant_id=NE\\=1,string=01 current_a=3.25 %d" % (T0 * 10**9),
    b"pv_string,device_id=12,plant_id=NE\\=1,string=01 current_a=4.25 %d" % (T0 * 10**9 + 1),
]


@pytest.fixture
def stored(state_dir):
    """A store with five points."""
    write(state_dir, LINES)
    return state_dir


def write(state_dir, lines):
    async def store():
        sink = SqliteStore(state_dir / "store.db")
        await sink.write(pack(lines), len(lines))
        await sink.close()

    asyncio.run(store())


def test_line_protocol_comes_out_as_it_went_in(run, config, stored):
    """Every point is one line with its stamp in nanoseconds, and can be read again."""
    outcome = run("export", "--config", config)
    assert outcome.code == 0
    assert [parse(line.encode()) for line in outcome.out.splitlines()] == [parse(line) for line in LINES]


def test_csv_has_one_header_and_one_row_a_point(run, config, stored):
    """All tags and fields of the points are columns; what a point does not carry stays empty."""
    rows = list(csv.DictReader(io.StringIO(run("export", "--config", config, "--format", "csv").out)))
    assert len(rows) == len(LINES)
    assert (rows[0]["active_power_kw"], rows[0]["note"], rows[0]["day_yield_kwh"]) == ("0.5", 'a "b", c', "")
    assert (rows[1]["time"], rows[1]["plant_id"]) == ("2023-11-14T22:15:00Z", "NE=1")
    assert rows[4]["time"] == "2023-11-14T22:15:00.000000001Z"


def test_json_is_one_object_a_line(run, config, stored):
    """Each line is a whole JSON document with time, measurement, tags and fields."""
    rows = [
        json.loads(line) for line in run("export", "--config", config, "--format", "json").out.splitlines()
    ]
    assert rows[2] == {
        "time": "2023-11-14T22:20:00Z",
        "measurement": "pv_plant",
        "tags": {"plant_id": "NE=1"},
        "fields": {"day_yield_kwh": 2.5, "total_yield_kwh": 9.0},
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--measurement", "pv_plant"], [1, 2]),
        (["--measurement", "pv_meter", "--measurement", "pv_string"], [0, 3, 4]),
        (["--device", "11"], [3]),
        (["--device", "13", "--device", "12"], [0, 4]),
        (["--from", "2023-11-14T22:20"], [2]),
        (["--from", "2023-11-14T23:20+01:00"], [2]),
        (["--to", "2023-11-14T22:15:00Z"], []),
        (["--to", "2023-11-14T22:15:00.000001"], [0, 1, 3, 4]),
        (["--from", "2023-11-15"], []),
    ],
)
def test_choices(run, config, stored, arguments, expected):
    """Measurement, device and time choose: begin included, end not, without an offset in UTC."""
    outcome = run("export", "--config", config, *arguments)
    assert [parse(x.encode()) for x in outcome.out.splitlines()] == [parse(LINES[i]) for i in expected]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--from", "yesterday"], "--from: 'yesterday'"),
        (["--to", "2023-13-01"], "--to: '2023-13-01'"),
        (["--from", "2024-01-01", "--to", "2023-01-01"], "--to: is not after"),
    ],
)
def test_a_moment_that_cannot_be_read(run, config, arguments, named):
    """A moment that is none is wrong use, told with the option."""
    outcome = run("export", "--config", config, *arguments)
    assert outcome.code == 2
    assert named in outcome.err


def test_count_tells_how_full_the_last_day_is(run, config, state_dir):
    """Of each device: points, and how many of the day's 288 slots hold one; strings of one device share its slots."""
    now = int(time.time()) // 300 * 300
    write(
        state_dir,
        [
            b"pv_string,device_id=11,string=%02d current_a=1.0 %d" % (n, (now - 300 * k) * 10**9)
            for n in (1, 2)
            for k in range(1, 145)
        ]
        + [b"pv_plant_day,plant_id=NE\\=1 yield_kwh=1.0 %d" % (T0 * 10**9)],
    )
    rows = json.loads(run("export", "--config", config, "--count", "--json").out)["counts"]
    assert rows == [
        {"measurement": "pv_plant_day", "id": "NE=1", "points": 1, "slots_24h": None, "share_24h": None},
        {"measurement": "pv_string", "id": "11", "points": 288, "slots_24h": 144, "share_24h": 0.5},
    ]
    assert "50.0%" in run("export", "--config", config, "--count").out


def test_the_days_slots_are_288(config):
    """The slot that is still running does not count, nor does the one before the first of the day."""
    counting = Counting(10**6 * 300 * 10**9 + 17)
    for slot in range(10**6 - 290, 10**6 + 1):
        counting.add(parse(b"pv_plant,plant_id=1 a=1.0 %d" % (slot * 300 * 10**9)))
    (row,) = counting.rows()
    assert (row["points"], row["slots_24h"], row["share_24h"]) == (291, 288, 1.0)


def test_nothing_stored_prints_nothing(run, config):
    """Without a store there is nothing to print, and that is no fault."""
    assert run("export", "--config", config).out == ""


def test_a_reader_that_has_seen_enough_is_no_fault(config, state_dir):
    """`export | head` ends with 0 and says nothing on standard error."""
    write(state_dir, [b"pv_plant,plant_id=1 a=%d.0 %d" % (n, n * 300 * 10**9) for n in range(5_000)])
    command = [sys.executable, "-m", "collector", "export", "--config", str(config)]
    read, end = os.pipe()
    with subprocess.Popen(command, stdout=end, stderr=subprocess.PIPE) as process:
        os.close(end)
        os.read(read, 100)
        os.close(read)
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_moment_before_1970_has_its_decimals():
    """Nanoseconds are kept, also before the epoch."""
    assert iso_ns(-1) == "1969-12-31T23:59:59.999999999Z"
    assert iso_ns(1_500_000_000) == "1970-01-01T00:00:01.5Z"
