"""One step of one interface: due, spend, send, land. Both drivers, wall clock and virtual, drive this same step."""

from collector.step.account import Account
from collector.step.claims import Claims
from collector.step.step import Step

__all__ = ["Account", "Claims", "Step"]
