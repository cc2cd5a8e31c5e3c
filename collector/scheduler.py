"""The wall-clock driver: APScheduler fires each interface's step, and the step says when to fire again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from collector.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from collector.clock import Clock
    from collector.drain import Drain
    from collector.step import Step

BEAT_S = 15
LEAST_S = 0.05  # an interface that answers "now" again and again must not loop inside the library
DEFECT_S = 60.0  # after a defect of ours, before the step is tried again
JUMP_S = 2.0
DRAIN_JOB = "drain"

log = structlog.get_logger("collector.scheduler")


class Scheduler:
    """Drives the steps of all accounts, and the drain, until it is told to stop.

    One job an account and interface, one-shot. A job that runs is never doubled: its successor is made when it has ended.

    Args:
        clock: The wall clock.
        steps: One an account.
        drain: Empties the spool.
        beat: Called every 15 s by the event loop: proof of life.
        on_jump: Receives jumps of the wall clock against the monotonic one. [s]
    """

    def __init__(
        self,
        clock: Clock,
        steps: Sequence[Step],
        drain: Drain,
        beat: Callable[[], None],
        on_jump: Callable[[float], None],
    ) -> None:
        self._clock = clock
        self._steps = steps
        self._drain = drain
        self._beat = beat
        self._on_jump = on_jump
        self._anchor = clock.now() - clock.monotonic()
        self._running: set[asyncio.Task[Any]] = set()
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._stopping = False
        self._drain_trouble = ""
        self._library = AsyncIOScheduler(
            timezone=UTC,
            # Never two at once is our own affair (`_busy`): the library drops for good what it finds one too many,
            # and to it a job still runs for a moment after it has made its successor.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 4},
        )

    def start(self) -> None:
        """Begin; must be called inside the running event loop."""
        self._library.start()
        self._library.add_job(
            self._on_beat, "interval", seconds=BEAT_S, id="beat", next_run_time=self._at(0.0)
        )
        self.wake()
        self.landed()

    def wake(self) -> None:
        """Let every interface ask now: at the start, and when an inventory changed."""
        for step in self._steps:
            for interface in step.account.interfaces():
                self._schedule_step(step, interface.name, self._clock.now())

    def landed(self) -> None:
        """Let the drain look into the spool now."""
        self._schedule(DRAIN_JOB, self._clock.now(), self._fire_drain)

    async def stop(self, drain_s: float) -> None:
        """Stop firing, let running steps end and the spool drain, within `drain_s`. [s]"""
        self._stopping = True
        self._library.pause()
        end = self._clock.monotonic() + drain_s
        if self._running:
            await asyncio.wait(set(self._running), timeout=max(0.0, end - self._clock.monotonic()))
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        try:
            async with asyncio.timeout(max(0.0, end - self._clock.monotonic())):
                while (due := await self._drain.step()) is not None and due <= self._clock.now():
                    pass
        except TimeoutError:
            log.info("spool kept", reason="the time to drain is over; nothing is lost")
        except StateError as fault:
            log.info("spool kept", reason=f"{fault}; nothing is lost")
        self._library.shutdown(wait=False)

    # --- jobs -----------------------------------------------------------------------------------------------------

    def _schedule_step(self, step: Step, name: str, moment: float) -> None:
        key = f"{step.account.name}:{name}"
        self._schedule(key, moment, self._fire, key, step, name)

    def _schedule(
        self, key: str, moment: float, fire: Callable[..., Coroutine[Any, Any, None]], *args: Any
    ) -> None:
        if self._stopping:
            return
        if key in self._busy:
            self._again.add(key)
            return
        self._library.add_job(
            fire, "date", args=args, run_date=self._at(moment), id=key, replace_existing=True
        )

    async def _fire(self, key: str, step: Step, name: str) -> None:
        if key in self._busy:
            self._again.add(key)
            return
        self._notice_jump()
        following = self._clock.now() + DEFECT_S
        self._begin(key)
        try:
            following = await step.run(name)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            # Its answer is lost, not its call: that is still due, and paid for in the ledger.
            log.info("call given up", account=step.account.name, interface=name)
        except Exception:  # the job boundary: a defect must not silence an interface for ever
            log.exception("step failed", account=step.account.name, interface=name)
        finally:
            self._end(key)
        if key in self._again:
            self._again.discard(key)
            following = min(following, self._clock.now() + LEAST_S)
        self._schedule_step(step, name, max(following, self._clock.now() + LEAST_S))

    async def _fire_drain(self) -> None:
        if DRAIN_JOB in self._busy:
            self._again.add(DRAIN_JOB)
            return
        self._begin(DRAIN_JOB)
        try:
            due = await self._drain_now()
        finally:
            self._end(DRAIN_JOB)
        if DRAIN_JOB in self._again:
            self._again.discard(DRAIN_JOB)
            due = min(due or self._clock.now(), self._clock.now() + LEAST_S)
        if due is not None:
            self._schedule(DRAIN_JOB, due, self._fire_drain)

    async def _drain_now(self) -> float | None:
        """Send what is due and return when to look again."""
        try:
            while (due := await self._drain.step()) is not None and due <= self._clock.now():
                if self._stopping:
                    break
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            # The batch stays in the spool.
        except StateError as fault:
            self._tell_drain(str(fault))
        except Exception:  # the job boundary
            log.exception("drain failed")
        else:
            self._tell_drain("")
            return due
        return self._clock.now() + DEFECT_S

    def _tell_drain(self, trouble: str) -> None:
        """Log once that the drain rests because the state file cannot be written, and once that it goes on."""
        if trouble != self._drain_trouble:
            self._drain_trouble = trouble
            if trouble:
                log.warning("drain rests", why=trouble)
            else:
                log.info("drain goes on")

    def _begin(self, key: str) -> None:
        self._busy.add(key)
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)

    def _end(self, key: str) -> None:
        self._busy.discard(key)
        task = asyncio.current_task()
        if task is not None:
            self._running.discard(task)

    async def _on_beat(self) -> None:
        self._notice_jump()
        try:
            self._beat()
        except Exception:  # the job boundary: the proof of life has its own say in `health`
            log.exception("beat failed")

    def _notice_jump(self) -> None:
        """Move the ledger along when the wall clock was set: ages of calls must stay what they are."""
        anchor = self._clock.now() - self._clock.monotonic()
        jump = anchor - self._anchor
        if abs(jump) >= JUMP_S:
            self._anchor = anchor
            log.info("clock was set", by_s=round(jump, 3))
            self._on_jump(jump)
            self.wake()

    def _at(self, moment: float) -> datetime:
        """Return a moment as the library wants it, bounded so that it can always be told."""
        bounded = min(max(moment, self._clock.now()), self._clock.now() + timedelta(days=2).total_seconds())
        return datetime.fromtimestamp(bounded, UTC)
