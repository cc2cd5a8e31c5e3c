from __future__ import annotations

import pytest

from collector.drill import faults
from collector.drill.disk import disk
from collector.drill.leaks import judge_secrets
from collector.drill.report import Report
from collector.drill.stage import PASSWORD, Stage
from collector.errors import ConfigurationError


@pytest.mark.usefixtures("faketime")
async def test_a_wrong_password_is_not_tried_again_for_half_an_hour(tmp_path, kept):
    """A refused login is told in one line and repeated after 30 minutes at the earliest, over kills and restarts too."""
    kept(await faults.password(tmp_path / "stage"))


@pytest.mark.usefixtures("faketime")
async def test_one_long_life_keeps_the_half_hour(tmp_path, kept):
    """The driver itself comes back to a refused login after 30 minutes, and tells it once."""
    kept(await faults.restless(tmp_path / "stage", seconds=7.0))


async def test_a_wrong_address_is_told_once(tmp_path, kept):
    """A refused port, an unknown name, and TLS spoken to a plain port each give one line; `run` stays up."""
    kept(await faults.addresses(tmp_path / "stage"))


async def test_an_unknown_key_ends_run_with_two(tmp_path, kept):
    """A key that does not exist gives exit code 2 and one line that names it."""
    kept(await faults.settings(tmp_path / "stage"))


@pytest.mark.usefixtures("real_influx")
async def test_a_wrong_database_is_told_once_and_lines_are_kept(tmp_path, kept):
    """An unreachable server and a database that does not exist each give one line; all lines wait in the spool."""
    kept(await faults.databases(tmp_path / "stage"))


@pytest.mark.usefixtures("faketime")
async def test_a_sick_cloud_is_left_in_peace_until_it_recovers(tmp_path, kept):
    """403, web pages and resets: `run` stays up, calls less, tells it once, and recovers by itself."""
    kept(await faults.vendor(tmp_path / "stage", ill_s=1.5))


@pytest.mark.usefixtures("faketime")
async def test_a_silent_cloud_is_given_up_in_time(tmp_path, kept):
    """Where calls hang `run` stays up, gives them up, tells it once, and recovers by itself."""
    kept(await faults.silence(tmp_path / "stage"))


@pytest.mark.usefixtures("faketime", "real_influx")
async def test_a_full_disk_is_told_once_and_survived(tmp_path, kept):
    """On a full disk nothing new is fetched, one line says so, and with room again all goes on; nothing is lost."""
    try:
        report = await disk(tmp_path / "stage")
    except ConfigurationError as missing:
        if "mounted" not in str(missing):
            raise
        pytest.skip(str(missing))
    kept(report)


@pytest.mark.parametrize("leak", [PASSWORD, "Kw7%22gq%21x9%20%26p%C3%A4ss%27word", "Kw7\\\"gq!x9 &päss'word"])
async def test_a_leak_is_seen(tmp_path, leak):
    """A password in a log is found, plain, as part of an address and inside of JSON."""
    report = Report("leaks")
    async with Stage.open(tmp_path / "stage", real=False) as stage:
        stage.state_dir.mkdir()
        (stage.folder / "log" / "run.log").write_text(f"said: {leak}.", encoding="utf-8")
        await judge_secrets(stage, report)
    assert len(report.broken) == 1
    assert "log/run.log" in report.broken[0]
