"""Where readings are written, and how much may wait for it."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  pydantic reads annotations
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import ByteSize, Field, SecretStr, StringConstraints, model_validator

from collector.settings.addresses import sink_address
from collector.settings.problems import Part, SettingProblem
from collector.settings.secret import HoldsSecrets

if TYPE_CHECKING:
    from typing import Self

Name = Annotated[str, StringConstraints(min_length=1)]


class SinkSettings(HoldsSecrets):
    """The database."""

    held: ClassVar[tuple[str, ...]] = ("token", "password")

    kind: Literal["sqlite", "influxdb2", "influxdb1"] = "sqlite"
    """`sqlite`: a file of its own; `influxdb2`: InfluxDB 2.x, 3.x; `influxdb1`: InfluxDB 1.x."""
    path: Path | None = Field(default=None, examples=["state/store.db"])
    """sqlite: the file; without it, store.db in `state_dir`."""
    url: str = Field(default="", examples=["http://influxdb:8086"])
    """influxdb: the address of the server; a path before the interface is kept."""
    org: str = Field(default="", examples=["home"])
    """influxdb2: the organisation; InfluxDB 3 takes any word."""
    bucket: Name = "solar"
    """influxdb2: the bucket; InfluxDB 3: the database."""
    token: SecretStr = Field(default=SecretStr(""), examples=["written here, or better in a file"])
    """influxdb2: a token that may write to the bucket."""
    token_file: Path | None = Field(default=None, examples=["/run/secrets/influxdb_token"])
    """File that holds the token, in place of `token`."""
    database: Name = "solar"
    """influxdb1: the database."""
    retention_policy: str = Field(default="", examples=["autogen"])
    """influxdb1: the retention policy; empty: the database's default."""
    username: str = Field(default="", examples=["collector"])
    """influxdb1: user name; empty: none is sent."""
    password: SecretStr = Field(default=SecretStr(""), examples=["written here, or better in a file"])
    """influxdb1: its password."""
    password_file: Path | None = Field(default=None, examples=["/run/secrets/influxdb_password"])
    """File that holds the password, in place of `password`."""
    allow_http: bool = False
    """Allow plain http to a public name; loopback, single-label names and private addresses need no leave."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.kind == "sqlite":
            if self.url:
                raise SettingProblem(
                    "is sqlite, but sink.url names a server",
                    "Set influxdb2 or influxdb1, or remove sink.url.",
                    "kind",
                )
            return self
        if not self.url:
            raise SettingProblem(
                "is missing", f"Set the server's address, like http://influxdb:8086, for {self.kind}.", "url"
            )
        try:
            address = sink_address(self.url, allow_http=self.allow_http)
        except SettingProblem as problem:
            raise SettingProblem(problem.problem, problem.mend, "url") from None
        self.__dict__["url"] = address  # frozen for its users; normalised once, here
        if self.kind == "influxdb2":
            self.require_secret("token")
            if not self.org:
                raise SettingProblem("is missing", "Set the organisation; InfluxDB 3 takes any word.", "org")
        elif self.username:
            self.require_secret("password")
        elif self.password.get_secret_value():
            raise SettingProblem("is missing beside sink.password", "Set the user name.", "username")
        return self


class Spool(Part):
    """What waits for the sink."""

    max_bytes: ByteSize = Field(default=ByteSize(2 * 1024**3), ge=16 * 1024**2, examples=["2GiB"])
    """Most that may wait on disk; when full, what can be fetched again is given up first."""
