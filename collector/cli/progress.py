"""How far a long command is: one line on standard error, where a person looks at it and nothing else writes there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

EVERY = 20_000


class Progress:
    """Counts steps aloud; silent where standard error is no terminal, or standard output is one too.

    Args:
        what: What is counted, in words.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._count = 0
        self._shown = False
        self._aloud = sys.stderr.isatty() and not sys.stdout.isatty()

    def step(self) -> None:
        """Count one."""
        self._count += 1
        if self._aloud and self._count % EVERY == 0:
            self._show()

    def _show(self) -> None:
        self._shown = True
        sys.stderr.write(f"\r{self._count:,} {self._what}".replace(",", " "))
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._show()
            sys.stderr.write("\n")
