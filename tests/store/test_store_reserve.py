from __future__ import annotations

import errno
import os
import shutil
import subprocess

import pytest

from collector.errors import StateFull
from collector.model import Lane
from collector.store import SpoolBatch, StateFile, reserve

BATCH = SpoolBatch("home", "i", Lane.LIVE, 1.0, 5, 1, 2, os.urandom(50_000))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 24 MiB of its own."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def _fill(state):
    with pytest.raises(StateFull):  # noqa: PT012  until it is full
        while True:
            state.spool.append(BATCH)


def _drain(state):
    while batch := state.spool.oldest():
        assert state.spool.settle(batch.id)


def test_a_full_disk_is_drained_and_then_used_again(small_disk):
    """Full to the last byte: no call is spent, the spool still empties, then calls are spent again; so on."""
    state = StateFile.open(small_disk / "state", hold=True)
    state.ledger.spend("home", "i", 1.0)
    for _ in range(2):
        _fill(state)
        with pytest.raises(StateFull):
            state.ledger.spend("home", "i", 1.0)
        assert state.spool.stats().batches > 100
        _drain(state)
        state.ledger.spend("home", "i", 1.0)
        assert state.spool.balance().missing == 0
    _fill(state)
    pending = state.spool.stats().batches
    state.close()
    with StateFile.open(small_disk / "state", hold=True) as state:
        assert not state.salvaged
        assert state.spool.stats().batches == pending
        _drain(state)
        assert len(state.ledger.recent("home", "i", 0.0)) == 3
        state.spool.append(BATCH)


@pytest.mark.parametrize("left", [100_000, 0])
def test_a_first_start_on_a_full_disk_leaves_nothing_damaged(small_disk, left):
    """A state file that could not even be made is a first start again once there is room."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(24 * 2**20 - left))
    with pytest.raises(StateFull):
        StateFile.open(small_disk / "state", hold=True)
    ballast.unlink()
    with StateFile.open(small_disk / "state", hold=True) as state:
        assert not state.salvaged


def test_nothing_new_begins_without_the_reserve(state_dir, monkeypatch):
    """Where the reserve cannot be had no call is spent and nothing lands; with room both work at once."""
    with StateFile.open(state_dir, hold=True) as state:
        with monkeypatch.context() as patched:
            patched.setattr(reserve.os, "posix_fallocate", _no_room)
            with pytest.raises(StateFull, match="until there is room"):
                state.ledger.spend("home", "i", 1.0)
            with pytest.raises(StateFull):
                state.spool.append(BATCH)
            with pytest.raises(StateFull), state.transaction():
                state.spool.append(BATCH)
        state.ledger.spend("home", "i", 1.0)
        state.spool.append(BATCH)
        assert (state_dir / "reserve").stat().st_size == reserve.SIZE


def test_the_reserve_is_for_the_run_only(state_dir):
    """A short command beside the `run` keeps no reserve and needs none."""
    with StateFile.open(state_dir) as state:
        state.ledger.spend("home", "i", 1.0)
    assert not (state_dir / "reserve").exists()


def _no_room(descriptor, begin, length):
    raise OSError(errno.ENOSPC, "No space left on device")
