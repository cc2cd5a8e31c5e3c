"""All settings of the collector."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from collector.settings.accounts import Account, AccountName, PlantSettings  # noqa: TC001  pydantic reads annotations
from collector.settings.problems import PREFIX, Part, SettingProblem
from collector.settings.sink import SinkSettings, Spool


def _as_text(key: Any) -> Any:
    return str(key) if isinstance(key, int) and not isinstance(key, bool) else key


PlantId = Annotated[str, BeforeValidator(_as_text)]  # YAML reads an id of digits as a number


class Web(Part):
    """Health, metrics and status over HTTP."""

    host: str = Field(default="127.0.0.1", examples=["0.0.0.0"])  # noqa: S104  an example for containers
    """Address to listen at; 0.0.0.0 for all."""
    port: int | None = Field(default=None, ge=1, le=65535, examples=[8080])
    """Port to listen at; without it, nothing listens."""


class Log(Part):
    """What is logged."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level that is logged."""
    format: Literal["console", "json"] = "console"
    """`console` for people, `json` for machines."""


class Timeouts(Part):
    """How long the collector waits."""

    vendor_s: float = Field(default=60, gt=0)
    """For a whole call to a vendor. [s]"""
    sink_s: float = Field(default=30, gt=0)
    """For a whole write to the sink. [s]"""
    drain_s: float = Field(default=10, ge=0)
    """For the spool to empty when the collector is stopped. [s]"""


class Settings(BaseSettings):
    """Everything a user can set. Made by `load`; made directly, it reads no file and no environment."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        nested_model_default_partial_update=False,
        title="Settings of solar-collector",
    )

    accounts: dict[AccountName, Account] = Field(default_factory=dict)
    """Accounts to read, by a name of your choice (small letters, digits, underscores)."""
    plants: dict[PlantId, PlantSettings] = Field(default_factory=dict)
    """What you know about single plants, by plant id."""
    sink: SinkSettings = Field(default_factory=SinkSettings)
    """Where readings are written."""
    spool: Spool = Field(default_factory=Spool)
    """What waits for the sink."""
    state_dir: Path = Path("state")
    """Folder of everything the collector must remember; back it up."""
    web: Web = Field(default_factory=Web)
    """Health, metrics and status over HTTP."""
    log: Log = Field(default_factory=Log)
    """What is logged."""
    timeouts: Timeouts = Field(default_factory=Timeouts)
    """How long the collector waits."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  pydantic-settings names the arguments
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing but the arguments; `load` merges the other sources before."""
        return (init_settings,)

    @field_validator("accounts")
    @classmethod
    def _one_session_each(cls, accounts: dict[str, Account]) -> dict[str, Account]:
        """Refuse the same user twice: the vendor keeps one session a user, and two would end each other."""
        seen: dict[tuple[str, str], str] = {}
        for name, account in accounts.items():
            first = seen.setdefault((account.base_url.lower(), account.username), name)
            if first != name:
                raise SettingProblem(
                    f"is the same user as accounts.{first}, and the vendor keeps one session a user",
                    "Remove one of the two.",
                    name,
                )
        return accounts

    @property
    def store_path(self) -> Path:
        """The file of the embedded store."""
        return self.sink.path or self.state_dir / "store.db"

    def secrets(self) -> list[str]:
        """Return every secret value, for redaction."""
        held = [self.sink.secrets(), *(account.secrets() for account in self.accounts.values())]
        return [secret for secrets in held for secret in secrets]
