"""``status``: how the collector stands, from its state file; beside a live `run` or without one."""

from __future__ import annotations

import typer

from collector.cli.options import AsJson, Config  # noqa: TC001  typer reads annotations


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def status(config: Config = None, json: AsJson = False) -> None:
        """Show how the collector stands. Logins, plants, calls, ages; exit 1 while `run` is down or a fault holds."""
        from collector.cli.opening import known
        from collector.cli.options import settings_of
        from collector.clock import WallClock
        from collector.report import output
        from collector.report.status import status as state_of

        settings = settings_of(config)
        clock = WallClock()
        now = clock.now()
        try:
            age = max(0.0, now - (settings.state_dir / "beat").stat().st_mtime)
        except OSError:
            age = None
        with known(settings, clock) as (state, accounts):
            document = state_of(state, accounts, now, age)
            if json:
                output.print_json(document)
            else:
                from collector.report import status_text, tables
                from collector.report.calls import calls_of

                calls = {name: calls_of(account, now) for name, account in accounts.items()}
                status_text.show(document, calls, tables.console(), now)
        raise typer.Exit(0 if document["good"] else 1)
