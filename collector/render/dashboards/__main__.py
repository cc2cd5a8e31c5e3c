"""Writes grafana/: dashboards in both languages and the files that provision them. ``python -m collector.render.dashboards``."""

from __future__ import annotations

import sys
from pathlib import Path

from collector.render.dashboards.files import write

if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[3] / "grafana"
    for path in write(root):
        sys.stdout.write(f"{path}\n")
