"""Which call deserves the next free moment. Pure: nothing is queued, every question is answered from what is known now.

Live sweeps and lists go in turn (`turns`). Calendar interfaces close what has ended, refresh what runs, then go back in time
(`calendar`); 5-minute history does likewise in windows of days (`history`).
"""

from collector.planner.batches import (
    chunked,
    device_batches,
    history_batches,
    is_far_east,
    plant_batches,
)
from collector.planner.calendar import Calendar, refresh_s
from collector.planner.history import History, patience
from collector.planner.past import LONG_AGO, Left, Order, Past
from collector.planner.turns import (
    IDLE_S,
    LIST_EVERY_S,
    LIVE_EVERY_S,
    NONE_REST,
    OPEN_EVERY_S,
    Ask,
    Choice,
    Rest,
    Resting,
    next_in_turn,
)

__all__ = [
    "IDLE_S",
    "LIST_EVERY_S",
    "LIVE_EVERY_S",
    "LONG_AGO",
    "NONE_REST",
    "OPEN_EVERY_S",
    "Ask",
    "Calendar",
    "Choice",
    "History",
    "Left",
    "Order",
    "Past",
    "Rest",
    "Resting",
    "chunked",
    "device_batches",
    "history_batches",
    "is_far_east",
    "next_in_turn",
    "patience",
    "plant_batches",
    "refresh_s",
]
