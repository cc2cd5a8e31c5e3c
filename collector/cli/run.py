"""``run``: collect until told to stop."""

from __future__ import annotations

import typer

from collector.cli.options import Config  # noqa: TC001  typer reads annotations


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def run(config: Config = None) -> None:
        """Collect until Ctrl-C or SIGTERM. Then write what waits, and end."""
        import asyncio

        from collector import app as collector
        from collector.cli.options import settings_of

        raise typer.Exit(asyncio.run(collector.run(settings_of(config))))
