"""The virtual driver: the same steps as `run`, on a clock that jumps to the next due moment. Bench, long tests, the past of `demo`."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from collector.clock import VirtualClock
    from collector.step import Account

LEAST_S = 0.001  # two steps of one interface never share a moment


class Stepping(Protocol):
    """What is driven: a `Step`, or one that something has been put around."""

    @property
    def account(self) -> Account:
        """The account."""
        ...

    async def run(self, name: str) -> float:
        """Take one step of an interface and return when to take the next. [s since epoch, UTC]"""
        ...


class Virtual:
    """Drives steps through virtual time, one after the other.

    Args:
        clock: Set to each due moment.
        steps: One an account.
        after: Awaited after every step: drains the spool, shows progress.
    """

    def __init__(
        self, clock: VirtualClock, steps: Sequence[Stepping], after: Callable[[], Awaitable[None]]
    ) -> None:
        self._clock = clock
        self._steps = steps
        self._after = after
        self._due: dict[tuple[int, str], float] = {}
        self._heap: list[tuple[float, int, str]] = []

    def wake(self) -> None:
        """Let every interface ask again at the present moment: the inventory changed."""
        now = self._clock.now()
        for index, step in enumerate(self._steps):
            for interface in step.account.interfaces():
                self._set(index, interface.name, min(self._due.get((index, interface.name), now), now))

    async def run_until(self, end: float) -> None:
        """Take every step that is due before `end`, then set the clock to it. [s since epoch, UTC]"""
        self.wake()
        while self._heap and self._heap[0][0] < end:
            moment, index, name = heapq.heappop(self._heap)
            if self._due.get((index, name)) != moment:
                continue
            self._clock.advance_to(moment)
            # Far away until the step has ended, so that a wake within it cannot start a second one.
            self._due[index, name] = float("-inf")
            following = await self._steps[index].run(name)
            self._set(index, name, max(following, moment + LEAST_S))
            await self._after()
        self._clock.advance_to(end)

    def _set(self, index: int, name: str, moment: float) -> None:
        if self._due.get((index, name)) == moment:
            return
        self._due[index, name] = moment
        heapq.heappush(self._heap, (moment, index, name))
