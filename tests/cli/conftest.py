"""A configuration with secrets, and the command line as a process would run it; nothing is sent anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cli_state import PASSWORD, SECRETS, Outcome, fill

from collector import logs
from collector.cli import boundary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file with one account and the embedded store."""
    file = tmp_path / "collector.yaml"
    file.write_text(
        f"""
accounts:
  home:
    vendor: fusionsolar
    base_url: https://vendor.example
    username: northbound
    password: {PASSWORD}
  roof:
    vendor: fusionsolar
    base_url: https://other.example
    username: northbound
    password: {PASSWORD}
state_dir: {tmp_path / "state"}
"""
    )
    return file


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Outcome]]:
    """Runs the command line as a process would, in a terminal of 80 columns; secrets must never show."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("SOLAR_CONFIG", raising=False)

    def call(*arguments: object) -> Outcome:
        code = boundary([str(a) for a in arguments])
        shown = capsys.readouterr()
        for secret in SECRETS:
            assert secret not in shown.out + shown.err
        return Outcome(code, shown.out, shown.err)

    yield call
    logs.configure("error")


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """Where the state of `config` is kept."""
    return tmp_path / "state"


@pytest.fixture
def filled(state_dir: Path) -> Path:
    """A state as a healthy day leaves it; see `cli_state.fill`."""
    fill(state_dir)
    return state_dir
