from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from collector.store import StateFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def state(state_dir: Path) -> Iterator[StateFile]:
    with StateFile.open(state_dir) as opened:
        yield opened
