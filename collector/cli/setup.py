"""``setup``: the first start beside an InfluxDB, and its passwords on a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SHOWN = {"grafana": "grafana_password", "influxdb": "influxdb_admin_password"}
FOLDER = Path("/run/solar")
Folder = Annotated[
    Path, typer.Option(envvar="SOLAR_SETUP_FOLDER", help="Where each secret is kept as a file.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(help=setup.__doc__)
    group.callback(invoke_without_command=True)(setup)
    group.command()(show)
    group.command()(take)
    app.add_typer(group, name="setup")


def setup(
    context: typer.Context,
    *,
    kind: Annotated[
        str, typer.Option(envvar="SOLAR_SINK__KIND", help="influxdb2 or influxdb1.")
    ] = "influxdb2",
    url: Annotated[
        str, typer.Option(envvar="SOLAR_SINK__URL", help="Address of the database.")
    ] = "http://influxdb:8086",
    org: Annotated[str, typer.Option(envvar="SOLAR_SINK__ORG", help="influxdb2: organisation.")] = "solar",
    bucket: Annotated[str, typer.Option(envvar="SOLAR_SINK__BUCKET", help="influxdb2: bucket.")] = "solar",
    database: Annotated[
        str, typer.Option(envvar="SOLAR_SINK__DATABASE", help="influxdb1: database.")
    ] = "solar",
    username: Annotated[
        str, typer.Option(envvar="SOLAR_SINK__USERNAME", help="influxdb1: user, where it asks for one.")
    ] = "",
    password_file: Annotated[
        str, typer.Option(envvar="SOLAR_SINK__PASSWORD_FILE", help="influxdb1: file with its password.")
    ] = "",
    keep_days: Annotated[
        int,
        typer.Option(envvar="SOLAR_SETUP_KEEP_DAYS", min=0, help="Days to keep readings; 0 for ever."),
    ] = 0,
    wait: Annotated[float, typer.Option(help="How long to wait for the database. [s]")] = 120.0,
    folder: Folder = FOLDER,
) -> None:
    """Prepare InfluxDB and Grafana at the first start; later starts change nothing."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from collector.setup.prepare import Database, prepare

    wanted = Database(
        kind,
        url,
        org,
        bucket,
        database,
        keep_days * 86_400,
        wait,
        username,
        Path(password_file) if password_file else None,
    )
    asyncio.run(prepare(wanted, folder, typer.echo))


def show(which: Annotated[str, typer.Argument(help="grafana or influxdb.")], folder: Folder = FOLDER) -> None:
    """Print a password, on a terminal only."""
    import sys

    from collector.errors import ConfigurationError
    from collector.setup.secret_files import SecretFiles

    if which not in SHOWN:
        raise ConfigurationError("setup show", f"{which} has no password here", "Name grafana or influxdb.")
    if not sys.stdout.isatty():
        raise ConfigurationError(
            "setup show", "standard output is no terminal", "Run it where only you can read it."
        )
    value = SecretFiles(folder).read(SHOWN[which])
    if not value:
        raise ConfigurationError("setup show", f"{which} has no password yet", "Run setup first.")
    typer.echo(f"user admin, password {value}")


def take(
    name: Annotated[
        str,
        typer.Argument(help="influxdb_admin_token, collector_token, grafana_token or influxdb_password."),
    ],
    folder: Folder = FOLDER,
) -> None:
    """Keep a secret of a database of your own: asked for on a terminal, else read from standard input."""
    import sys

    from collector.errors import ConfigurationError
    from collector.setup.secret_files import BROUGHT, SecretFiles

    if name not in BROUGHT:
        raise ConfigurationError(
            "setup take", f"{name} is not brought along", f"Name one of {', '.join(BROUGHT)}."
        )
    value = typer.prompt(name, hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not value.strip():
        raise ConfigurationError("setup take", "nothing was given", "Write the secret in one line.")
    SecretFiles(folder).write(name, value.strip())
    typer.echo(f"kept in {folder / name}")
