"""Secrets as files in one folder, each made once, readable by the owner and the group."""

from __future__ import annotations

import os
import secrets
from pathlib import Path  # noqa: TC003  part of the public signature

from collector.errors import ConfigurationError

MODE = 0o440
ADMIN_PASSWORD = "influxdb_admin_password"  # noqa: S105  a file name
ADMIN_TOKEN = "influxdb_admin_token"  # noqa: S105  a file name
WRITE_TOKEN = "collector_token"  # noqa: S105  a file name
READ_TOKEN = "grafana_token"  # noqa: S105  a file name
GRAFANA_PASSWORD = "grafana_password"  # noqa: S105  a file name
DATABASE_PASSWORD = "influxdb_password"  # noqa: S105  a file name
ALL = (ADMIN_PASSWORD, ADMIN_TOKEN, WRITE_TOKEN, READ_TOKEN, GRAFANA_PASSWORD, DATABASE_PASSWORD)
BROUGHT = (ADMIN_TOKEN, WRITE_TOKEN, READ_TOKEN, DATABASE_PASSWORD)
"""What a user may bring along, where the database is one of their own."""


class SecretFiles:
    """The folder that collector, Grafana and `setup` share.

    Args:
        folder: Made where it does not exist.

    Raises:
        ConfigurationError: It cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise ConfigurationError(
                "--folder",
                f"{folder} cannot be made ({fault.strerror})",
                "Mount a volume that this user may write.",
            ) from fault

    def read(self, name: str) -> str:
        """Return a secret; "" where it was not made yet.

        Raises:
            ConfigurationError: The file cannot be read.
        """
        try:
            return (self.folder / name).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
        except OSError as fault:
            raise ConfigurationError(
                "--folder",
                f"{self.folder / name} cannot be read ({fault.strerror})",
                "Let this user read it.",
            ) from fault

    def write(self, name: str, value: str) -> None:
        """Keep a secret, whole or not at all.

        Raises:
            ConfigurationError: The file cannot be written.
        """
        path = self.folder / name
        fresh = path.with_name(f".{name}.new")
        try:
            fresh.unlink(missing_ok=True)
            with os.fdopen(
                os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w", encoding="utf-8"
            ) as file:
                file.write(value)
                file.flush()
                os.fsync(file.fileno())
            fresh.chmod(MODE)  # whatever the umask took away
            fresh.replace(path)
            _to_disk(self.folder)
        except OSError as fault:
            raise ConfigurationError(
                "--folder",
                f"{path} cannot be written ({fault.strerror})",
                "Mount a volume that this user may write.",
            ) from fault

    def made(self, name: str) -> str:
        """Return a secret, made now where it was not: letters, digits, - and _ only, so that nothing expands it."""
        value = self.read(name)
        if not value:
            value = secrets.token_urlsafe(32)
            self.write(name, value)
        return value


def _to_disk(folder: Path) -> None:
    """Make a renaming in `folder` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
