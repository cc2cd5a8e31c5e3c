"""The collector's own state as Prometheus metrics, made from the same document as `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client.metrics_core import Metric


def exposition(document: Mapping[str, Any]) -> bytes:
    """Return the text exposition of a status document."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(document))
    return generate_latest(registry)


class _Snapshot(Collector):
    """One status document, as metric families."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        doc = self._document
        yield _gauge("solar_collector_good", "1 while nothing is wrong", [([], float(doc["good"]))])
        yield _gauge("solar_collector_faults", "Faults that hold now", [([], float(len(doc["faults"])))])
        spool, lines = doc["spool"], doc["lines"]
        yield _gauge("solar_spool_lines", "Lines that wait for the database", [([], spool["lines"])])
        yield _gauge("solar_spool_bytes", "Bytes that wait for the database", [([], spool["bytes"])])
        yield _gauge(
            "solar_spool_oldest_seconds",
            "Age of the oldest batch that waits",
            [([], spool.get("oldest_age_s"))],
        )
        counted = CounterMetricFamily("solar_lines", "Lines of line protocol by fate", labels=["fate"])
        for fate, count in lines.items():
            if isinstance(count, int | float):
                counted.add_metric([fate], count)
        yield counted
        yield _gauge(
            "solar_quarantined_lines", "Lines that the database refused", [([], doc["quarantine"]["lines"])]
        )
        yield from _accounts(doc["accounts"])


def _accounts(accounts: Iterable[Mapping[str, Any]]) -> Iterator[Metric]:
    rows = [(a, i) for a in accounts for i in a["interfaces"]]
    labels = ["account", "interface"]
    for key, name, words in (
        ("calls", "solar_calls_allowed", "Calls allowed in one window"),
        ("used", "solar_calls_used", "Calls sent in the running window"),
        ("refused", "solar_calls_refused", "Calls of the running window that were refused for frequency"),
        ("every_s", "solar_sweep_seconds", "How long one sweep over all members takes"),
        ("stretch", "solar_stretch_ratio", "Factor on the gaps, learned from refusals"),
    ):
        yield _gauge(name, words, [([a["account"], i["interface"]], i[key]) for a, i in rows], labels)
    plants = [([a["account"], p["plant_id"]], p["newest_age_s"]) for a in accounts for p in a["plants"]]
    yield _gauge(
        "solar_plant_data_age_seconds", "Age of a plant's newest reading", plants, ["account", "plant_id"]
    )
    faults = [([a["account"]], float(len(a["faults"]))) for a in accounts]
    yield _gauge("solar_account_faults", "Faults of an account that hold now", faults, ["account"])


def _gauge(
    name: str, words: str, rows: Iterable[tuple[list[str], float | None]], labels: list[str] | None = None
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels or [])
    for values, number in rows:
        if number is not None:
            family.add_metric(values, float(number))
    return family
