"""The two query languages: names, ids and data sources that hold for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """One set of dashboards.

    Attributes:
        key: ``influxql`` or ``flux``; the set's folder under grafana/dashboards/.
        suffix: What the uid of every dashboard ends with.
        tag: Tag of its dashboards, so that a list shows one set only.
        folder: Folder in Grafana.
        folder_uid: Its uid.
        source: Name of the data source.
        source_uid: Its uid.
        source_filter: Regular expression over names of data sources.
    """

    key: str
    suffix: str
    tag: str
    folder: str
    folder_uid: str
    source: str
    source_uid: str
    source_filter: str

    def uid(self, board: str) -> str:
        """The uid of a board, e.g. ``solar-plant`` or ``solar-plant-flux``."""
        return f"solar-{board}{self.suffix}"


INFLUXQL: Final = Language(
    "influxql", "", "solar", "Solar", "solar", "Solar InfluxQL", "solar-influxql", "/InfluxQL/"
)
FLUX: Final = Language(
    "flux", "-flux", "solar-flux", "Solar (Flux)", "solar-flux-set", "Solar Flux", "solar-flux", "/Flux/"
)
LANGUAGES: Final = (INFLUXQL, FLUX)
