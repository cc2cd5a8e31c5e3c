"""The command ``setup`` as a container runs it."""

from __future__ import annotations

import asyncio
import io
import os
import pty
import stat
import sys
import threading

import pytest
from servers.influx2 import Influx2

from collector.cli import boundary
from collector.errors import ConfigurationError
from collector.setup.secret_files import SecretFiles


@pytest.fixture
def served():
    """The address of a pretended InfluxDB 2.x that answers while the command runs its own loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = Influx2()
    url = asyncio.run_coroutine_threadsafe(server.start(), loop).result()
    yield url
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def run(capsys, monkeypatch, folder):
    """Runs the command with an environment; returns exit code and all that it printed."""

    def call(*arguments, **environ):
        for name, value in {"SOLAR_SETUP_FOLDER": str(folder), **environ}.items():
            monkeypatch.setenv(name, value)
        code = boundary(["setup", *arguments])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return call


def test_by_environment(run, served, kept):
    """As compose runs it: address and folder by environment, exit 0 twice, the same files, no secret printed."""
    code, first = run(SOLAR_SINK__URL=served, SOLAR_SINK__KIND="influxdb2", SOLAR_SINK__PASSWORD_FILE="")
    files = kept()
    again, second = run()
    assert (code, again) == (0, 0)
    assert kept() == files
    assert not any(secret in first + second for secret in files.values())
    assert "setup show grafana" in second


def test_exit_codes(run, served, folder):
    """Exit 2 with one line that names the token's file beside someone else's InfluxDB; 1 where nobody answers."""
    assert run(SOLAR_SINK__URL=served)[0] == 0
    (folder / "influxdb_admin_token").unlink()
    (folder / "collector_token").unlink()
    code, words = run()
    assert code == 2
    assert words.count("\n") == 1
    assert f"{folder}/influxdb_admin_token" in words
    code, words = run("--wait", "0", "--url", "http://127.0.0.1:9")
    assert code == 1
    assert "no database at http://127.0.0.1:9" in words


def test_show_on_a_terminal_only(run, folder):
    """A password is printed on a terminal, and nowhere else."""
    SecretFiles(folder).write("grafana_password", "the-password")
    code, words = run("show", "grafana")
    assert code == 2
    assert "the-password" not in words
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", terminal)
        assert boundary(["setup", "show", "grafana"]) == 0
        terminal.flush()
        assert b"user admin, password the-password" in os.read(master, 1000)
        patch.setattr(sys, "stdout", terminal)
        assert boundary(["setup", "show", "influxdb"]) == 2
    os.close(master)


@pytest.mark.parametrize("name", ["nobody", "collector_token", "../grafana_password"])
def test_show_knows_two_passwords(run, name):
    """Only passwords that people use are shown."""
    code, words = run("show", name)
    assert code == 2
    assert "Name grafana or influxdb" in words


def test_take(run, folder, monkeypatch):
    """A secret of one's own is read from standard input and kept like the others, unprinted."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("a-token-of-mine==\n"))
    code, words = run("take", "influxdb_admin_token")
    file = folder / "influxdb_admin_token"
    assert (code, file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (0, "a-token-of-mine==", 0o440)
    assert "a-token" not in words


@pytest.mark.parametrize(
    ("name", "given"), [("grafana_password", "x\n"), ("../x", "x\n"), ("grafana_token", "\n")]
)
def test_take_refuses(run, folder, monkeypatch, name, given):
    """Nothing else is taken, and never nothing."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    assert run("take", name)[0] == 2
    assert not folder.exists()


def test_secret_files(folder):
    """A secret is made once, of characters that no shell or template expands, and replaced whole."""
    files = SecretFiles(folder)
    first = files.made("one")
    assert files.made("one") == first
    assert len(first) >= 43
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    (folder / ".one.new").write_text("left by a crash")
    files.write("one", "two")
    assert [file.name for file in folder.iterdir()] == ["one"]
    assert files.read("one") == "two"
    assert files.read("absent") == ""


def test_folder_that_cannot_be_used(tmp_path):
    """A folder that cannot be made or written is a setting, told with its mend."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be made"):
        SecretFiles(tmp_path / "file" / "below")
    files = SecretFiles(tmp_path / "folder")
    (tmp_path / "folder" / "secret").mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        files.read("secret")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        files.write("secret", "x")
