"""Permission facts of one account: which interface is not granted, which member the vendor will not tell about.

A refused batch is halved until the member at fault stands alone, so that one plant cannot hide ninety-nine. Refusals are
asked about again once a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from collector.model import Batch

if TYPE_CHECKING:
    from collections.abc import Collection

    from collector.store import StateFile
    from collector.store.facts import Fact

RECHECK_S = 86_400.0
PROBE_EVERY_S = 3_600.0
INTERFACE_DENIED = "interface denied"
MEMBER_DENIED = "denied "


class Permissions:
    """What the account may not read."""

    def __init__(self, account: str, state: StateFile) -> None:
        self._account = account
        self._state = state
        self._interfaces: dict[str, float] = {}
        self._members: dict[str, dict[str, Fact]] = {}
        self._suspects: dict[str, list[Batch]] = {}
        self._probed: dict[str, float] = {}
        self.version = 0
        self.reload()

    def reload(self) -> None:
        """Read everything again from the state file; what is under suspicion stays so."""
        self.version += 1
        facts = self._state.facts
        self._interfaces = {f.subject: f.checked for f in facts.all(self._account, INTERFACE_DENIED)}
        self._members = {}
        for fact in facts.all(self._account):
            if fact.kind.startswith(MEMBER_DENIED):
                self._members.setdefault(fact.kind.removeprefix(MEMBER_DENIED), {})[fact.subject] = fact

    # --- interfaces ---------------------------------------------------------------------------------------------

    def deny_interface(self, interface: str, words: str, now: float) -> None:
        """Remember that an interface is not granted; it rests for a day."""
        self._interfaces[interface] = now
        self._state.facts.put(self._account, INTERFACE_DENIED, interface, words, now)
        self.version += 1

    def interface_denied(self, interface: str) -> bool:
        """Tell whether the interface was not granted when it was last asked."""
        return interface in self._interfaces

    def interface_rests_until(self, interface: str) -> float:
        """Return when an interface that was not granted may be tried again; 0 where it was. [s since epoch, UTC]"""
        denied = self._interfaces.get(interface)
        return 0.0 if denied is None else denied + RECHECK_S

    def grant_interface(self, interface: str) -> None:
        """Forget that an interface was not granted: it has answered."""
        if self._interfaces.pop(interface, None) is not None:
            self._state.facts.drop(self._account, INTERFACE_DENIED, interface)
            self.version += 1

    # --- members ------------------------------------------------------------------------------------------------

    def suspect(self, interface: str, batch: Batch, words: str, now: float) -> tuple[str, ...]:
        """Note that a batch was refused because of some member.

        Returns:
            The member that is now denied, alone; empty while halves are still to be asked.
        """
        pending = [b for b in self._suspects.get(interface, []) if b != batch]
        self.version += 1
        if len(batch.members) == 1:
            member = batch.members[0]
            self._state.facts.put(self._account, MEMBER_DENIED + interface, member, words, now)
            fact = self._state.facts.get(self._account, MEMBER_DENIED + interface, member)
            if fact is not None:
                self._members.setdefault(interface, {})[member] = fact
            self._suspects[interface] = pending
            return (member,)
        middle = len(batch.members) // 2
        halves = [Batch(batch.members[:middle], batch.type_id), Batch(batch.members[middle:], batch.type_id)]
        self._suspects[interface] = halves + pending
        return ()

    def acquit(self, interface: str, batch: Batch) -> tuple[str, ...]:
        """Note that a batch was answered.

        Returns:
            The members that were denied before and no longer are.
        """
        suspects = self._suspects.get(interface, [])
        if batch in suspects:
            suspects.remove(batch)
            self.version += 1
        denied = self._members.get(interface, {})
        freed = tuple(m for m in batch.members if m in denied)
        for member in freed:
            del denied[member]
            self._state.facts.drop(self._account, MEMBER_DENIED + interface, member)
            self.version += 1
        return freed

    def set_apart(self, interface: str) -> frozenset[str]:
        """Return the members that no ordinary batch may hold: denied ones, and those under suspicion."""
        apart = set(self._members.get(interface, {}))
        for batch in self._suspects.get(interface, []):
            apart.update(batch.members)
        return frozenset(apart)

    def forget(self, members: Collection[str]) -> None:
        """Forget what was denied or suspected of members that are gone."""
        for interface, denied in self._members.items():
            for member in denied.keys() & set(members):
                del denied[member]
                self._state.facts.drop(self._account, MEMBER_DENIED + interface, member)
        for interface, batches in self._suspects.items():
            kept = [Batch(tuple(m for m in b.members if m not in members), b.type_id) for b in batches]
            self._suspects[interface] = [b for b in kept if b.members]
        self.version += 1

    def next_apart(self, interface: str, now: float) -> list[Batch]:
        """Return what is to be asked about before all others: suspect halves, or a denied member whose day is over."""
        suspects = self._suspects.get(interface)
        if suspects:
            return list(suspects)
        if now < self._probed.get(interface, 0.0) + PROBE_EVERY_S:
            return []
        due = [f for f in self._members.get(interface, {}).values() if f.checked + RECHECK_S <= now]
        if not due:
            return []
        self._probed[interface] = now
        oldest = min(due, key=lambda f: f.checked)
        return [Batch((oldest.subject,))]
