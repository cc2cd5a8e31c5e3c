"""Everything that the first start prepares, for either kind of database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import logs
from collector.errors import ConfigurationError
from collector.setup import influxdb1, influxdb2
from collector.setup import secret_files as names
from collector.setup.rest import Rest
from collector.setup.secret_files import SecretFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Database:
    """The database that shall be prepared.

    Attributes:
        kind: influxdb2 or influxdb1.
        url: Its address.
        org: Organisation (2.x).
        bucket: Bucket (2.x).
        database: Database (1.x).
        retention_s: How long readings are kept; 0 for ever. [s]
        patience_s: How long to wait for the server. [s]
    """

    kind: str
    url: str
    org: str
    bucket: str
    database: str
    retention_s: int
    patience_s: float


async def prepare(database: Database, folder: Path, tell: Callable[[str], None]) -> None:
    """Prepare the database and Grafana's password; run again it changes nothing.

    Raises:
        ConfigurationError: A setting or an existing database stands in the way.
        SinkError: The database cannot be reached, or refuses.
    """
    files = SecretFiles(folder)
    for name in (
        names.ADMIN_PASSWORD,
        names.ADMIN_TOKEN,
        names.WRITE_TOKEN,
        names.READ_TOKEN,
        names.GRAFANA_PASSWORD,
    ):
        logs.hide(files.read(name))
    async with Rest(database.url) as rest:
        if database.kind == "influxdb2":
            wanted = influxdb2.Wanted(
                database.org, database.bucket, database.retention_s, database.patience_s
            )
            await influxdb2.set_up(rest, files, wanted, tell)
        elif database.kind == "influxdb1":
            await influxdb1.set_up(rest, database.database, database.retention_s, database.patience_s, tell)
        else:
            raise ConfigurationError(
                "sink.kind", f"{database.kind} needs no setup", "Set influxdb2 or influxdb1."
            )
    files.made(names.GRAFANA_PASSWORD)
    tell(f"ready: secrets are in {folder}; read Grafana's password with: setup show grafana")
