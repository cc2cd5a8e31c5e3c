"""All boards, in the order of a visit."""

from __future__ import annotations

from typing import Final

from collector.render.dashboards import (
    alarms,
    battery,
    collector_board,
    completeness,
    energy,
    fleet,
    home,
    inverters,
    plant,
)

BOARDS: Final = (
    home.BOARD,
    fleet.BOARD,
    plant.BOARD,
    inverters.BOARD,
    battery.BOARD,
    alarms.BOARD,
    energy.BOARD,
    completeness.BOARD,
    collector_board.BOARD,
)
