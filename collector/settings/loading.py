"""From file and environment to settings that can be used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_settings import SettingsError

from collector.errors import ConfigurationError
from collector.settings.problems import PREFIX, told
from collector.settings.root import Settings
from collector.settings.sources import (
    CONFIG_NAME,
    EXAMPLE,
    Named,
    check_names,
    merged,
    read_file,
    read_secret_files,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PATH = Path("config/collector.yaml")
SECRETS_DIR = Path("/run/secrets")


def find(chosen: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the configuration file: the chosen one, else ``SOLAR_CONFIG``, else the usual one where it exists."""
    if chosen is not None:
        return chosen
    if named := environ.get(CONFIG_NAME):
        return Path(named)
    return DEFAULT_PATH if DEFAULT_PATH.is_file() else None


def load(path: Path | None, environ: Mapping[str, str], *, secrets_dir: Path = SECRETS_DIR) -> Settings:
    """Return settings that can be used.

    Environment before secret files before the configuration file before defaults, merged key by key.

    Args:
        path: The configuration file, or None where the environment says all.
        environ: Names like ``SOLAR_ACCOUNTS__HOME__PASSWORD``; a name ending in ``_FILE`` gives a secret's file.
        secrets_dir: Folder of files named like settings.

    Raises:
        ConfigurationError: Naming the setting and the mend; further problems are its notes.
    """
    content = read_file(path) if path is not None else {}
    check_names(environ, list(Settings.model_fields))
    secrets = read_secret_files(secrets_dir)
    check_names(secrets, list(Settings.model_fields))

    try:
        named = merged(Named(Settings, _settings_only(environ))(), Named(Settings, secrets)())
        settings = Settings(**merged(named, content))
    except ValidationError as error:
        raise told(error, Settings) from None
    except SettingsError:
        raise ConfigurationError(
            "environment",
            f"a {PREFIX} name with a list or mapping is not JSON",
            'Write lists as ["one", "two"].',
        ) from None
    if not settings.accounts:
        raise _no_accounts(path)
    return settings


def _settings_only(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.upper().startswith(PREFIX)}


def _no_accounts(path: Path | None) -> ConfigurationError:
    if path is None:
        return ConfigurationError(
            "accounts", "there is no configuration file", f"Copy {EXAMPLE} to {DEFAULT_PATH} and fill it in."
        )
    return ConfigurationError("accounts", f"{path} names no account", f"Add one, as {EXAMPLE} shows.")
