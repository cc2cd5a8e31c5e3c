"""InfluxDB 1.x: one database, with a retention where one is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    if database in await _databases(rest):
        # It may be in use, with a retention policy that someone chose.
        tell(f"database {database} is there")
        return
    policy = f' WITH DURATION {retention_s}s REPLICATION 1 NAME "autogen"' if retention_s else ""
    await _query(rest, f"CREATE DATABASE {_quoted(database)}{policy}")
    tell(f"database {database} made")


async def _databases(rest: Rest) -> list[str]:
    """Return the names of the databases that there are."""
    content = await _query(rest, "SHOW DATABASES")
    return [
        str(row[0])
        for result in content.get("results") or []
        for series in result.get("series") or []
        for row in series.get("values") or []
    ]


async def _query(rest: Rest, text: str) -> dict[str, Any]:
    content: dict[str, Any] = await rest.want("POST", "/query", query={"q": text})
    for result in content.get("results") or []:
        if result.get("error"):
            raise SinkMisconfigured(f"{text} was refused: {result['error']}")
    return content


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
