"""``version``."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def version() -> None:
        """Print the version."""
        from collector import __version__

        typer.echo(f"solar-collector {__version__}")
