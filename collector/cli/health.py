"""``health``: is the event loop of `run` alive. For a container's HEALTHCHECK."""

from __future__ import annotations

import typer

from collector.cli.options import Config  # noqa: TC001  typer reads annotations

FRESH_S = 120.0


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def health(config: Config = None) -> None:
        """Exit 0 while `run` is alive, else 1. Whatever vendor and database do."""
        import os
        import time
        from pathlib import Path

        named = os.environ.get("SOLAR_STATE_DIR", "")
        if named and config is None:
            # The environment wins over every file: no need to read any, twice a minute, secrets and all.
            state_dir = Path(named)
        else:
            from collector.cli.options import settings_of

            state_dir = settings_of(config).state_dir
        beat = state_dir / "beat"
        try:
            age = time.time() - beat.stat().st_mtime
        except OSError:
            typer.echo(f"not running: {beat} does not exist")
            raise typer.Exit(1) from None
        alive = age < FRESH_S
        typer.echo(f"{'alive' if alive else 'not alive'}: last beat {age:.0f} s ago")
        raise typer.Exit(0 if alive else 1)
