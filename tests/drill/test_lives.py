from __future__ import annotations

import pytest

from collector.drill.day import day
from collector.drill.fast import fast
from collector.drill.secrets import secrets
from collector.drill.stop import stop
from collector.drill.twice import twice


@pytest.mark.usefixtures("faketime", "real_influx")
async def test_hours_of_a_real_run_go_by_without_a_refusal(tmp_path, kept):
    """The driver by the wall clock, 300 times as fast: no refusal, slots filled, SIGTERM drains and ends with 0."""
    kept(await fast(tmp_path / "stage", seconds=10.0))


@pytest.mark.usefixtures("faketime", "real_influx")
async def test_sigterm_ends_in_time_whatever_hangs(tmp_path, kept):
    """While calls hang and the database is dead or mute a `run` ends with 0 within drain_s + 2 s and loses nothing."""
    kept(await stop(tmp_path / "stage", drain_s=1.0))


async def test_a_second_run_is_refused(tmp_path, kept):
    """On a state directory in use `run` ends with 2 and one clear line; the first one is not disturbed."""
    kept(await twice(tmp_path / "stage"))


@pytest.mark.usefixtures("faketime")
async def test_secrets_stand_nowhere_else(tmp_path, kept):
    """Passwords and tokens stand in no log, export, error, journal or table but the state file's session."""
    kept(await secrets(tmp_path / "stage"))


@pytest.mark.usefixtures("real_influx")
async def test_a_day_in_influxdb_is_the_day_that_was_served(tmp_path, kept):
    """Counts and values in a real InfluxDB are those of the simulator, and writing the day again changes no point."""
    kept(await day(tmp_path / "stage", plants=1))
