"""The embedded store beside what all sinks share: its file, its faults, its speed."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from collector import lineprotocol
from collector.errors import LinesRejected, SinkMisconfigured, SinkUnavailable
from collector.packing import pack
from collector.sinks.sqlite import SqliteStore

NOON = 1_764_000_000_000_000_000
GOOD = [b"m,k=a f=1.0 1", b"m,k=a f=2.0 2"]


@pytest.fixture
async def store(tmp_path):
    made = SqliteStore(tmp_path / "state" / "store.db")
    yield made
    await made.close()


async def write(store, *lines):
    await store.write(pack(lines), len(lines))


async def stored(store):
    return [line async for line in store.points(-(2**62), 2**62)]


def many(count, fields=8):
    return [
        lineprotocol.line(
            "pv_inverter",
            [("vendor", "fusionsolar"), ("plant_id", "NE=33554435"), ("device_id", str(n % 20))],
            [(f"field_{i}_kw", n + i / 8) for i in range(fields)],
            NOON + n // 20 * 300_000_000_000,
        )
        for n in range(count)
    ]


async def test_nothing_is_made_before_the_first_write(store, tmp_path):
    """Reading an absent store gives nothing and makes nothing."""
    assert await stored(store) == []
    assert not (tmp_path / "state").exists()


async def test_the_file_is_its_owners_only(store, tmp_path):
    """Readings are nobody else's business."""
    await write(store, *GOOD)
    for file in (tmp_path / "state").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


async def test_good_lines_are_stored_beside_named_bad_ones(store):
    """A refused batch leaves nothing to send again: the rest is vouched for."""
    await write(store, b"m,k=a f=1.0 1")
    with pytest.raises(LinesRejected) as refused:
        await write(
            store,
            b"m,k=a f=2.0 2",
            b'm,k=a f="x" 3',
            b"nonsense",
            b"m,k=a f=4.0 99999999999999999999",
            b"m f=5.0 5",
        )
    assert refused.value.rest_written
    assert set(refused.value.rejected) == {1, 2, 3}
    assert {line[-1:] for line in await stored(store)} == {b"1", b"2", b"5"}


async def test_a_refused_line_fixes_no_type(store):
    """The types of a line that is refused for one field are not taken over for its others."""
    await write(store, b"m f=1.0 1")
    with pytest.raises(LinesRejected):
        await write(store, b'm g="text",f="x" 2')
    await write(store, b"m g=1.0 3")
    assert await stored(store) == [b"m f=1.0 1", b"m g=1.0 3"]


async def test_types_outlive_the_process(store, tmp_path):
    """A type fixed by one opening binds the next."""
    await write(store, b"m f=1.0 1")
    await store.close()
    again = SqliteStore(tmp_path / "state" / "store.db")
    with pytest.raises(LinesRejected, match="conflict"):
        await write(again, b'm f="x" 2')
    await again.close()


async def test_two_writers_agree(store, tmp_path):
    """What another process wrote, types and series, is seen before the next batch."""
    other = SqliteStore(tmp_path / "state" / "store.db")
    await write(store, b"m f=1.0 1")
    await write(other, b"m f=2.0 2", b"n,k=a g=1.0 1")
    with pytest.raises(LinesRejected):
        await write(store, b'n,k=a g="x" 2')
    await write(store, b"n,k=a g=2.0 1")
    assert await stored(other) == [b"m f=1.0 1", b"m f=2.0 2", b"n,k=a g=2.0 1"]
    await other.close()


async def test_another_process_reads_while_one_writes(store, tmp_path):
    """A reader neither waits for a writer nor stops it."""
    await write(store, *GOOD)
    query = "SELECT count(*) FROM point JOIN series ON id = series WHERE fields ->> 'f' > 0 AND tags ->> 'k' = 'a'"
    code = f"import sqlite3, sys; print(sqlite3.connect(sys.argv[1], timeout=0).execute({query!r}).fetchone()[0])"
    reader = sqlite3.connect(tmp_path / "state" / "store.db", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM point").fetchone() == (2,)
    await write(store, b"m,k=a f=3.0 3")
    assert reader.execute("SELECT count(*) FROM point").fetchone() == (2,)
    reader.close()
    seen = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", code, str(tmp_path / "state" / "store.db")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "3"


async def test_a_damaged_batch_is_refused_unnamed(store):
    """Bytes that are no batch name no line: whoever holds them finds the fault."""
    with pytest.raises(LinesRejected) as refused:
        await store.write(b"no gzip", 7)
    assert refused.value.rejected == {}


@pytest.mark.parametrize("content", [b"x" * 20_000, b"SQLite format 3\0" + b"\xff" * 20_000])
async def test_a_damaged_file_says_what_to_do(tmp_path, content):
    """A file that SQLite cannot read is never overwritten; the message says how to go on."""
    path = tmp_path / "store.db"
    path.write_bytes(content)
    store = SqliteStore(path)
    for attempt in (write(store, *GOOD), store.probe(), stored(store)):
        with pytest.raises(SinkMisconfigured, match=r"store\.db is damaged.*move the file away"):
            await attempt
    assert path.read_bytes() == content


async def test_a_full_disk_heals(store):
    """A batch refused for want of space is stored once there is space, and nothing of it before."""
    await write(store, *GOOD)
    with store._lock:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
    lines = many(2_000)
    with pytest.raises(SinkUnavailable, match="disk is full"):
        await write(store, *lines)
    assert len(await stored(store)) == 2
    await write(store, *lines)
    assert len(await stored(store)) == 2_002


async def test_a_newer_file_is_left_alone(store, tmp_path):
    """A file of a later version is not written to."""
    await write(store, *GOOD)
    await store.close()
    with sqlite3.connect(tmp_path / "state" / "store.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SinkMisconfigured, match="newer version"):
        await write(store, *GOOD)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_directory_without_rights_is_told(tmp_path):
    """The message names the setting."""
    tmp_path.chmod(0o500)
    with pytest.raises(SinkMisconfigured, match=r"sink\.path"):
        await SqliteStore(tmp_path / "store.db").probe()


async def test_a_held_file_is_tried_again_later(store, tmp_path, monkeypatch):
    """Another process in the middle of a transaction is no reason to lose anything."""
    await write(store, *GOOD)
    store._connection.execute("PRAGMA busy_timeout = 0")
    holder = sqlite3.connect(tmp_path / "state" / "store.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(SinkUnavailable, match="another process"):
        await write(store, b"m f=9.0 9")
    holder.close()
    await write(store, b"m f=9.0 9")


async def test_a_large_batch_does_not_hold_the_loop(store):
    """While 5000 lines are stored, other tasks go on taking their turns."""
    turns = 0

    async def tick():
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    ticker = asyncio.create_task(tick())
    await store.write(pack(many(5_000)), 5_000)
    ticker.cancel()
    assert turns > 20
