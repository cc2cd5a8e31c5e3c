"""``drill``: show what is promised about crashes, faults and clocks, with the real program and a simulated cloud."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from collector.drill.report import Report

    Drill = Callable[[Path], Coroutine[Any, Any, Report]]

Folder = Annotated[
    Path | None,
    typer.Option(help="A new folder that keeps everything; without it all is removed.", show_default=False),
]
Seed = Annotated[int, typer.Option(help="Decides moments, fleet and weather.")]
Lives = Annotated[int, typer.Option(min=1, help="Lives to kill.")]
FAULTS = ("settings", "addresses", "databases", "password", "restless", "vendor", "silence")


def register(app: typer.Typer) -> None:
    """Add the command and its sub-commands."""
    drills = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(
        drills,
        name="drill",
        help="Show what is promised about crashes, faults and clocks. Exit 1 where a promise is broken.",
    )

    @drills.command()
    def kill(folder: Folder = None, seed: Seed = 1, lives: Lives = 50) -> None:
        """Kill a real `run` with signal 9 again and again: nothing is lost, no limit is broken."""
        from collector.drill.kill import kill

        _play(folder, {"kill": lambda place: kill(place, seed=seed, lives=lives)})

    @drills.command()
    def day(
        folder: Folder = None,
        seed: Seed = 1,
        plants: Annotated[int, typer.Option(min=1, help="Number of plants.")] = 3,
    ) -> None:
        """Write a simulated day into a real InfluxDB, twice: counts and values are those that were served."""
        from collector.drill.day import day

        _play(folder, {"day": lambda place: day(place, seed=seed, plants=plants)})

    @drills.command()
    def fast(
        folder: Folder = None,
        seed: Seed = 1,
        seconds: Annotated[float, typer.Option(help="How long. [s]")] = 30.0,
        speed: Annotated[int, typer.Option(help="Simulated seconds a second.")] = 300,
    ) -> None:
        """Let a real `run` live hours in half a minute: no refusals, slots filled."""
        from collector.drill.fast import fast

        _play(folder, {"fast": lambda place: fast(place, seed=seed, seconds=seconds, speed=speed)})

    @drills.command()
    def faults(folder: Folder = None, seed: Seed = 1) -> None:
        """Give wrong passwords, addresses and settings, sick clouds, dead databases, a full disk."""
        from collector.drill import faults as played
        from collector.drill.disk import disk

        chosen: dict[str, Drill] = {name: partial(getattr(played, name), seed=seed) for name in FAULTS}
        _play(folder, {**chosen, "disk": lambda place: disk(place, seed=seed)})

    @drills.command()
    def stop(folder: Folder = None, seed: Seed = 1) -> None:
        """End a real `run` while calls hang and the database is dead: in time, nothing lost."""
        from collector.drill.stop import stop

        _play(folder, {"stop": lambda place: stop(place, seed=seed)})

    @drills.command()
    def twice(folder: Folder = None) -> None:
        """Start two runs on one state directory: the second is refused."""
        from collector.drill.twice import twice

        _play(folder, {"twice": twice})

    @drills.command()
    def secrets(folder: Folder = None, seed: Seed = 1) -> None:
        """Look for passwords and tokens in logs, state, exports, errors and journals."""
        from collector.drill.secrets import secrets

        _play(folder, {"secrets": lambda place: secrets(place, seed=seed)})


def _play(folder: Path | None, drills: dict[str, Drill]) -> None:
    import tempfile

    from collector.errors import ConfigurationError

    if folder is None:
        with tempfile.TemporaryDirectory(prefix="drill-", ignore_cleanup_errors=True) as place:
            raise typer.Exit(_all(Path(place), drills))
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError("--folder", f"{folder} is not empty", "Name a new folder.")
    raise typer.Exit(_all(folder, drills))


def _all(place: Path, drills: dict[str, Drill]) -> int:
    """Play drills one after the other; return 1 where one broke a promise or could not be played."""
    import asyncio
    import time

    from collector.errors import ConfigurationError

    code = 0
    for name, drill in drills.items():
        began = time.monotonic()
        try:
            report = asyncio.run(drill(place / name))
        except ConfigurationError as missing:
            typer.echo(f"{name}\n  NOT PLAYED  {missing}")
            code = 1
            continue
        for line in report.lines():
            typer.echo(line)
        typer.echo(f"  {time.monotonic() - began:.0f} s\n")
        code = max(code, 1 if report.broken else 0)
    return code
