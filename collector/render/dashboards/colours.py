"""Colours by meaning (after Okabe and Ito): told apart in light and dark, and by colour-blind eyes."""

from __future__ import annotations

from typing import Final

PRODUCTION: Final = "#E69F00"
CONSUMPTION: Final = "#0072B2"
IMPORT: Final = "#D55E00"
EXPORT: Final = "#56B4E9"
CHARGE: Final = "#009E73"
DISCHARGE: Final = "#CC79A7"
EXPECTED: Final = "#9AA5B1"  # yesterday, theory, limits

GOOD: Final = "#009E73"
WARNING: Final = "#E69F00"
MAJOR: Final = "#D55E00"
FAULT: Final = "#C4162A"
STALE: Final = "#7B61A8"
NIGHT: Final = "#55606E"
PALE: Final = "#F3DFA2"
NEUTRAL: Final = "rgba(128,140,152,0.25)"  # a solid light grey glares in dark
NOTE: Final = "#56B4E9"
