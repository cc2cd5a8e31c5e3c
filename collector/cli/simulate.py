"""``simulate``: serve a simulated FusionSolar cloud."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer reads annotations
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def simulate(
        *,
        host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
        port: Annotated[
            int, typer.Option(metavar="PORT", help="Port to listen on; 0 takes a free one.")
        ] = 8081,
        plants: Annotated[int, typer.Option(min=1, metavar="N", help="Number of plants.")] = 3,
        devices: Annotated[
            list[str] | None, typer.Option(metavar="TYPE=COUNT", help="Devices of a type; may be repeated.")
        ] = None,
        window: Annotated[
            str, typer.Option(metavar="WINDOW", help="How limits are read: rolling, fixed or refill.")
        ] = "rolling",
        journal: Annotated[
            Path | None, typer.Option(metavar="FILE", help="Add one JSON line a call to this file.")
        ] = None,
        seed: Annotated[int, typer.Option(metavar="N", help="Decides fleet, weather and faults.")] = 1,
        switch: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME", help="An oddity to switch on; may be repeated. docs/simulator.md lists them."
            ),
        ] = None,
        without: Annotated[
            list[str] | None,
            typer.Option(
                metavar="NAME", help="An oddity to switch off that is on by itself; may be repeated."
            ),
        ] = None,
    ) -> None:
        """Serve a simulated FusionSolar cloud. User demo, password demo; ends with Ctrl-C."""
        import asyncio

        from collector.cli.options import device_counts
        from collector.errors import ConfigurationError
        from collector.report.words import plural
        from collector.simulator.serve import serve_forever
        from collector.simulator.switches import DEFAULTS, checked

        counts = device_counts(devices or [])

        def ready(url: str) -> None:
            typer.echo(
                f"A simulated cloud with {plural(plants, 'plant')} at {url}; user demo, password demo. Ctrl-C ends it."
            )

        try:
            switches = (DEFAULTS | frozenset(switch or ())) - checked(frozenset(without or ()))
            asyncio.run(
                serve_forever(
                    host,
                    port,
                    plants,
                    counts or None,
                    window,
                    journal,
                    seed,
                    switches=switches,
                    ready=ready,
                )
            )
        except ValueError as fault:
            raise ConfigurationError("simulate", str(fault), "See --help and docs/simulator.md.") from fault
        except OSError as fault:
            raise ConfigurationError("--port", str(fault), "Name a free port of this machine.") from fault
