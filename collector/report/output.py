"""JSON on standard output."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(document: Any) -> None:
    """Print a document, readable for a person too.

    Raises:
        ValueError: It holds a number that is not finite.
    """
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
