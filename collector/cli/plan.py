"""``plan``: what the vendor's formulas allow, and how often everything can be read with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from collector.cli.options import AsJson, Config  # noqa: TC001  typer reads annotations

if TYPE_CHECKING:
    from pathlib import Path

    from collector.settings import Settings

Plants = Annotated[int | None, typer.Option(min=0, help="What if: number of plants, without any account.")]
Devices = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TYPE=COUNT ...",
        help="What if: devices by type, e.g. --devices inverter=20 meter=20. TYPE is the vendor's number or one of"
        " inverter (1), emi (10), meter (17), residential_inverter (38), battery (39), storage (41), optimizer (46),"
        " power_sensor (47), dongle (62), logger (63).",
    ),
]
More = Annotated[list[str] | None, typer.Argument(metavar="TYPE=COUNT", hidden=True)]
Policy = Annotated[
    str | None,
    typer.Option(
        help="What if: legacy for a user created up to 2022-06-30, who has one call a minute [default: dynamic]."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def plan(
        *,
        more: More = None,
        config: Config = None,
        plants: Plants = None,
        devices: Devices = None,
        policy: Policy = None,
        json: AsJson = False,
    ) -> None:
        """Show budgets and cadences. Of the configured accounts, or what if with --plants; sends nothing."""
        from collector.errors import ConfigurationError

        pairs = [*(devices or ()), *(more or ())]
        if plants is not None:
            if more and not devices:
                raise ConfigurationError(
                    "--devices", f"{more[0]!r} stands without it", "Write --devices inverter=20 meter=20."
                )
            _what_if(plants, pairs, policy or "dynamic", as_json=json)
        elif pairs or policy:
            raise ConfigurationError(
                "--plants",
                "is missing beside " + ("--devices" if pairs else "--policy"),
                "Add the number of plants, as in --plants 20.",
            )
        else:
            _accounts(config, as_json=json)


def _what_if(plants: int, pairs: list[str], policy: str, *, as_json: bool) -> None:
    from collector.catalogue.fusionsolar import INTERFACES, KPI_TYPES
    from collector.errors import ConfigurationError
    from collector.report import fleet_words, output, past
    from collector.report.budgets import budgets, verdict
    from collector.report.words import plural

    if policy not in ("dynamic", "legacy"):
        raise ConfigurationError("--policy", f"{policy} is no policy", "Use dynamic or legacy.")
    fleet = fleet_words.fleet(plants, pairs)
    rows = budgets(INTERFACES.values(), fleet, KPI_TYPES, "legacy" if policy == "legacy" else "dynamic")
    if as_json:
        output.print_json({"interfaces": [row.document() for row in rows]})
        return
    from collector.report import tables

    console = tables.console()
    devices = sum(fleet.devices.values())
    console.print(
        f"Calls allowed to a {policy} user with {plural(plants, 'plant')} and {plural(devices, 'device')}"
    )
    console.print(tables.budget_table(rows))
    usual = [r for r in rows if not INTERFACES[r.interface].restricted]
    for sentence in verdict(usual, INTERFACES, fleet):
        console.print(sentence)
    kind: Literal["dynamic", "legacy"] = "legacy" if policy == "legacy" else "dynamic"
    for sentence in past.sentences(past.forecasts(INTERFACES.values(), fleet, KPI_TYPES, kind)):
        console.print(sentence)


def _accounts(config: Path | None, *, as_json: bool) -> None:
    from collector.cli.opening import known
    from collector.clock import WallClock
    from collector.report import output
    from collector.report.calls import calls_of
    from collector.report.past import past_of

    settings = _settings(config)
    clock = WallClock()
    documents: list[dict[str, Any]] = []
    with known(settings, clock) as (_, accounts):
        now = clock.now()
        for account in accounts.values():
            rows = calls_of(account, now)
            fleet = account.fleet()
            documents.append(
                {
                    "account": account.name,
                    "policy": account.config.policy,
                    "plants": fleet.plants,
                    "devices": {str(t): n for t, n in sorted(fleet.devices.items())},
                    "interfaces": [row.document() for row in rows],
                    "history": past_of(account, now),
                }
            )
            if not as_json:
                _show(account, rows, now)
    if as_json:
        output.print_json({"accounts": documents})


def _settings(config: Path | None) -> Settings:
    """Return settings with at least one account.

    Raises:
        ConfigurationError: There is none; the mend names the other way of asking too.
    """
    from collector.cli.options import settings_of
    from collector.errors import ConfigurationError

    problem, mend = "none is configured", "Add one to the configuration file"
    try:
        settings = settings_of(config)
    except ConfigurationError as fault:
        if fault.setting != "accounts":
            raise
        mend = fault.mend.rstrip(".")
    else:
        if settings.accounts:
            return settings
    raise ConfigurationError("accounts", problem, f"{mend}, or ask with --plants N.")


def _show(account: Any, rows: list[Any], now: float) -> None:
    from collector.report import tables
    from collector.report.budgets import verdict
    from collector.report.past import line_of, once_a_level, past_of, title
    from collector.report.words import plural

    console = tables.console()
    fleet = account.fleet()
    if not fleet.plants:
        console.print(
            f"{account.name}: no plants are known yet; `run` or `check` reads the list. Ask with --plants N till then."
        )
    else:
        console.print(
            f"{account.name}: {plural(fleet.plants, 'plant')}, {plural(sum(fleet.devices.values()), 'device')},"
            f" {account.config.policy} policy"
        )
    console.print(tables.calls_table(rows, now))
    for sentence in verdict([row.budget for row in rows], account.vendor.interfaces, fleet):
        console.print(sentence)
    for entry in once_a_level(past_of(account, now)):
        console.print(f"{title(entry['level']).capitalize()} of {entry['members']}: {line_of(entry, now)}.")
    for row in rows:
        if row.reason:
            console.print(f"{row.budget.interface}: {row.reason}.")
    console.print()
