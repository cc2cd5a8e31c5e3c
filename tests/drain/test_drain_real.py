"""The whole way from the spool into databases that are real."""

from __future__ import annotations

import pytest
from servers.shim import Shim

from collector.clock import VirtualClock
from collector.drain import Drain
from collector.model import Lane
from collector.packing import pack
from collector.sinks.influxdb1 import InfluxDB1
from collector.sinks.influxdb2 import InfluxDB2
from collector.sinks.sqlite import SqliteStore
from collector.store import SpoolBatch, StateFile

NOW = 1_764_000_000.0
BASE = int(NOW) * 10**9


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("influxdb1", marks=pytest.mark.influxd),
        pytest.param("influxdb2 over 1.x", marks=pytest.mark.influxd),
        pytest.param("influxdb2", marks=pytest.mark.influx2),
    ]
)
async def sink(request, tmp_path):
    clock, shim = VirtualClock(NOW), None
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


async def test_5000_lines_with_faults_arrive_but_for_the_faulty(sink):
    """Everything good is read back from the database, everything bad stands in the quarantine, nothing is missing."""
    lines = [b"pv_inverter,device_id=%d p=%d.5 %d" % (n % 7, n, BASE + n) for n in range(5_000)]
    lines[1_000] = b'pv_inverter,device_id=1 p="text" %d' % (BASE + 1_000)
    lines[3_333] = b"pv_inverter,device_id=1 p= %d" % (BASE + 3_333)
    lines[4_999] = b"pv_inverter,device_id=1 p=1.5,p"
    bad = {lines[n] for n in (1_000, 3_333, 4_999)}
    state, clock = StateFile.in_memory(), VirtualClock(NOW)
    state.spool.append(
        SpoolBatch("home", "getDevRealKpi", Lane.LIVE, NOW, 5_000, BASE, BASE + 4_999, pack(lines))
    )
    drain = Drain(state, sink, clock, max_bytes=2**31, on_change=pytest.fail)
    while (moment := await drain.step()) is not None:
        clock.advance_to(moment)
    found = {line async for line in sink.points(0, 2**62)}
    assert found == set(lines) - bad
    assert {rejected.line for rejected in state.quarantine.list()} == bad
    assert drain.requests <= 30
    balance = state.spool.balance()
    assert (balance.settled, balance.quarantined, balance.missing) == (4_997, 3, 0)
    state.close()
