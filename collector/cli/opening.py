"""The state file and the accounts for the short commands, which may stand beside a live `run`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collector.clock import Clock
    from collector.settings import Settings
    from collector.step import Account
    from collector.store import StateFile


@contextmanager
def known(settings: Settings, clock: Clock) -> Iterator[tuple[StateFile, dict[str, Account]]]:
    """Open what is known so far; where nothing ever ran, an empty state that leaves no trace.

    Raises:
        ConfigurationError: The state directory cannot be used.
        StateError: The file cannot be read.
    """
    from collector.app import accounts_of
    from collector.step.loss import rest_after_loss
    from collector.store import StateFile
    from collector.store.state import NAME

    exists = (settings.state_dir / NAME).exists()
    state = StateFile.open(settings.state_dir) if exists else StateFile.in_memory()
    with state:
        accounts = accounts_of(settings, state, clock)
        if state.salvage is not None:
            rest_after_loss(accounts.values(), clock.now())
        yield state, accounts
