"""docs/history.md tells what `plan` tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.catalogue.fusionsolar import INTERFACES, KPI_TYPES
from collector.quota import Fleet
from collector.report.budgets import budgets, verdict
from collector.report.past import forecasts, sentences

PAGE = Path(__file__).parents[2] / "docs" / "history.md"
LEVELS = ("years", "months", "days", "hours")


def row(plants: int) -> str:
    """The row of the page's table for a fleet: the words of `plan`, put side by side."""
    fleet = Fleet(plants, {38: plants} if plants == 1 else {38: plants, 47: plants})
    granted = [i for i in INTERFACES.values() if not i.restricted]
    year = next(
        w
        for w in verdict(budgets(granted, fleet, KPI_TYPES, "dynamic"), INTERFACES, fleet)
        if "A year of" in w
    )
    both = year.split(" takes ")[1].split(",")[0]
    alone = year.split("; ")[1].split(" where")[0]
    (told,) = sentences(forecasts(INTERFACES.values(), fleet, KPI_TYPES, "dynamic"))
    soon = [told.split(f"{level} after ")[1].split(",")[0].rstrip(".") for level in LEVELS]
    return f"| {plants} | {' | '.join(soon)} | {both} | {alone} |"


@pytest.mark.parametrize("plants", [1, 20, 1000])
def test_the_page_says_what_plan_says(plants: int) -> None:
    """Durations in docs/history.md are those that `plan` prints for the same fleet."""
    assert row(plants) in PAGE.read_text(encoding="utf-8").splitlines()
