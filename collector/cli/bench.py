"""``bench``: measure the collector on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from collector.cli.options import AsJson  # noqa: TC001  typer reads annotations


def register(app: typer.Typer) -> None:
    """Add the commands."""
    bench = typer.Typer(no_args_is_help=True, help="Measure the collector on this machine.")
    app.add_typer(bench, name="bench")

    @bench.command()
    def quota(  # noqa: PLR0917  typer names every one
        plants: Annotated[
            list[int] | None,
            typer.Option(min=1, help="Size of the fleet; may be repeated. [default: 1 20 120 1000 10000]"),
        ] = None,
        readings: Annotated[
            list[str] | None,
            typer.Option(help="rolling, fixed or refill; may be repeated. [default: all]"),
        ] = None,
        days: Annotated[float, typer.Option(min=0.01, help="Length of each run.")] = 7.0,
        restarts: Annotated[int, typer.Option(min=0, help="Restarts during each run.")] = 20,
        seed: Annotated[int, typer.Option(help="Decides fleet, answer times and restarts.")] = 1,
        jobs: Annotated[int, typer.Option(min=0, help="Processes; 0: one a processor.")] = 0,
        as_json: AsJson = False,
    ) -> None:
        """Live through simulated weeks: refusals, and how much of the allowance is used."""
        from collector.bench.quota import PLANTS, READINGS, main, weeks

        chosen = weeks(plants or PLANTS, readings or READINGS, days=days, restarts=restarts, seed=seed)
        raise typer.Exit(main(chosen, as_json=as_json, jobs=jobs))

    @bench.command()
    def history(
        plants: Annotated[
            list[int] | None,
            typer.Option(min=1, help="Size of the fleet; may be repeated. [default: 1 20 1000]"),
        ] = None,
        days: Annotated[float, typer.Option(min=2.0, help="Each run ends then at the latest.")] = 200.0,
        seed: Annotated[int, typer.Option(help="Decides fleet and answer times.")] = 1,
        as_json: AsJson = False,
    ) -> None:
        """Let new accounts read their past: days until it is held, allowance used, live readings unharmed."""
        from collector.bench.history import PLANTS, main

        raise typer.Exit(main(plants or PLANTS, days=days, seed=seed, as_json=as_json))

    @bench.command()
    def encode(as_json: AsJson = False) -> None:
        """Time the way from an answer to packed lines beside a JSON parse and the usual client."""
        from collector.bench.encode import main

        raise typer.Exit(main(as_json))
