"""Everything that the first start prepares, for either kind of database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import logs
from collector.errors import ConfigurationError
from collector.settings.addresses import sink_address
from collector.settings.problems import SettingProblem
from collector.settings.secret import read_secret
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
        username: User (1.x); "" for none.
        password_file: Its password (1.x); None for the file among the secrets.
    """

    kind: str
    url: str
    org: str
    bucket: str
    database: str
    retention_s: int
    patience_s: float
    username: str = ""
    password_file: Path | None = None


async def prepare(database: Database, folder: Path, tell: Callable[[str], None]) -> None:
    """Prepare the database and Grafana's password; run again it changes nothing.

    Raises:
        ConfigurationError: A setting or an existing database stands in the way.
        SinkError: The database cannot be reached, or refuses.
    """
    if database.kind not in {"influxdb2", "influxdb1"}:
        raise ConfigurationError(
            "sink.kind", f"{database.kind} needs no setup", "Set influxdb2 or influxdb1."
        )
    url = _address(database.url)
    files = SecretFiles(folder)
    for name in names.ALL:
        logs.hide(files.read(name))
    if database.kind == "influxdb2":
        async with Rest(url) as rest:
            wanted = influxdb2.Wanted(
                database.org, database.bucket, database.retention_s, database.patience_s
            )
            await influxdb2.set_up(rest, files, wanted, tell)
    else:
        password = _password(database, files)
        async with Rest(url, database.username, password) as rest:
            await influxdb1.set_up(rest, database.database, database.retention_s, database.patience_s, tell)
        _stand_ins(files, f"{database.username}:{password}" if database.username else "")
    files.made(names.GRAFANA_PASSWORD)
    tell(f"ready: secrets are in {folder}; read Grafana's password with: setup show grafana")


def _address(text: str) -> str:
    try:
        return sink_address(text, allow_http=True)
    except SettingProblem as problem:
        raise ConfigurationError("sink.url", problem.problem, problem.mend) from None


def _password(database: Database, files: SecretFiles) -> str:
    """Return the password of a 1.x user.

    Raises:
        ConfigurationError: There is a user, but no password.
    """
    if not database.username:
        return ""
    if database.password_file is None:
        password = files.read(names.DATABASE_PASSWORD)
    else:
        try:
            password = read_secret(database.password_file)
        except SettingProblem as problem:
            raise ConfigurationError("sink.password_file", problem.problem, problem.mend) from None
    if not password:
        raise ConfigurationError(
            "sink.password",
            f"is missing beside the user {database.username}",
            f"Give it with `setup take {names.DATABASE_PASSWORD}`.",
        )
    logs.hide(password)
    return password


def _stand_ins(files: SecretFiles, credentials: str) -> None:
    """Write the token files that Grafana and the collector are pointed at: a 1.x knows no tokens.

    From 1.8 on, it takes ``user:password`` in a token's place; without users it ignores whatever is sent.
    """
    for name in (names.WRITE_TOKEN, names.READ_TOKEN):
        if credentials and files.read(name) != credentials:
            files.write(name, credentials)
        files.made(name)
