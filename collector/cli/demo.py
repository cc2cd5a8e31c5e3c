"""``demo``: the whole collector at work on a simulated cloud, with a past to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def demo(
        *,
        folder: Annotated[
            Path, typer.Option(metavar="FOLDER", help="Where state, store and configuration go.")
        ] = Path("demo-state"),
        days: Annotated[
            float, typer.Option(min=0.01, metavar="N", help="How many days of the past to live through.")
        ] = 1.0,
        plants: Annotated[int, typer.Option(min=1, metavar="N", help="Number of plants.")] = 3,
        devices: Annotated[
            list[str] | None, typer.Option(metavar="TYPE=COUNT", help="Devices of a type; may be repeated.")
        ] = None,
        seed: Annotated[int, typer.Option(metavar="N", help="Decides fleet, weather and faults.")] = 1,
        sink: Annotated[str, typer.Option(metavar="KIND", help="sqlite, influxdb2 or influxdb1.")] = "sqlite",
        url: Annotated[str, typer.Option(metavar="URL", help="Address of the InfluxDB.")] = "",
        org: Annotated[str, typer.Option(metavar="NAME", help="influxdb2: organisation.")] = "",
        bucket: Annotated[str, typer.Option(metavar="NAME", help="influxdb2: bucket.")] = "solar",
        token_file: Annotated[
            Path | None, typer.Option(metavar="FILE", help="influxdb2: file with the token.")
        ] = None,
        database: Annotated[str, typer.Option(metavar="NAME", help="influxdb1: database.")] = "solar",
        once: Annotated[
            bool, typer.Option("--once", help="End when the past has caught up with now.")
        ] = False,
    ) -> None:
        """Show the collector at work on a simulated cloud. A day of the past at once, then live."""
        import asyncio

        from collector.cli.options import device_counts
        from collector.demo import DemoPlan
        from collector.demo.show import show

        chosen: dict[str, str] = {}
        if sink != "sqlite":
            chosen = {"kind": sink, "url": url}
            if sink == "influxdb2":
                chosen |= {"org": org, "bucket": bucket}
                if token_file is not None:
                    chosen["token_file"] = str(token_file)
            else:
                chosen["database"] = database
        plan = DemoPlan(folder, days, plants, device_counts(devices or []), seed, chosen)
        raise typer.Exit(asyncio.run(show(plan, once=once)))
