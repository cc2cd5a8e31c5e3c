"""``drill``: show what is promised about crashes, faults and clocks, with the real program and a simulated cloud."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from collector.drill.report import Report

Folder = Annotated[
    Path | None, typer.Option(help="Keep everything there; else it is removed at the end.", show_default=False)
]
Seed = Annotated[int, typer.Option(help="Decides moments, fleet and weather.")]


def register(app: typer.Typer) -> None:
    """Add the command and its sub-commands."""
    drills = typer.Typer(no_args_is_help=True, help="Show what is promised about crashes, faults and clocks.")
    app.add_typer(drills, name="drill")

    @drills.command()
    def kill(
        folder: Folder = None,
        seed: Seed = 1,
        lives: Annotated[int, typer.Option(min=1, help="Lives to kill.")] = 50,
    ) -> None:
        """Kill a real `run` with signal 9 again and again; nothing is lost, no limit is overrun."""
        from collector.drill.kill import kill

        _play(folder, lambda place: kill(place, seed=seed, lives=lives))


def _play(folder: Path | None, drill: Any) -> None:
    import asyncio
    import tempfile

    if folder is not None:
        raise typer.Exit(_tell(asyncio.run(drill(folder))))
    with tempfile.TemporaryDirectory(prefix="drill-") as place:
        code = _tell(asyncio.run(drill(Path(place) / "stage")))
    raise typer.Exit(code)


def _tell(report: Report) -> int:
    for line in report.lines():
        typer.echo(line)
    return 1 if report.broken else 0
