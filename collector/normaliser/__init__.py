"""Vendor payload → lines of line protocol. Pure; driven by the catalogue; no vendor key stands here."""

from __future__ import annotations

from collector.normaliser.context import Context, Report
from collector.normaliser.rows import normalise

__all__ = ["Context", "Report", "normalise"]
