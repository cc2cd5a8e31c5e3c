"""Settings: what a user may set, read from file, environment and secret files, and checked before anything starts."""

from __future__ import annotations

from collector.settings.accounts import Account, Limits, PlantSettings
from collector.settings.loading import DEFAULT_PATH, find, load
from collector.settings.root import Log, Settings, Timeouts, Web
from collector.settings.sink import SinkSettings, Spool

__all__ = [
    "DEFAULT_PATH",
    "Account",
    "Limits",
    "Log",
    "PlantSettings",
    "Settings",
    "SinkSettings",
    "Spool",
    "Timeouts",
    "Web",
    "find",
    "load",
]
