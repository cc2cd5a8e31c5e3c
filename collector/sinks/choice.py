"""Which sink the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collector.clock import Clock
    from collector.settings import Settings
    from collector.sinks import Sink


def sink_for(settings: Settings, clock: Clock) -> Sink:
    """Return the sink that the settings name; connects to nothing."""
    chosen = settings.sink
    if chosen.kind == "influxdb2":
        from collector.sinks.influxdb2 import InfluxDB2

        return InfluxDB2(
            clock,
            url=chosen.url,
            org=chosen.org,
            bucket=chosen.bucket,
            token=chosen.token.get_secret_value(),
            timeout_s=settings.timeouts.sink_s,
        )
    if chosen.kind == "influxdb1":
        from collector.sinks.influxdb1 import InfluxDB1

        return InfluxDB1(
            clock,
            url=chosen.url,
            database=chosen.database,
            retention_policy=chosen.retention_policy,
            username=chosen.username,
            password=chosen.password.get_secret_value(),
            timeout_s=settings.timeouts.sink_s,
        )
    from collector.sinks.sqlite import SqliteStore

    return SqliteStore(settings.store_path)
