"""``backfill``: have days of the past read first, or once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.cli.options import AsJson, Config  # noqa: TC001  typer reads annotations

if TYPE_CHECKING:
    from datetime import date

    from collector.settings import Settings
    from collector.step import Account
    from collector.step.orders import StoredOrder

From = Annotated[str, typer.Option("--from", metavar="DATE", help="First local date, as 2025-01-31.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last local date [default: yesterday].")]
Plants = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="Plant id; may be repeated, or parted by commas [default: all]."),
]
Levels = Annotated[
    str | None,
    typer.Option(metavar="LEVEL,...", help="hour, day, month, year and 5min [default: all of them]."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show calls and duration; leave no order.")]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def backfill(  # noqa: PLR0917  typer names every one
        begin: From,
        end: To = None,
        plants: Plants = None,
        levels: Levels = None,
        dry_run: DryRun = False,
        config: Config = None,
        json: AsJson = False,
    ) -> None:
        """Order days of the past: a live `run` reads them first, or once more; without one this command does.

        Live readings never wait for it: history has calls of its own.
        """
        from collector.cli.opening import known
        from collector.cli.options import settings_of
        from collector.clock import WallClock

        settings = settings_of(config)
        clock = WallClock()
        now = clock.now()
        ids = tuple(p.strip() for text in plants or () for p in text.split(",") if p.strip())
        with known(settings, clock) as (_, accounts):
            orders = _orders(accounts, begin=begin, end=end, ids=ids, levels=levels, now=now)
            if dry_run:
                _tell(accounts, orders, now, as_json=json)
                return
        raise typer.Exit(_carry_out(settings, orders, as_json=json))


def _orders(
    accounts: dict[str, Account],
    *,
    begin: str,
    end: str | None,
    ids: tuple[str, ...],
    levels: str | None,
    now: float,
) -> dict[str, StoredOrder]:
    """Return what is to be ordered of each account.

    Raises:
        ConfigurationError: A date, level or plant is none.
    """
    from datetime import timedelta

    from collector.errors import ConfigurationError
    from collector.report.words import iso
    from collector.step.orders import LEVELS, StoredOrder
    from collector.zones import local_date

    first = _date("--from", begin)
    last = _date("--to", end) if end else local_date("", now) - timedelta(days=1)
    if last < first:
        raise ConfigurationError("--to", f"{last} lies before {first}", "Name the later date second.")
    chosen = tuple(dict.fromkeys(part.strip() for part in (levels or ",".join(LEVELS)).split(",")))
    for level in chosen:
        if level not in LEVELS:
            raise ConfigurationError("--levels", f"{level!r} is none", f"Use {', '.join(LEVELS)}.")
    if not accounts:
        raise ConfigurationError("accounts", "none is configured", "Add one to the configuration file.")
    owners = {p.plant_id: name for name, account in accounts.items() for p in account.plants}
    for plant in ids:
        if plant not in owners:
            raise ConfigurationError("--plants", f"{plant} is not known", "`status --json` lists the ids.")
    names = {owners[plant] for plant in ids} or set(accounts)
    number = iso(now) or ""
    return {
        name: StoredOrder(
            number, first, last, chosen, tuple(p for p in ids if owners[p] == name), begun=False, since=now
        )
        for name in accounts
        if name in names
    }


def _date(option: str, text: str) -> date:
    from datetime import date

    from collector.errors import ConfigurationError

    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise ConfigurationError(option, f"{text!r} is no date", "Write it like 2025-01-31.") from fault


def _tell(accounts: dict[str, Account], orders: dict[str, StoredOrder], now: float, *, as_json: bool) -> None:
    from collector.report import output, tables
    from collector.report.past import calls_of_order, order_eta_s
    from collector.report.words import duration

    document: list[dict[str, Any]] = [
        {
            "account": name,
            "from": order.first.isoformat(),
            "to": order.last.isoformat(),
            "levels": calls_of_order(accounts[name], order, now),
            "eta_s": order_eta_s(accounts[name], order, now),
        }
        for name, order in orders.items()
    ]
    if as_json:
        output.print_json({"orders": document})
        return
    console = tables.console()
    for entry in document:
        console.print(f"{entry['account']}: {entry['from']} to {entry['to']}")
        made = tables.table("Level", "Interface", "Calls", "Takes", right=(2, 3))
        for row in entry["levels"]:
            takes = "never" if row["eta_s"] is None else duration(row["eta_s"])
            made.add_row(row["level"], row["interface"], str(row["calls"]), takes)
        console.print(made)
        eta = entry["eta_s"]
        console.print("Never done at this allowance." if eta is None else f"All of it takes {duration(eta)}.")


def _carry_out(settings: Settings, orders: dict[str, StoredOrder], *, as_json: bool) -> int:
    """Leave the orders; carry them out here where no `run` lives, and return the exit code."""
    import asyncio
    import sys

    from collector.cli.ordered import backfill
    from collector.errors import StateHeldError
    from collector.report import output
    from collector.step.orders import leave
    from collector.store import StateFile

    with StateFile.open(settings.state_dir) as state:
        for name, order in orders.items():
            leave(state, name, order)

    def progress(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    try:
        left = asyncio.run(backfill(settings, progress))
    except StateHeldError:
        words = "the running collector carries it out; `status` tells how far it is"
        left = None
    else:
        words = "done" if not left else "stopped; the rest stays ordered"
    if as_json:
        output.print_json({"orders": sorted(orders), "left": left, "words": words})
    else:
        sys.stdout.write(f"Ordered of {', '.join(orders)}: {words}.\n")
    return 0 if not left else 1
