"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collector.settings import Settings

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="FILE", help="Configuration file [default: config/collector.yaml]."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")]


def settings_of(config: Path | None) -> Settings:
    """Return the settings, with logging set up by them.

    Raises:
        ConfigurationError: They cannot be used.
    """
    import os

    from collector import logs
    from collector.settings import find, load

    settings = load(find(config, os.environ), os.environ)
    logs.configure(settings.log.level, settings.log.format, settings.secrets())
    return settings


def device_counts(words: list[str]) -> dict[int, int]:
    """Return device counts out of words like ``1=20`` or ``inverter=20``.

    Raises:
        ConfigurationError: A word is not of that form.
    """
    from collector.report.fleet_words import fleet

    return dict(fleet(0, words).devices)
