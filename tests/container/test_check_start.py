"""What `check` adds to a first start: does the clock fit, can what is written be read."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from collector.errors import SinkMisconfigured
from collector.model import Answer, Request
from collector.report.checks import _sink
from collector.report.clocks import Clocks, ahead_s
from collector.report.findings import Verdict

NOON = 1_790_000_000.0


def answer(dated, sent=NOON, answered=NOON + 1.5):
    """Return an answer that carries a date."""
    headers = (
        {} if dated is None else {"date": dated if isinstance(dated, str) else formatdate(dated, usegmt=True)}
    )
    return Answer(200, headers, b"", sent, answered)


@pytest.mark.parametrize(
    ("dated", "ahead"),
    [(NOON, 0), (NOON - 1, 0), (NOON + 1, 0), (NOON + 61.5, -60), (NOON - 61, 60), (NOON + 2, -0.5)],
)
def test_certain_difference(dated, ahead):
    """Only what neither the way of the answer nor the cut second can explain counts as a difference."""
    assert ahead_s(answer(dated), dated) == ahead


@pytest.mark.parametrize(
    ("dated", "verdict", "words"),
    [
        (NOON, Verdict.GOOD, "fits the cloud's"),
        (NOON - 25, Verdict.GOOD, "fits the cloud's"),
        (NOON - 91, Verdict.NOTE, "90 s ahead of"),
        (NOON + 601.5, Verdict.WRONG, "600 s behind"),
    ],
)
async def test_the_clock_is_judged_by_answers(dated, verdict, words):
    """Calls made anyway tell whether the clock fits; the answer is handed on as it came."""
    clocks = Clocks()
    sent = answer(dated)

    async def transport(_request):
        return sent

    request = Request("/x", b"")
    assert await clocks.listening({"home": transport})["home"](request) is sent
    (found,) = clocks.findings()
    assert (found.subject, found.verdict) == ("clock", verdict)
    assert words in found.words


@pytest.mark.parametrize("dated", [None, "soon", ""])
async def test_no_date_says_nothing(dated):
    """Where no answer carries a date that can be read, nothing is said."""
    clocks = Clocks()

    async def transport(_request):
        return answer(dated)

    await clocks.listening({"home": transport})["home"](Request("/x", b""))
    assert clocks.findings() == []


class OneWay:
    """A database that takes writes and shows nothing."""

    def __init__(self, fault):
        self.fault = fault

    async def probe(self):
        return "takes writes"

    async def points(self, _begin, _end, _measurements):
        if self.fault is not None:
            raise self.fault
        yield b"pv_plant f=1 1"


@pytest.mark.parametrize(
    ("fault", "verdict", "words"),
    [
        (None, Verdict.GOOD, "can be read back"),
        (
            SinkMisconfigured("HTTP 403"),
            Verdict.NOTE,
            "cannot be read back: HTTP 403. Let the token or user read",
        ),
    ],
)
async def test_reading_back_is_tried(fault, verdict, words):
    """A token that only writes is enough for `run`, so it is worth a note, with the mend."""
    writes, reads = await _sink(OneWay(fault), NOON)
    assert (writes.verdict, reads.verdict) == (Verdict.GOOD, verdict)
    assert words in reads.words
