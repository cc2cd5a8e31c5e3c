"""What a viewer of a board has chosen."""

from __future__ import annotations

from datetime import datetime, timedelta

from fortnight import FARM, HOME, SCHOOL, ZONE


class View:
    """The variables and the time range of a board, as a viewer has set them."""

    def __init__(self, fortnight):
        self.stop = fortnight.now // 1800 * 1800 + 1800
        self.start = self.stop - 7 * 86_400
        midnight = datetime.fromtimestamp(fortnight.now, ZONE).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        self.midnights = int((midnight - timedelta(days=13)).timestamp())
        self.choice = {
            "plant": [HOME, FARM, SCHOOL],
            "account": ["home", "office"],
            "group": [".*"],
            "inverter": ["2001"],
            "metered": [HOME],
            "tz": "Europe/Berlin",
            "fresh": "20m",
            "days": "31d",
        }

    def of(self, panel=None, **choice):
        """Arguments of a question."""
        start = self.midnights if panel is not None and "timeFrom" in panel.extra else self.start
        return {"start": start, "stop": self.stop, "choice": {**self.choice, **choice}}
