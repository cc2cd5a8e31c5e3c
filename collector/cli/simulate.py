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
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8081,
        plants: Annotated[int, typer.Option(min=1, help="Number of plants.")] = 3,
        devices: Annotated[
            list[str] | None, typer.Option(metavar="TYPE=COUNT", help="Devices of a type; may be repeated.")
        ] = None,
        window: Annotated[
            str, typer.Option(help="How limits are read: rolling, fixed or refill.")
        ] = "rolling",
        journal: Annotated[Path | None, typer.Option(help="Write one JSON line a call to this file.")] = None,
        seed: Annotated[int, typer.Option(help="Decides fleet, weather and faults.")] = 1,
        switch: Annotated[
            list[str] | None, typer.Option(help="An oddity to switch on; may be repeated.")
        ] = None,
    ) -> None:
        """Serve a simulated FusionSolar cloud: user demo, password demo."""
        import asyncio

        from collector.cli.options import device_counts
        from collector.errors import ConfigurationError
        from collector.simulator.serve import serve_forever
        from collector.simulator.switches import DEFAULTS

        counts = device_counts(devices or [])
        try:
            asyncio.run(
                serve_forever(
                    host,
                    port,
                    plants,
                    counts or None,
                    window,
                    journal,
                    seed,
                    switches=DEFAULTS | frozenset(switch or ()),
                )
            )
        except ValueError as fault:
            raise ConfigurationError("simulate", str(fault), "See --help and docs/simulator.md.") from fault
        except OSError as fault:
            raise ConfigurationError("--port", str(fault), "Name a free port of this machine.") from fault
