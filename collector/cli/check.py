"""``check``: try everything that `run` needs, within the vendor's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from collector.cli.options import AsJson, Config  # noqa: TC001  typer reads annotations

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.report.findings import Finding
    from collector.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def check(config: Config = None, json: AsJson = False) -> None:
        """Try everything that `run` needs. Says what is wrong and what to do; exit 1 where something is."""
        import asyncio

        from collector import logs
        from collector.cli.options import settings_of
        from collector.errors import ConfigurationError
        from collector.report import output
        from collector.report.findings import Verdict

        settings = settings_of(config)
        # What the steps would log is what the findings say.
        logs.configure("error", settings.log.format, settings.secrets())
        if not settings.accounts:
            raise ConfigurationError(
                "accounts",
                "none is configured",
                "Add one to the configuration file; docs/account.md says how.",
            )
        findings = asyncio.run(_check(settings, _ignore if json else _shower()))
        wrong = sum(f.verdict is Verdict.WRONG for f in findings)
        if json:
            output.print_json({"good": not wrong, "findings": [f.document() for f in findings]})
        raise typer.Exit(1 if wrong else 0)


async def _check(settings: Settings, show: Callable[[Finding], None]) -> list[Finding]:
    from contextlib import AsyncExitStack
    from functools import partial

    from collector.app import assembled
    from collector.client import Client
    from collector.clock import WallClock
    from collector.report.checks import checks
    from collector.report.findings import Finding, Verdict
    from collector.report.words import plural

    clock = WallClock()
    transports: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        for name, config in settings.accounts.items():
            client = Client(clock, timeout_s=settings.timeouts.vendor_s, ca_file=config.ca_file)
            stack.push_async_callback(client.close)
            transports[name] = partial(client.send, config.base_url)
        app = await stack.enter_async_context(assembled(settings, clock=clock, transports=transports))
        found = [
            Finding(
                "",
                "settings",
                Verdict.GOOD,
                f"{plural(len(settings.accounts), 'account')}, sink {settings.sink.kind}",
            )
        ]
        show(found[0])
        async for finding in checks(
            settings.state_dir,
            app.state,
            app.accounts,
            app.sink,
            transports=transports,
            now=clock.now(),
        ):
            show(finding)
            found.append(finding)
    return found


def _shower() -> Callable[[Finding], None]:
    from rich.padding import Padding
    from rich.text import Text

    from collector.report import tables

    console = tables.console()
    colours = {"good": "green", "wrong": "bold red", "later": "yellow", "note": "yellow"}

    def show(finding: Finding) -> None:
        head = Text(f"{finding.verdict.value:<6}", style=colours[finding.verdict.value])
        subject = " ".join(filter(None, (finding.account, finding.subject)))
        body = tables.facts()
        body.add_row(head, Text.assemble((f"{subject}: ", "bold"), finding.words))
        console.print(Padding(body, 0))

    return show


def _ignore(finding: Finding) -> None:
    """Nothing is shown before all is found."""
