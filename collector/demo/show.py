"""The demo as a person sees it: a bar for the past, then a table that lives."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from collector import logs
from collector.demo.demo import PASSWORD, Demo, DemoPlan
from collector.demo.table import live_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import TaskID

REFRESH_S = 2.0
PLAIN_REFRESH_S = 60.0


async def show(plan: DemoPlan, *, once: bool, console: Console | None = None) -> int:
    """Run the demo until Ctrl-C, or with `once` until the past has caught up with now; returns 0.

    Args:
        plan: What is asked for.
        once: End when the past has caught up with now.
        console: Where it is shown; None: standard output.
    """
    logs.configure("warning", "console", (PASSWORD,))
    console = console or Console(highlight=False)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    began = time.monotonic()
    async with Demo.open(plan) as demo:
        console.print(
            f"A simulated cloud with {plan.plants} plants; the collector begins {plan.days:g} d ago."
        )
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %"),
            TimeRemainingColumn(),
            console=console,
        ) as bar:
            task = bar.add_task("living through the past", total=time.time() - demo.start)
            catching_up = asyncio.create_task(demo.catch_up(_mover(bar, task, demo.start)))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({catching_up, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not catching_up.done():
                catching_up.cancel()
                return 0
            stopping.cancel()
            await catching_up
        console.print(_summary(demo, time.monotonic() - began, plan, once=once))
        if once:
            console.print(live_table(demo.app, demo.clock.now()))
            return 0
        await _live(demo, console, stop)
    return 0


async def _live(demo: Demo, console: Console, stop: asyncio.Event) -> None:
    if not console.is_terminal:
        await demo.go_on(stop, PLAIN_REFRESH_S, lambda: console.print(live_table(demo.app, demo.clock.now())))
        return
    with Live(console=console, refresh_per_second=2, screen=False) as live:
        await demo.go_on(stop, REFRESH_S, lambda: live.update(live_table(demo.app, demo.clock.now())))


def _mover(bar: Progress, task: TaskID, start: float) -> Callable[[float], None]:
    def move(moment: float) -> None:
        bar.update(task, completed=moment - start)

    return move


def _summary(demo: Demo, took_s: float, plan: DemoPlan, *, once: bool) -> str:
    calls = len(demo.cloud.journal.entries)
    refused = sum(1 for entry in demo.cloud.journal.entries if entry.refused)
    config = plan.folder / "collector.yaml"
    return (
        f"{plan.days:g} d lived through in {took_s:.0f} s: {calls} calls, {refused} refused; each is in {plan.folder}/journal.jsonl.\n"
        f"Look at it{'' if once else ' from another terminal'}:\n"
        f"  ./run status --config {config}\n"
        f"  ./run export --config {config} --count"
        f"{'' if once else chr(10) + 'Ctrl-C ends the demo.'}"
    )
