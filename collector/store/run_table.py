"""The past of each member as runs of like periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.coverage import Runs, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from collector.store.database import Database

STATES = {state.value: state for state in State}


class RunTable:
    """The durable side of runs; what they mean is decided elsewhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, account: str) -> dict[str, dict[str, Runs]]:
        """Return the runs of the account by level and member."""
        found: dict[str, dict[str, Runs]] = {}
        for level, member, first, last, state in self._database.rows(
            "SELECT level, member, first, last, state FROM run WHERE account = ? ORDER BY level, member, first",
            (account,),
        ):
            if state in STATES:
                found.setdefault(level, {}).setdefault(member, Runs()).mark(first, last, STATES[state])
        return found

    def put(self, account: str, level: str, runs: Iterable[tuple[str, Runs]]) -> None:
        """Keep the runs of members in the place of those kept before."""
        changed = list(runs)
        with self._database.joined():
            self.forget(account, level, [member for member, _ in changed])
            self._database.many(
                "INSERT INTO run (account, level, member, first, last, state) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (account, level, member, first, last, state.value)
                    for member, one in changed
                    for first, last, state in one
                ],
            )

    def forget(self, account: str, level: str, members: Collection[str]) -> None:
        """Forget the past of these members: it counts as missing again."""
        self._database.many(
            "DELETE FROM run WHERE account = ? AND level = ? AND member = ?",
            [(account, level, member) for member in members],
        )
