"""Who may use the state file: one `run`, and any number of short commands beside it."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from collector.errors import StateHeldError

if TYPE_CHECKING:
    from pathlib import Path


class Locks:
    """Locks of one opening; the system takes them back when the process dies.

    ``run.lock`` is held by the one `run`. ``use.lock`` is shared by all that have the file open, so that
    nobody puts a damaged file aside under another's hands. ``open.lock`` lets one opening begin when the
    other is done.
    """

    def __init__(self, state_dir: Path, *, hold: bool) -> None:
        """Take the locks.

        Args:
            state_dir: The state directory; it exists.
            hold: Whether this is the one `run`.

        Raises:
            StateHeldError: Another `run` has the file.
            OSError: The directory cannot be written.
        """
        self._run = self._use = self._opening = -1
        self._path = state_dir / "run.lock"
        try:
            self._use = _opened(state_dir / "use.lock")
            self._opening = _opened(state_dir / "open.lock")
            fcntl.flock(self._opening, fcntl.LOCK_EX)
            if hold:
                self._take_run()
            fcntl.flock(self._use, fcntl.LOCK_SH)
        except BlockingIOError as error:
            self.release()
            raise StateHeldError(
                "state_dir",
                f"another solar-collector already runs on {state_dir}",
                "Stop it, or give this one a state_dir of its own",
            ) from error
        except BaseException:
            self.release()
            raise

    def alone(self) -> None:
        """Keep everybody else out from now on, until `share`.

        Raises:
            StateHeldError: Somebody else has the file open.
        """
        try:
            if self._run < 0:
                self._take_run()
            fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateHeldError(
                "state_dir",
                "its state file is damaged, and another solar-collector has it open",
                "End the other one, then start again: what is readable will be saved",
            ) from error

    def share(self, *, hold: bool) -> None:
        """The file is open now: let others open it too; a `run` keeps its own lock."""
        fcntl.flock(self._use, fcntl.LOCK_SH)
        if not hold and self._run >= 0:
            os.close(self._run)
            self._run = -1
        os.close(self._opening)
        self._opening = -1

    def release(self) -> None:
        """Give everything back; a second time does nothing."""
        for descriptor in (self._use, self._run, self._opening):
            if descriptor >= 0:
                os.close(descriptor)
        self._use = self._run = self._opening = -1

    def _take_run(self) -> None:
        descriptor = _opened(self._path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(descriptor)
            raise
        self._run = descriptor


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
