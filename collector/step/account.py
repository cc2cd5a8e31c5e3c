"""One account as the steps see it: what is known of it in memory, loaded from the state file and kept in line with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from collector import planner, quota
from collector.catalogue.terms import Interface, Role, Subject
from collector.coverage import last_asked
from collector.step.alarm_turns import AlarmTurns
from collector.step.allowances import Announced, allowance_of
from collector.step.called import calls, plant_lists
from collector.step.faults import Faults
from collector.step.past import Pasts
from collector.step.permissions import Permissions
from collector.step.resting import Resting
from collector.step.roster import Roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from collector.clock import Clock
    from collector.coverage import Held
    from collector.model import Batch, Device, Plant
    from collector.quota import Allowance, Fleet, Lesson, Spend
    from collector.settings import Account as AccountSettings
    from collector.settings import PlantSettings
    from collector.step.claims import Claims
    from collector.store import StateFile
    from collector.vendors import Vendor

LISTED = "*"  # the coverage member that stands for a whole list
LISTING = "list"
KEPT_SPENDS = 72


class Account:
    """The durable facts of one account, in memory.

    Args:
        name: Name in the settings.
        config: Its settings.
        plant_settings: Settings by plant id.
        vendor: What it talks to.
        state: The state file.
        clock: Where time comes from.
        timeout_s: Total timeout of a call. [s]
        claims: Shared with the other accounts.
        tell: Receives each change of state once: event name and words.
    """

    def __init__(
        self,
        name: str,
        config: AccountSettings,
        *,
        plant_settings: Mapping[str, PlantSettings],
        vendor: Vendor,
        state: StateFile,
        clock: Clock,
        timeout_s: float,
        claims: Claims,
        tell: Callable[[str, str, str], None],
    ) -> None:
        self.name = name
        self.config = config
        self.vendor = vendor
        self.state = state
        self.clock = clock
        self.timeout_s = timeout_s
        self.claims = claims
        self.faults = Faults(name, state, tell, clock)
        self.permissions = Permissions(name, state)
        self.announced = Announced(name, state)
        self.plants: list[Plant] = []
        self.devices: list[Device] = []
        self.asked: dict[str, dict[Batch, float]] = {}
        self.resting = Resting()
        self.held: dict[str, dict[str, dict[str, Held]]] = {}
        self.past = Pasts(self)
        self.alarm_turns = AlarmTurns(self)
        self.strings_shown: dict[str, frozenset[int]] = {}
        self.stale_since = 0.0
        self.only: frozenset[str] | None = None  # the interfaces called; None: all that the settings name
        self._plant_settings = plant_settings
        self._spends: dict[str, list[Spend]] = {}
        self._lessons: dict[str, Lesson] = {}
        self._batches: dict[str, tuple[object, list[Batch]]] = {}
        self._roster: Roster | None = None
        self._versions = (0, 0)
        claims.register(name)
        self.reload()

    # --- loading -----------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read everything again from the state file."""
        self.plants = self.state.inventory.plants(self.name)
        self.devices = self.state.inventory.devices(self.name)
        self.reload_ledger()
        self.held = {}
        for held in self.state.coverage.load(self.name):
            self.held.setdefault(held.interface, {}).setdefault(held.member, {})[held.period] = held
        self.past.reload()
        self.alarm_turns.reload()
        self.asked = {}
        self.strings_shown = self.state.newest.strings_shown()
        self.inventory_changed()

    def notice_others(self) -> None:
        """Read again what another process (`check`, `backfill`) may have spent or ordered."""
        if self.state.changed_elsewhere():
            self.reload_ledger()
            self.past.notice_others()
            self.faults.reload()
        self.past.orders.begin()

    def reload_ledger(self) -> None:
        """Read what was spent and learned, by this process or another one."""
        self._lessons = self.state.ledger.lessons(self.name)
        self._spends = {}

    def recover(self) -> None:
        """Read everything again after the state file did not take a row: memory must not know more than it does."""
        self.permissions.reload()
        self.reload()

    def inventory_changed(self, *, plants: bool = True) -> None:
        """Forget everything that was worked out from the old lists, of plants and devices or of devices only."""
        self._versions = (self._versions[0] + plants, self._versions[1] + 1)
        self.claims.list_plants(self.name, (p.plant_id for p in self.plants))

    @property
    def stamp(self) -> tuple[object, ...]:
        """Return what changes whenever the lists do."""
        return (self._versions, self.permissions.version, self.claims.version)

    # --- what the account has -----------------------------------------------------------------------------------

    def fleet(self) -> Fleet:
        """Return the sizes that the vendor's formulas count: the last complete lists, never more."""
        return self.roster().fleet

    def roster(self) -> Roster:
        """Return what follows from the lists as they are now."""
        known = self._roster
        if known is None or known.plants is not self.plants or known.devices is not self.devices:
            known = self._roster = Roster(self.plants, self.devices, self.zone_of)
        return known

    def mine(self, plant: Plant) -> bool:
        """Tell whether this account is the one that reads the plant."""
        return self.claims.owner(plant.plant_id) in ("", self.name)

    def set_zone_of(self, plant: Plant) -> str:
        """Return the zone that the user set for a plant, its own or the account's; "" where there is none."""
        own = self._plant_settings.get(plant.plant_id)
        return (own.timezone if own is not None else None) or self.config.timezone or ""

    def zone_of(self, plant: Plant) -> str:
        """Return the zone of a plant: what the user set, else what its stamps carried."""
        return self.set_zone_of(plant) or plant.zone

    def zones(self, interface: Interface) -> dict[str, str]:
        """Return the zone of every member of an interface by the vendor's code: of plants, or of devices by their plant."""
        roster = self.roster()
        return roster.zones if interface.subject is not Subject.DEVICE else roster.device_zones

    def presented(self, plant: Plant) -> Plant:
        """Return the plant with its zone and with what the user says about it."""
        own = self._plant_settings.get(plant.plant_id)
        zoned = replace(plant, zone=self.zone_of(plant))
        if own is None:
            return zoned
        return replace(
            zoned, group=own.group or plant.group, capacity_kwp=own.capacity_kwp or plant.capacity_kwp
        )

    def interfaces(self) -> list[Interface]:
        """Return the interfaces that this account calls on its own."""
        return [i for i in self.vendor.interfaces.values() if calls(self, i)]

    def plant_list(self) -> str:
        """Return the interface that lists the plants: the first that is granted."""
        return plant_lists(self)[-1]

    def batches(self, interface: Interface) -> list[Batch]:
        """Return whom the interface is to be asked about, in the fewest calls."""
        changes = self._versions if interface.subject is Subject.DEVICE else self._versions[:1]
        stamp = (changes, *self.stamp[1:])
        cached = self._batches.get(interface.name)
        if cached is not None and cached[0] == stamp:
            return cached[1]
        batches = self._make_batches(interface)
        self._batches[interface.name] = (stamp, batches)
        known = self.asked.get(interface.name, {})
        held = self.held.get(interface.name, {})
        whole = interface.role is Role.DEVICES
        self.asked[interface.name] = {
            b: known.get(b) or last_asked(held, b.members if whole else b.members[:1]) for b in batches
        }
        return batches

    def _make_batches(self, interface: Interface) -> list[Batch]:
        apart = self.permissions.set_apart(interface.name)
        now = self.clock.now()
        mine = {p.plant_id: p for p in self.plants if self.mine(p)}
        if interface.subject is Subject.PLANT:
            zones = self.roster().zones
            plants = [
                p if p.zone == zones[p.code] else replace(p, zone=zones[p.code])
                for p in mine.values()
                if p.code not in apart
            ]
            return planner.plant_batches(interface, plants, now)
        devices = [
            d for d in self.devices if d.plant_id in mine and d.code not in apart and d.sn not in apart
        ]
        if interface.role is Role.HISTORY:
            return planner.history_batches(interface, devices, self.roster().device_zones, now)
        return planner.device_batches(interface, devices)

    # --- quota --------------------------------------------------------------------------------------------------

    def allowance(self, interface: Interface, *, first_inventory: bool = False) -> Allowance:
        """Return what the interface may be called: formula, policy and the user's own limits."""
        return allowance_of(self, interface, first_inventory=first_inventory)

    def in_first_inventory(self, interface: Interface) -> bool:
        """Tell whether the account's very first lists are still being read, which may go without pacing."""
        if interface.role not in (Role.PLANTS, Role.DEVICES) or any(
            k.burst_lost for k in self._lessons.values()
        ):
            return False
        if interface.role is Role.PLANTS:
            return self.listed_at(interface) == 0.0
        held = self.held.get(interface.name, {})
        return any(held.keys().isdisjoint(b.members) for b in self.batches(interface))

    def next_free(self, interface: Interface, now: float) -> float:
        """Return the earliest moment at which the interface may be called. [s since epoch, UTC]"""
        allowance = self.allowance(interface, first_inventory=self.in_first_inventory(interface))
        lesson = self.lesson(interface.name)
        free = quota.next_free(allowance, self.spends(interface.name), lesson, now, self.timeout_s)
        return max(free, quota.account_blocked_until(self._lessons.values(), now))

    def spends(self, interface: str) -> list[Spend]:
        """Return the newest calls of an interface, oldest first."""
        if interface not in self._spends:
            calls = self.allowance(self.vendor.interfaces[interface]).calls
            self._spends[interface] = self.state.ledger.newest(self.name, interface, kept(calls))
        return self._spends[interface]

    def trim_spends(self, interface: str, calls: int) -> None:
        """Forget calls in memory that no question can ask about any more."""
        spends = self._spends.get(interface)
        if spends is not None and len(spends) > 2 * kept(calls):
            del spends[: -kept(calls)]

    def lesson(self, interface: str) -> Lesson:
        """Return what refusals have taught about an interface."""
        return self._lessons.get(interface) or quota.Lesson()

    def learn(self, interface: str, lesson: Lesson) -> None:
        """Keep a lesson, durably where it changed."""
        if lesson != self.lesson(interface):
            self._lessons[interface] = lesson
            self.state.ledger.set_lesson(self.name, interface, lesson)

    def hold(self, held: Iterable[Held]) -> None:
        """Keep what is held, durably and in memory."""
        rows = list(held)
        self.state.coverage.put(self.name, rows)
        for row in rows:
            self.held.setdefault(row.interface, {}).setdefault(row.member, {})[row.period] = row

    def rest(self, interface: Interface, until: float) -> None:
        """Let an interface rest. [s since epoch, UTC]"""
        lesson = self.lesson(interface.name)
        self.learn(interface.name, replace(lesson, blocked_until=max(lesson.blocked_until, until)))

    def trouble(self, words: str) -> None:
        """Tell once that the state file cannot be written; nothing durable can say so."""
        self.faults.tell_once("state", words)

    def listed_at(self, interface: Interface) -> float:
        """Return when a plant list was last complete; 0 before the first. [s since epoch, UTC]"""
        held = self.held.get(interface.name, {}).get(LISTED, {}).get(LISTING)
        return held.asked_at if held is not None else 0.0


def kept(calls: int) -> int:
    """Return how many of an interface's newest calls its next question may look at."""
    return max(KEPT_SPENDS, calls + 8)
