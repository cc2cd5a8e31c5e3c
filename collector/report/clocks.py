"""This machine's clock beside the clouds': every answer names its moment, so comparing costs no call."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from collector.report.findings import Finding, Verdict
from collector.zones import http_moment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from collector.model import Answer, Request

    Transport = Callable[[Request], Awaitable[Answer]]

FITS_S = 30.0
"""Below, nobody would notice: the network and a whole second of the answer's date are in it."""
WRONG_S = 300.0
"""From one live reading on, panels up to now lack the newest one or show one of the future."""


class Clocks:
    """Listens to answers on their way."""

    def __init__(self) -> None:
        self._ahead_s: dict[str, float] = {}

    def listening(self, transports: Mapping[str, Transport]) -> dict[str, Transport]:
        """Return transports, by account name, that hand on what these send, and listen."""
        return {name: partial(self._send, name, transport) for name, transport in transports.items()}

    async def _send(self, name: str, transport: Transport, request: Request) -> Answer:
        answer = await transport(request)
        with contextlib.suppress(ValueError):  # a date that cannot be read says nothing about the clock
            self._ahead_s[name] = ahead_s(answer, http_moment(answer.headers.get("date", "")))
        return answer

    def findings(self) -> list[Finding]:
        """Return one finding where a cloud has named its moment: the worst."""
        if not self._ahead_s:
            return []
        name, ahead = max(self._ahead_s.items(), key=lambda one: abs(one[1]))
        if abs(ahead) <= FITS_S:
            return [Finding("", "clock", Verdict.GOOD, "this machine's clock fits the cloud's")]
        words = (
            f"this machine's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the cloud's"
            f" (account {name}). Let it be set by NTP"
        )
        return [Finding("", "clock", Verdict.WRONG if abs(ahead) >= WRONG_S else Verdict.NOTE, words)]


def ahead_s(answer: Answer, dated: float) -> float:
    """Return by how much this machine's clock is certainly ahead of the answer's date; negative where it is behind. [s]

    The date is cut to whole seconds and was written at some moment between sending and answer.

    Args:
        answer: Knows when it was asked for and when it came.
        dated: What the answer's date says. [s since epoch, UTC]
    """
    if answer.sent_at > dated + 1.0:
        return answer.sent_at - dated - 1.0
    return min(0.0, answer.answered_at - dated)
