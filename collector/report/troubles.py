"""What is wrong now, in words: faults of accounts and database, plants that may not be read, ids that clash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector.report.words import iso, plain
from collector.step.faults import FAULT
from collector.step.login import SUBJECT as LOGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.model import Plant
    from collector.step import Account
    from collector.store import StateFile

ACCESS_OK = "ok"
DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that keeps readings from coming.

    Attributes:
        account: Account name, "" for what concerns all.
        subject: What fails: ``login``, ``vendor``, ``database``, an interface, a plant.
        words: What is wrong and what to do.
        since: Since when, None where unknown. [s since epoch, UTC]
    """

    account: str
    subject: str
    words: str
    since: float | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {
            "account": self.account,
            "subject": self.subject,
            "words": self.words,
            "since": iso(self.since),
        }


def troubles(state: StateFile, accounts: Mapping[str, Account]) -> list[Trouble]:
    """Return everything that is wrong now, by account."""
    found = database_trouble(state)
    found += [Trouble("", plain(f.subject), plain(f.value), f.since) for f in state.facts.all("", FAULT)]
    for account in accounts.values():
        found += account_faults(account)
        found += access_troubles(account)
        found += clashes(account, accounts)
    return found


def account_faults(account: Account) -> list[Trouble]:
    """Return the faults of an account that hold. A login that has worked since is no fault any more."""
    session = account.state.sessions.get(account.name)
    return [
        Trouble(account.name, plain(f.subject), plain(f.value), f.since)
        for f in account.faults.open()
        if not (f.subject == LOGIN and session is not None and session.since > f.checked)
    ]


def access_troubles(account: Account) -> list[Trouble]:
    """Return the plants that the vendor does not tell about."""
    return [
        Trouble(account.name, f"plant {title(p)}", plain(p.access), p.access_since)
        for p in account.plants
        if p.access != ACCESS_OK and account.mine(p)
    ]


def clashes(account: Account, accounts: Mapping[str, Account]) -> list[Trouble]:
    """Return the plants that are not stored, because another host's plant has the same id."""
    found: dict[str, list[Plant]] = {}
    for plant in account.plants:
        owner = account.claims.owner(plant.plant_id)
        if owner in accounts and owner != account.name and other_host(account, accounts[owner]):
            found.setdefault(owner, []).append(plant)
    return [
        Trouble(
            account.name,
            "plants" if len(plants) > 1 else f"plant {title(plants[0])}",
            f"{len(plants)} not stored: account {owner}, at another host, has the same ids."
            f" Set accounts.{account.name}.id_prefix",
        )
        for owner, plants in found.items()
    ]


def database_trouble(state: StateFile) -> list[Trouble]:
    """Return why the oldest batch of the spool waits, where the database did not take it."""
    head = state.spool.head()
    if head is None or not head.tries:
        return []
    words = plain(head.reason) or "the database did not take the oldest batch"
    return [Trouble("", DATABASE, words, head.fetched_at)]


def title(plant: Plant) -> str:
    """Return what a person calls the plant."""
    return plain(plant.name) or plant.plant_id


def other_host(account: Account, other: Account) -> bool:
    """Tell whether two accounts are kept at different addresses: equal ids are then different plants."""
    return account.config.base_url.lower() != other.config.base_url.lower()
