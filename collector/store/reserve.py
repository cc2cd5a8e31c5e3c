"""Room kept on the disk for the one thing that must still work when it is full: emptying the spool."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 8 * 2**20
"""Twice what SQLite's log grows to before its pages go into the file. [B]"""


class Reserve:
    """A file of zeros beside the state file, whose room only the emptying of the spool may use.

    While it is missing, or after the disk was once full, nothing new is begun until there is room again:
    a call whose answer could not be kept would be a call wasted.
    """

    def __init__(self, directory: Path | None, *, keep: bool) -> None:
        """Describe the reserve.

        Args:
            directory: Where the state file is; without one there is always room.
            keep: Whether a reserve is kept; otherwise only the room of the disk counts.
        """
        self._directory = directory
        self._path = directory / "reserve" if directory is not None and keep else None
        self._held = self._path is None or (self._path.exists() and self._path.stat().st_size >= SIZE)
        self.doubtful = False

    @property
    def ample(self) -> bool:
        """True where nothing speaks against something new."""
        return self._held and not self.doubtful

    def fill(self) -> bool:
        """Take the room, where it is not taken yet, and look for as much again; False where the disk is full.

        Raises:
            OSError: The directory cannot be written.
        """
        if self._directory is None:
            self.doubtful = False
            return True
        if self._path is not None and not self._held:
            self._held = _taken(self._path)
        disk = os.statvfs(self._directory)
        self.doubtful = disk.f_bavail * disk.f_frsize < SIZE
        return self.ample

    def release(self) -> bool:
        """Give the room back to the disk; False where there was none to give."""
        if self._path is None or not self._held:
            return False
        self._path.unlink(missing_ok=True)
        self._held = False
        return True


def _taken(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, SIZE)
    except OSError as error:
        os.ftruncate(descriptor, 0)
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        return False
    finally:
        os.close(descriptor)
    return True
