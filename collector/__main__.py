"""``python -m collector`` and the command ``solar-collector``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; every expected error becomes one line and an exit code."""
    from collector.cli import boundary

    sys.exit(boundary(sys.argv[1:]))


if __name__ == "__main__":
    main()
