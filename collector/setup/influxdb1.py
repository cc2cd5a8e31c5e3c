"""InfluxDB 1.x: one database, and a retention policy where one is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.errors import SinkMisconfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.setup.rest import Rest


async def set_up(
    rest: Rest, database: str, retention_s: int, patience_s: float, tell: Callable[[str], None]
) -> None:
    """Make the database where it is missing; run again it changes nothing.

    Raises:
        SinkError: The server cannot be reached, or refuses.
    """
    await rest.wait("/ping", patience_s, tell)
    await _query(rest, f"CREATE DATABASE {_quoted(database)}")
    if retention_s:
        policy = f'"kept" ON {_quoted(database)} DURATION {retention_s}s REPLICATION 1 DEFAULT'
        await _query(rest, f"CREATE RETENTION POLICY {policy}")
    tell(f"database {database} is there")


async def _query(rest: Rest, text: str) -> None:
    content = await rest.want("POST", "/query", query={"q": text})
    for result in content.get("results") or []:
        if result.get("error"):
            raise SinkMisconfigured(f"{text.split(' ON ', maxsplit=1)[0]} was refused: {result['error']}")


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
