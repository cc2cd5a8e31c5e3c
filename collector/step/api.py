"""The line that tells of one call: `collector_api`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.lineprotocol import line

if TYPE_CHECKING:
    from collector.catalogue.terms import Interface
    from collector.step.account import Account
    from collector.step.spending import Paid

NS = 1_000_000_000
MS_NS = 1_000_000


def api_line(account: Account, interface: Interface, paid: Paid, *, refused: bool) -> bytes:
    """Return the line of `collector_api` that tells of one call."""
    free = account.next_free(interface, paid.ended)
    fields: list[tuple[str, float | str]] = [
        ("calls", 1.0),
        ("budget", float(account.allowance(interface).calls)),
        ("rate_limited", 1.0 if refused else 0.0),
    ]
    if free != float("inf"):
        fields.append(("next_allowed_s", round(free, 3)))
    tags = [("account", account.name), ("interface", interface.name)]
    return line("collector_api", tags, fields, int(paid.sent * 1000) * MS_NS)
