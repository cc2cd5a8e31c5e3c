from __future__ import annotations

import gzip
import random
import sqlite3
from pathlib import Path

import pytest

from collector.errors import ConfigurationError, StateDamaged, StateHeldError
from collector.model import Lane
from collector.quota import Lesson
from collector.store import Rejected, Session, SpoolBatch, StateFile
from collector.store.state import NAME

BATCHES = 30
SPENDS = 150


def _fill(state):
    for n in range(BATCHES):
        body = gzip.compress(random.Random(n).randbytes(3000))
        lane = Lane.LIVE if n % 2 else Lane.HISTORY
        state.spool.append(SpoolBatch("home", "i", lane, float(n), 10, 1, 2, body))
    with state.transaction():
        for n in range(SPENDS):
            state.ledger.answered(state.ledger.spend("home", "i", float(n)), n + 1.0, refused=False)
    state.ledger.set_lesson("home", "i", Lesson(2.0))
    state.sessions.put("home", Session("token", 1.0, 2.0, fixed=True))
    state.facts.put("home", "denied", "plant", "because", 1.0)
    state.quarantine.add(Rejected(b"m v=x 5", "no float", "influxdb", 1.0, 2.0, "home"))


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    state_dir = tmp_path_factory.mktemp("good")
    with StateFile.open(state_dir) as state:
        _fill(state)
    return (state_dir / NAME).read_bytes()


def _saved(state):
    bodies = 0
    while batch := state.spool.oldest():
        assert gzip.decompress(batch.body)
        bodies += 1
        state.spool.settle(batch.id)
    balance = state.spool.balance()
    assert balance.missing == 0
    assert balance.settled == 10 * bodies
    return bodies, state.ledger.used("home", "i", 0.0)[0]


def _damaged(good, kind, rng):
    if kind == "cut":
        return good[: rng.randrange(len(good))]
    content = bytearray(good)
    if kind == "hole":
        page = rng.randrange(len(good) // 4096) * 4096
        content[page : page + 4096] = rng.randbytes(4096)
    else:
        place = rng.randrange(100 if kind == "header" else len(good))
        content[place] ^= 1 << rng.randrange(8)
    return bytes(content)


def _without_page_of(content, words):
    begin = content.index(words) // 4096 * 4096
    return content[:begin] + b"\xff" * 4096 + content[begin + 4096 :]


@pytest.mark.parametrize("kind", ["flip", "header", "cut", "hole"])
def test_any_damage_is_survived_and_counted(tmp_path, good, kind):
    """A bit turned, the header hit, the end cut off, a page overwritten: it opens, and every line has a fate."""
    rng = random.Random(kind)
    for number in range(40):
        state_dir = tmp_path / str(number)
        state_dir.mkdir()
        content = _damaged(good, kind, rng)
        (state_dir / NAME).write_bytes(content)
        with StateFile.open(state_dir, hold=True) as state:
            before = state.spool.balance().damaged
            bodies, spends = _saved(state)
            if state.salvage:
                # What could not be saved is counted at once, not found out one by one.
                assert state.spool.balance().damaged == before == state.salvage.lost_lines
            assert state.salvaged == bool(list(state_dir.glob("*.damaged-1")))
            if kind in ("flip", "header"):
                # One page at most is lost: no more than one batch, and one page of spends or of places.
                assert bodies >= BATCHES - 1 or spends == SPENDS
            if not state.salvaged:
                assert bodies >= BATCHES - 1
            state.ledger.spend("home", "i", 1.0)
        with StateFile.open(state_dir, hold=True) as state:
            state.heed_salvage()


def test_the_damaged_file_is_put_aside_whole_and_everything_readable_saved(tmp_path, good):
    """With one damaged index everything is saved, the old file is kept, and the waiting is asked for until heeded."""
    (tmp_path / NAME).write_bytes(good)
    with sqlite3.connect(tmp_path / NAME) as broken:
        broken.execute("PRAGMA writable_schema = ON")
        broken.execute("UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'spend_of'")
    broken.close()
    content = (tmp_path / NAME).read_bytes()
    with StateFile.open(tmp_path, hold=True) as state:
        assert state.salvage is not None
        assert state.salvage.put_aside.read_bytes() == content
        assert state.salvage.rows["spend"] == SPENDS
        assert state.salvage.lost_lines == 0
        assert state.sessions.get("home") == Session("token", 1.0, 2.0, fixed=True)
        assert state.ledger.lesson("home", "i") == Lesson(2.0)
        assert [fact.value for fact in state.facts.all()] == ["because"]
        assert [rejected.line for rejected in state.quarantine.list()] == [b"m v=x 5"]
        assert _saved(state) == (BATCHES, SPENDS)
    with StateFile.open(tmp_path, hold=True) as state:
        assert state.salvaged
        assert state.salvage is None
        state.heed_salvage()
        assert not state.salvaged
    StateFile.open(tmp_path, hold=True).close()
    assert not (tmp_path / f"{NAME}.damaged-2").exists()


def test_the_order_of_the_spool_is_saved(tmp_path, good):
    """Batches of a salvaged file come in the order in which they were fetched."""
    (tmp_path / NAME).write_bytes(good[:16] + b"\xff" + good[17:])
    with StateFile.open(tmp_path, hold=True) as state:
        assert state.salvaged
        order = []
        while batch := state.spool.oldest():
            order.append(batch.fetched_at)
            state.spool.settle(batch.id)
    live = [float(n) for n in range(BATCHES) if n % 2]
    assert order == live + [float(n) for n in range(BATCHES) if not n % 2]


def test_no_file_at_all_is_a_new_one_but_an_empty_one_was_lost(tmp_path):
    """A missing file is a first start; a file of no length has lost its ledger, and everybody must wait."""
    with StateFile.open(tmp_path / "a", hold=True) as state:
        assert not state.salvaged
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / NAME).touch()
    with StateFile.open(tmp_path / "b", hold=True) as state:
        assert state.salvaged


def test_any_content_is_survived(tmp_path):
    """A file that never was a state file is put aside like a damaged one."""
    for number, content in enumerate((b"\0" * 8192, b"hello", random.Random(1).randbytes(50_000))):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / NAME).write_bytes(content)
        with StateFile.open(tmp_path / str(number), hold=True) as state:
            assert state.salvaged
            assert state.spool.balance().missing == 0


def test_a_second_damage_gets_a_second_name(tmp_path):
    """An earlier damaged file is never overwritten."""
    for number in (1, 2):
        (tmp_path / NAME).write_bytes(b"damaged %d" % number)
        StateFile.open(tmp_path, hold=True).close()
    assert (tmp_path / f"{NAME}.damaged-1").read_bytes() == b"damaged 1"
    assert (tmp_path / f"{NAME}.damaged-2").read_bytes() == b"damaged 2"


def test_what_the_log_holds_is_saved_too(tmp_path):
    """Rows that only the write-ahead log has when the main file is damaged are saved."""
    with StateFile.open(tmp_path / "a") as state:
        state._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        _fill(state)
        content, log = ((tmp_path / "a" / f"{NAME}{tail}").read_bytes() for tail in ("", "-wal"))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / NAME).write_bytes(_without_page_of(content, b"CREATE TABLE spend"))
    (tmp_path / "b" / f"{NAME}-wal").write_bytes(log)
    with StateFile.open(tmp_path / "b", hold=True) as state:
        assert state.salvaged
        assert _saved(state) == (BATCHES, SPENDS)


def test_a_torn_log_costs_only_its_end(tmp_path):
    """A log cut off anywhere opens without salvage and keeps every transaction before the cut."""
    with StateFile.open(tmp_path / "a") as state:
        state._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        _fill(state)
        content, log = ((tmp_path / "a" / f"{NAME}{tail}").read_bytes() for tail in ("", "-wal"))
    before = 0
    for number, length in enumerate(sorted(random.Random(2).sample(range(len(log)), 12))):
        state_dir = tmp_path / f"cut{number}"
        state_dir.mkdir()
        (state_dir / NAME).write_bytes(content)
        (state_dir / f"{NAME}-wal").write_bytes(log[:length])
        with StateFile.open(state_dir, hold=True) as state:
            assert not state.salvaged
            bodies, _ = _saved(state)
        assert bodies >= before
        before = bodies
    assert before > 0


@pytest.mark.parametrize("dies_at", [0, 1, 2, 3])
def test_a_salvage_that_dies_half_way_is_finished(tmp_path, good, monkeypatch, dies_at):
    """Killed at any rename of the swap, the next opening ends with the salvaged rows and the old file aside."""
    (tmp_path / NAME).write_bytes(good[:16] + b"\xff" + good[17:])
    (tmp_path / f"{NAME}-wal").write_bytes(b"")
    renames = 0
    rename = Path.rename

    def dying(self, target):
        nonlocal renames
        if renames == dies_at:
            raise KeyboardInterrupt
        renames += 1
        return rename(self, target)

    monkeypatch.setattr("pathlib.Path.rename", dying)
    with pytest.raises(KeyboardInterrupt):
        StateFile.open(tmp_path, hold=True)
    monkeypatch.undo()
    with StateFile.open(tmp_path, hold=True) as state:
        assert state.salvaged
        assert _saved(state) == (BATCHES, SPENDS)
    assert not (tmp_path / f"{NAME}.ready").exists()
    assert (tmp_path / f"{NAME}.damaged-1").exists()


def test_a_damaged_file_in_other_hands_is_not_touched(tmp_path, good):
    """While another opening uses the file nobody puts it aside; a command beside a `run` says so."""
    (tmp_path / NAME).write_bytes(good)
    with StateFile.open(tmp_path, hold=True):
        inode = (tmp_path / NAME).stat().st_ino
        with (tmp_path / NAME).open("r+b") as file:
            file.write(_without_page_of((tmp_path / NAME).read_bytes(), b"CREATE TABLE spend"))
        with pytest.raises(StateHeldError, match="damaged"):
            StateFile.open(tmp_path)
        assert (tmp_path / NAME).stat().st_ino == inode


def test_damage_found_later_is_named(tmp_path, good):
    """A page that turns out damaged while the file is in use raises an error that says so."""
    (tmp_path / NAME).write_bytes(_without_page_of(good, b"because"))
    with StateFile.open(tmp_path) as state, pytest.raises(StateDamaged):
        state.facts.all()
    with StateFile.open(tmp_path, hold=True) as state:
        assert state.salvaged


def test_a_header_that_claims_a_newer_version_is_damage(tmp_path, good):
    """A version in the header that the content denies does not send the user for a newer program."""
    content = bytearray(good)
    content[60] ^= 1
    (tmp_path / NAME).write_bytes(content)
    try:
        with StateFile.open(tmp_path, hold=True) as state:
            assert _saved(state) == (BATCHES, SPENDS)
    except ConfigurationError as error:  # pragma: no cover  the failure itself
        pytest.fail(str(error))


def test_an_index_that_disagrees_with_its_table_is_damage(tmp_path, good):
    """An index without the rows of its table would hide spends: the file is salvaged, and they count again."""
    (tmp_path / NAME).write_bytes(good)
    spent = "INSERT INTO spend (account, interface, sent) VALUES ('home', 'i', 7.0)"
    for statements in (
        ["UPDATE sqlite_schema SET type = 'x', sql = 'x' || sql WHERE name = 'spend_of'"],
        [spent, "UPDATE sqlite_schema SET type = 'index', sql = substr(sql, 2) WHERE name = 'spend_of'"],
    ):
        connection = sqlite3.connect(tmp_path / NAME, isolation_level=None)
        connection.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            connection.execute(statement)
        connection.close()
    with StateFile.open(tmp_path, hold=True) as state:
        assert state.salvaged
        assert state.ledger.used("home", "i", 0.0)[0] == SPENDS + 1
