"""``quarantine``: lines that the database refused for good."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.cli.options import AsJson, Config  # noqa: TC001  typer reads annotations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from collector.store import Rejected, StateFile

Number = Annotated[
    int, typer.Argument(metavar="ID", help="Number of the line, as `quarantine list` shows it.")
]
SomeNumber = Annotated[int | None, typer.Argument(metavar="[ID]", help="Number of the line.")]
All = Annotated[bool, typer.Option("--all", help="Every line that no later answer has covered.")]

SHOWN = 50


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="Look at lines that the database refused, and write them again.",
    )
    app.add_typer(group, name="quarantine")

    @group.command("list")
    def list_lines(config: Config = None, json: AsJson = False) -> None:
        """List the refused lines. Oldest first; covered ones are never replayed."""
        from collector.report import output

        with _state(config) as state:
            kept = state.quarantine.list()
        if json:
            output.print_json({"lines": [_document(one) for one in kept]})
        else:
            _show(kept)

    @group.command()
    def show(number: Number, config: Config = None, json: AsJson = False) -> None:
        """Show one line with all that is known of it."""
        from collector.report import output, tables

        with _state(config) as state:
            document = _document(_get(state, number))
        if json:
            output.print_json(document)
            return
        facts = tables.facts()
        for name, value in document.items():
            facts.add_row(name.replace("_", " "), str(value))
        tables.console().print(facts)

    @group.command()
    def replay(
        number: SomeNumber = None, every: All = False, config: Config = None, json: AsJson = False
    ) -> None:
        """Put lines back into the spool. Not those that a later answer has covered; exit 1 where none could be."""
        from collector.errors import ConfigurationError
        from collector.report import output
        from collector.report.replaying import replay as put_back
        from collector.report.words import plural

        if (number is None) == (not every):
            raise ConfigurationError(
                "ID", "neither or both of ID and --all are given", "Name one line, or write --all."
            )
        with _state(config) as state:
            chosen = state.quarantine.replayable() if number is None else [_get(state, number)]
            done = put_back(state, chosen)
        if json:
            output.print_json({"replayed": list(done.replayed), "covered": list(done.covered)})
        else:
            typer.echo(f"{plural(len(done.replayed), 'line')} back in the spool; `run` writes them.")
            if done.covered:
                typer.echo(
                    f"{plural(len(done.covered), 'line')} left: a later answer holds the same reading."
                )
        raise typer.Exit(1 if done.covered and not done.replayed else 0)


@contextmanager
def _state(config: Path | None) -> Iterator[StateFile]:
    from collector.cli.opening import known
    from collector.cli.options import settings_of
    from collector.clock import WallClock

    with known(settings_of(config), WallClock()) as (state, _):
        yield state


def _get(state: StateFile, number: int) -> Rejected:
    from collector.errors import ConfigurationError

    try:
        return state.quarantine.get(number)
    except KeyError:
        raise ConfigurationError(
            "ID", f"there is no line {number}", "See the numbers with quarantine list."
        ) from None


def _document(one: Rejected) -> dict[str, Any]:
    from collector.report.words import iso, plain

    return {
        "id": one.id,
        "account": one.account,
        "interface": one.interface,
        "reason": plain(one.reason),
        "sink": plain(one.sink),
        "fetched_at": iso(one.fetched_at),
        "rejected_at": iso(one.rejected_at),
        "covered": one.covered,
        "line": plain(one.line.decode("utf-8", "replace")),
    }


def _show(kept: list[Rejected]) -> None:
    from collector.report import tables
    from collector.report.words import clock, plain, plural

    console = tables.console()
    if not kept:
        console.print("No line was refused.")
        return
    if len(kept) > SHOWN:
        console.print(f"The newest {SHOWN} of {plural(len(kept), 'line')}; --json shows all.")
    table = tables.table("ID", "Refused", "Measurement", "Covered", "Reason", right=(0,), wide=4)
    for one in kept[-SHOWN:]:
        measurement = one.line.partition(b" ")[0].partition(b",")[0].decode("utf-8", "replace")
        table.add_row(
            str(one.id),
            clock(one.rejected_at).removesuffix(" UTC"),
            plain(measurement),
            "yes" if one.covered else "",
            plain(one.reason),
        )
    console.print(table)
