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
    nobody puts a damaged file aside under another's hands.
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
        self._run = -1
        self._use = os.open(state_dir / "use.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._path = state_dir / "run.lock"
        try:
            if hold:
                self._hold(state_dir)
            fcntl.flock(self._use, fcntl.LOCK_SH)
        except BaseException:
            self.release()
            raise

    def alone(self) -> bool:
        """Keep everybody else out, from now on; False where somebody else has the file open."""
        if self._run < 0 and not self._take_run():
            return False
        try:
            fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self, *, hold: bool) -> None:
        """Let others in again after `alone`; a `run` keeps its own lock."""
        fcntl.flock(self._use, fcntl.LOCK_SH)
        if not hold and self._run >= 0:
            os.close(self._run)
            self._run = -1

    def release(self) -> None:
        """Give everything back; a second time does nothing."""
        for descriptor in (self._use, self._run):
            if descriptor >= 0:
                os.close(descriptor)
        self._use = self._run = -1

    def _hold(self, state_dir: Path) -> None:
        if not self._take_run():
            raise StateHeldError(
                "state_dir",
                f"another solar-collector already runs on {state_dir}",
                "Stop it, or give this one a state_dir of its own",
            )

    def _take_run(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._run = descriptor
        return True
