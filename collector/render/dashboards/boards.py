"""All boards, in the order of a visit."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import plant

BOARDS: Final = (plant.BOARD,)
