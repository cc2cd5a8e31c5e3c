"""Calls of 5-minute history that are under way: two interfaces bring the same days, and must not ask for them both."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from collector.catalogue.terms import Interface, Role, Span
from collector.planner.history import Busy
from collector.zones import day_end, day_start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collector.model import Call


class UnderWay:
    """What an account is asking of the past just now."""

    def __init__(self) -> None:
        self._busy: dict[str, Busy] = {}

    def beside(self, interface: Interface) -> list[Busy]:
        """Return what all interfaces but this one are being asked about."""
        return [busy for name, busy in self._busy.items() if name != interface.name]

    @contextmanager
    def asking(self, interface: Interface, call: Call, zones: Mapping[str, str]) -> Iterator[None]:
        """Note that a call is under way until its answer has landed or failed."""
        if interface.role is not Role.HISTORY:
            yield
            return
        begin, end = call.begin_ms / 1000, call.end_ms / 1000
        if interface.span is not Span.RANGE:
            day = date.fromisoformat(call.period)
            begin = min(day_start(zones.get(m, ""), day) for m in call.batch.members)
            end = max(day_end(zones.get(m, ""), day) for m in call.batch.members)
        self._busy[interface.name] = Busy(frozenset(call.batch.members), begin, end)
        try:
            yield
        finally:
            del self._busy[interface.name]
