from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from collector.errors import ConfigurationError, StateError, StateFull, StateHeldError
from collector.model import Lane
from collector.quota import Lesson
from collector.store import Session, SpoolBatch, StateFile, schema
from collector.store.state import NAME


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _batch(body: bytes = b"x") -> SpoolBatch:
    return SpoolBatch("home", "i", Lane.LIVE, 1.0, 1, 0, 0, body)


def test_nobody_else_may_read_the_state(state_dir):
    """The directory is made 0700, and the file and its log are 0600, whatever the umask."""
    before = os.umask(0)
    try:
        with StateFile.open(state_dir) as state:
            state.ledger.spend("home", "login", 1.0)
            names = [NAME, f"{NAME}-wal", f"{NAME}-shm", "use.lock", "run.lock"]
            assert _mode(state_dir) == 0o700
            assert {name: _mode(state_dir / name) for name in names if (state_dir / name).exists()} == {
                name: 0o600 for name in names if name != "run.lock"
            }
    finally:
        os.umask(before)


def test_a_file_that_others_could_read_is_closed_to_them(state_dir):
    """A state file copied back with mode 0644 is 0600 after the opening."""
    StateFile.open(state_dir).close()
    (state_dir / NAME).chmod(0o644)
    StateFile.open(state_dir).close()
    assert _mode(state_dir / NAME) == 0o600


def test_commits_reach_the_disk(state):
    """The file keeps a write-ahead log and syncs it at every commit."""
    assert state._database.rows("PRAGMA journal_mode") == [("wal",)]
    assert state._database.rows("PRAGMA synchronous") == [(2,)]
    assert state._database.rows("PRAGMA busy_timeout") == [(5000,)]


def test_a_second_run_is_refused_and_commands_are_not(state_dir):
    """While one `run` holds the file another is refused, short commands are not, and its end frees it."""
    with StateFile.open(state_dir, hold=True):
        with pytest.raises(StateHeldError, match="state_dir"):
            StateFile.open(state_dir, hold=True)
        StateFile.open(state_dir).close()
        with pytest.raises(StateHeldError):
            StateFile.open(state_dir, hold=True)
    StateFile.open(state_dir, hold=True).close()


def test_a_run_that_dies_holds_nothing(state_dir):
    """A `run` killed without any clean-up does not keep the next one out."""
    code = f"""
import os
from pathlib import Path
from collector.store import StateFile
state = StateFile.open(Path({str(state_dir)!r}), hold=True)
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    StateFile.open(state_dir, hold=True).close()


def test_an_unusable_directory_is_named_with_the_mend(tmp_path):
    """Where the state cannot be written the error names the setting, the directory and what to do."""
    (tmp_path / "file").write_text("")
    for state_dir in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/self/state")):
        with pytest.raises(ConfigurationError, match=f"state_dir: {state_dir}.* Name a directory") as caught:
            StateFile.open(state_dir)
        assert caught.value.setting == "state_dir"
        assert not isinstance(caught.value, StateHeldError)


def test_a_newer_programs_file_is_refused_untouched(state_dir):
    """A file of a later version stops the program with a word about state_dir, and is not changed."""
    StateFile.open(state_dir).close()
    with sqlite3.connect(state_dir / NAME) as newer:
        newer.execute("PRAGMA user_version = 99")
        newer.execute("UPDATE meta SET value = '99' WHERE name = 'version'")
    newer.close()
    before = (state_dir / NAME).read_bytes()
    with pytest.raises(ConfigurationError, match="state_dir: its state file has version 99"):
        StateFile.open(state_dir, hold=True)
    assert (state_dir / NAME).read_bytes() == before
    assert not list(state_dir.glob("*damaged*"))


def test_an_older_file_is_brought_forward(state_dir, monkeypatch):
    """A file of the last version gets the next version's tables and keeps its rows."""
    with StateFile.open(state_dir) as state:
        state.ledger.spend("home", "login", 1.0)
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, "CREATE TABLE later (id INTEGER) STRICT;\n"))
    monkeypatch.setattr(schema.upgrade, "__defaults__", (schema.STEPS,))
    with StateFile.open(state_dir, hold=True) as state:
        assert not state.salvaged
        assert state.ledger.last_id("home", "login") == 1
        assert state._database.rows("PRAGMA user_version") == [(len(schema.STEPS),)]
        assert state._database.rows("SELECT * FROM later") == []


def test_a_failed_step_leaves_the_old_version(state_dir):
    """A migration that fails half-way changes nothing."""
    StateFile.open(state_dir).close()
    steps = (*schema.STEPS, "CREATE TABLE later (id INTEGER) STRICT;\nCREATE TABLE meta (id INTEGER);\n")
    connection = sqlite3.connect(state_dir / NAME, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        schema.upgrade(connection, steps)
    connection.close()
    with StateFile.open(state_dir) as state:
        assert state._database.rows("PRAGMA user_version") == [(len(schema.STEPS),)]
        assert state._database.rows("SELECT 1 FROM sqlite_schema WHERE name = 'later'") == []


def test_a_transaction_keeps_all_or_nothing(state):
    """What a transaction wrote over several parts is gone when it ends in an error."""
    with pytest.raises(ZeroDivisionError), state.transaction():  # noqa: PT012  the block is the transaction
        state.spool.append(_batch())
        state.ledger.spend("home", "i", 1.0)
        raise ZeroDivisionError
    assert state.spool.stats().batches == 0
    assert state.spool.balance().landed == 0
    assert state.ledger.last_id("home", "i") == 0
    with state.transaction():
        state.spool.append(_batch())
        state.ledger.spend("home", "i", 1.0)
    assert state.spool.stats().batches == 1
    assert state.ledger.last_id("home", "i") > 0


def test_a_method_that_fails_inside_a_transaction_leaves_no_half(state):
    """A caller may catch a method's error and commit the rest: of the method itself nothing is kept."""
    with state.transaction():
        first = state.spool.append(_batch())
        with pytest.raises(ValueError, match="cannot become"):
            state.spool.split(first, [_batch(), _batch()])
        state.ledger.spend("home", "i", 1.0)
    assert state.spool.stats().batches == 1
    assert state.ledger.last_id("home", "i") > 0


def test_transactions_do_not_nest(state):
    """A transaction inside a transaction is a defect and says so; the outer one still works."""
    with state.transaction():
        state.spool.append(_batch())
        with pytest.raises(RuntimeError, match="open already"), state.transaction():
            pass
    assert state.spool.stats().batches == 1


def test_a_full_disk_harms_nothing_and_heals(state):
    """A full disk is a typed error that keeps nothing of the transaction; with room again all works."""
    state.ledger.spend("home", "i", 1.0)
    pages = state._database.rows("PRAGMA page_count")[0][0]
    state._database.rows(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StateFull), state.transaction():  # noqa: PT012  the block is the transaction
        state.ledger.spend("home", "i", 2.0)
        state.spool.append(_batch(os.urandom(100_000)))
    with pytest.raises(StateFull):
        state.spool.append(_batch(os.urandom(100_000)))
    assert len(state.ledger.recent("home", "i", 0.0)) == 1
    assert state.spool.balance().missing == 0
    assert state.spool.stats().batches == 0
    state._database.rows("PRAGMA max_page_count = 1000000")
    state.spool.append(_batch(os.urandom(100_000)))
    assert state.spool.stats().batches == 1


def test_nothing_is_committed_after_a_swallowed_full_disk(state):
    """Where SQLite itself has rolled back, the rest of the transaction cannot slip in on its own."""
    with pytest.raises(StateError, match="rolled back"), state.transaction():  # noqa: PT012  the block is the transaction
        state._database.connection.execute("ROLLBACK")
        state.ledger.spend("home", "i", 1.0)
    assert state.ledger.last_id("home", "i") == 0


def test_another_process_write_is_noticed_once(state_dir, state):
    """`changed_elsewhere` is true once after another opening wrote, never after one's own writes."""
    with StateFile.open(state_dir) as other:
        assert not state.changed_elsewhere()
        state.ledger.spend("home", "i", 1.0)
        assert not state.changed_elsewhere()
        other.ledger.spend("home", "i", 2.0)
        assert state.changed_elsewhere()
        assert not state.changed_elsewhere()


def test_memory_needs_no_directory():
    """The form in memory has the same parts and transactions."""
    with StateFile.in_memory() as state:
        with state.transaction():
            state.spool.append(_batch())
        assert state.spool.stats().batches == 1
        assert not state.changed_elsewhere()
        assert not state.salvaged


def test_a_jump_of_the_clock_moves_every_age(state):
    """Spends, lessons, sessions and next tries move together; what means "none" stays none."""
    state.ledger.answered(state.ledger.spend("home", "i", 100.0), 101.0, refused=False)
    state.ledger.spend("home", "i", 102.0)
    state.ledger.set_lesson("home", "i", Lesson(blocked_until=200.0, refused_at=90.0))
    state.ledger.set_lesson("home", "j", Lesson())
    state.sessions.put("home", Session("t", 50.0, 60.0))
    first, second = state.spool.append(_batch()), state.spool.append(_batch())
    state.spool.postpone(first, 300.0, "down")
    state.shift(3600.0)
    assert [(s.sent, s.answered) for s in state.ledger.recent("home", "i", 0.0)] == [
        (3700.0, 3701.0),
        (3702.0, None),
    ]
    assert state.ledger.lesson("home", "i") == Lesson(blocked_until=3800.0, refused_at=3690.0)
    assert state.ledger.lesson("home", "j") == Lesson()
    session = state.sessions.get("home")
    assert session is not None
    assert (session.since, session.used) == (3650.0, 3660.0)
    assert state.spool.due_at() == 3900.0
    state.spool.settle(first)
    assert state.spool.due_at() == 0.0
    state.spool.settle(second)


def test_nothing_waits_for_a_future_that_the_clock_has_lost(state):
    """After the clock was set back, spends count as made now, lessons start now and batches are tried."""
    state.ledger.answered(state.ledger.spend("home", "i", 1000.0), 1001.0, refused=True)
    state.ledger.spend("home", "j", 5.0)
    state.ledger.set_lesson("home", "i", Lesson(blocked_until=1100.0, refused_at=1001.0))
    state.spool.postpone(state.spool.append(_batch()), 1050.0, "down")
    state.rebase(10.0)
    assert [(s.sent, s.answered) for s in state.ledger.recent("home", "i", 0.0)] == [(9.0, 10.0)]
    assert [s.sent for s in state.ledger.recent("home", "j", 0.0)] == [5.0]
    assert state.ledger.lesson("home", "i") == Lesson(blocked_until=109.0, refused_at=10.0)
    assert state.spool.due_at() == 0.0


def test_room_is_given_back(state, state_dir):
    """After the spool has drained, tidying makes the file small again."""
    ids = [state.spool.append(_batch(os.urandom(200_000))) for _ in range(10)]
    state._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    full = (state_dir / NAME).stat().st_size
    for batch_id in ids:
        state.spool.settle(batch_id)
    state.tidy(1e9)
    state._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (state_dir / NAME).stat().st_size < full - 1_900_000


def test_a_second_close_does_nothing(state_dir):
    """Closing twice is no error."""
    state = StateFile.open(state_dir, hold=True)
    state.close()
    state.close()
