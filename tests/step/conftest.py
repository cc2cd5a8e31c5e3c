from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from step_cloud import NOON, Cloud, Home

from collector.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(VirtualClock(NOON))


@pytest.fixture
def home(cloud: Cloud) -> Iterator[Home]:
    opened = Home(cloud)
    yield opened
    opened.state.close()
